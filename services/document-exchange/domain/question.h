#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/legal/question.h"
#include "common/legal/verdict.h"
#include "services/document-exchange/domain/registry_view.h"

namespace comity::document_exchange {

// The question for one recipient.
struct RecipientQuestion {
  // Of the sender's own side (its unit, its partner): nothing is made available to anybody new.
  bool own = false;
  // Between units of the agency: nothing leaves it and nothing is asked.
  bool internal = false;
  // Inbound from outside the Union: into quarantine whatever the transfer check says.
  bool quarantine = false;
  // Between partners without the agency: not its transfer, other law decides (R61).
  bool between_partners = false;
  legal::Question question;  // With instant, direction and counterpart; without decisions.
};

// Whether `principal` acts for the agency. A liaison prosecutor does not, as recipient or as
// sender: he stands for the State that seconded him (EJR 54a(3)).
bool ActsForTheAgency(const identity::Principal& principal);

// What the transfer check is asked for a document from `sender` to `recipient`. Each is the agency
// or a partner: a contact stands for its authority as the registry lists it, a liaison prosecutor
// for his State: a sender for that of the moment `sent` at which he made the document available.
// `field` names the recipient in errors.
//
// The direction follows from the two and is checked, not believed: the agency sends, and only a
// partner can ask to pass on what the agency gave it.
//
// INVALID_ARGUMENT `RECIPIENT_INVALID`: no such kind of recipient; `DIRECTION_INVALID`: somebody of
// the agency says another direction than SEND. FAILED_PRECONDITION `RECIPIENT_UNKNOWN`: no active
// contact that opens documents; `RECIPIENT_KEY_MISSING`: a liaison prosecutor who cannot open what
// is operational; `SENDER_UNKNOWN`: one whom no State had seconded by then; `EXCHANGES_SUSPENDED`:
// nothing but operational data, of which the check itself speaks, for a contact whose calls are
// refused.
absl::StatusOr<RecipientQuestion> QuestionFor(const identity::Principal& sender, absl::Time sent,
                                              const identity::Principal& recipient,
                                              const legal::Question& base,
                                              const RegistrySnapshot& registry, absl::Time instant,
                                              absl::string_view field);

// One recipient's answer.
struct RecipientVerdict {
  std::string recipient;
  std::string counterpart;  // Whom the question was about; empty if nothing was asked.
  bool own = false;
  // Received from outside the Union, or with something to settle before use.
  bool quarantine = false;
  bool before_use = false;  // ForUse found something that is still to be settled.
  legal::Verdict verdict;   // If nothing was asked: PERMITTED, with one reason that says so.

  bool permitted() const { return verdict.outcome == legal::Outcome::kPermitted; }
};

// Asks for one recipient.
RecipientVerdict Decide(const RecipientQuestion& asked, absl::string_view recipient,
                        const std::vector<legal::Decision>& decisions,
                        const RegistrySnapshot& registry);

// The answer for handing over what an answer let in: what phase 2 of the transfer check left open
// or refused of received data now counts, for senders inside the Union too.
RecipientVerdict ForUse(RecipientVerdict answer);

// FAILED_PRECONDITION `TRANSFER_NOT_PERMITTED` with everything outstanding in `verdicts`, if one of
// them is not permitted: a precondition violation of type TRANSFER_CHECK a reason (subject the
// article), of type TRANSFER_ROUTE a route; metadata outcome, day, registry_revision. If the worst
// of them is about the use of received data the reason is `RECEIVED_DATA_REFUSED` where it is
// REFUSED and `RECEIVED_DATA_OPEN` otherwise.
absl::Status NotPermitted(const std::vector<RecipientVerdict>& verdicts);

}  // namespace comity::document_exchange
