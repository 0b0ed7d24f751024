#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/legal/evaluate.h"
#include "common/legal/question.h"
#include "common/legal/verdict.h"
#include "common/sealing/manifest.h"
#include "services/document-exchange/domain/document.h"
#include "services/document-exchange/domain/registry_view.h"

namespace comity::document_exchange {

// What a submission asks of the transfer check, for all recipients alike. `question` lacks instant,
// counterpart and decisions, which the service puts in.
struct TransferContext {
  legal::Question question;
  std::vector<std::string> derived_from;  // Document ids.
};

// The context that a manifest says, with the flags it does not carry. INVALID_ARGUMENT
// `MANIFEST_INVALID` for a word the transfer check does not know.
absl::StatusOr<TransferContext> ContextOf(const sealing::Manifest& manifest,
                                          const PurposeFlags& flags);

// What Upload::context_digests keeps of a context: a digest by field, "direction=1f..,...".
std::string DigestContext(const TransferContext& context);

// OK if both digests are of the same context; otherwise INVALID_ARGUMENT `CONTEXT_MISMATCH`, naming
// the first field in which the manifest differs from the opened upload.
absl::Status CompareContexts(absl::string_view opened, absl::string_view submitted);

PurposeFlags FlagsOf(const legal::Purpose& purpose);

// A restriction as the manifest words it, and back. Unspecified / "" for unknown words.
legal::UseRestriction ParseUse(absl::string_view word);
absl::string_view Name(legal::UseRestriction use);

// What passing on the data of `document` adds to the origins of another: its originators, the
// sender if it is a partner, and every restriction, those of the manifest and those added since.
std::vector<legal::Origin> OriginsPassedOn(const Document& document,
                                           const sealing::Manifest& manifest,
                                           const RegistrySnapshot& registry, absl::Time instant);

// Adds `more` to `origins`, one entry an origin, restrictions united.
void MergeOrigins(std::vector<legal::Origin>& origins, const std::vector<legal::Origin>& more);

// Adds what was restricted in `document` after its submission to the origins it is released under:
// an originator's restrictions to its origin; of the sender's own, only to whom it must not go
// (that the recipient must not pass it on does not stop the sender).
void AddLaterRestrictions(std::vector<legal::Origin>& origins, const Document& document);

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
