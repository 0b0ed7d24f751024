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
  // Inbound from outside the Union: into quarantine.
  bool quarantine = false;
  // Between partners without the agency: not its transfer, other law decides (R61).
  bool between_partners = false;
  legal::Question question;  // With instant, direction and counterpart; without decisions.
};

// Who `recipient` is in the transfer check: a partner's contact stands for its authority as the
// registry lists it; a liaison prosecutor for the State that seconded him (EJR 54a(3)); anybody
// else of the agency, from an outside sender, for the agency, which receives. `field` names the
// recipient in errors.
//
// INVALID_ARGUMENT `RECIPIENT_INVALID`: no such kind of recipient. FAILED_PRECONDITION
// `RECIPIENT_UNKNOWN`: no active contact that opens documents.
absl::StatusOr<RecipientQuestion> QuestionFor(const identity::Principal& sender,
                                              const identity::Principal& recipient,
                                              const legal::Question& base,
                                              const RegistrySnapshot& registry, absl::Time instant,
                                              absl::string_view field);

// The partner a caller speaks for, `partners/{partner}`: its own as a contact, that of its unit in
// the agency; empty if none.
std::string PartnerOf(const identity::Principal& principal, const RegistrySnapshot& registry);

// One recipient's answer.
struct RecipientVerdict {
  std::string recipient;
  bool own = false;
  bool quarantine = false;
  legal::Verdict verdict;  // If nothing was asked: PERMITTED, with one reason that says so.

  bool permitted() const { return verdict.outcome == legal::Outcome::kPermitted; }
};

// Asks for one recipient.
RecipientVerdict Decide(const RecipientQuestion& asked, absl::string_view recipient,
                        const std::vector<legal::Decision>& decisions,
                        const RegistrySnapshot& registry);

// FAILED_PRECONDITION `TRANSFER_NOT_PERMITTED` with everything outstanding in `verdicts`, at least
// one of which is not permitted: a precondition violation of type TRANSFER_CHECK a reason (subject
// the article), of type TRANSFER_ROUTE a route; metadata outcome, day, registry_revision.
absl::Status NotPermitted(const std::vector<RecipientVerdict>& verdicts);

}  // namespace comity::document_exchange
