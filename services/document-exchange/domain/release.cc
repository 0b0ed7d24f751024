#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/objects.h"
#include "services/document-exchange/domain/rows_digest.h"
#include "services/document-exchange/domain/texts.h"

namespace comity::document_exchange {
namespace {

// A barrier between decision and hand-over is rare; several in a row mean that the registry is
// being changed at length.
constexpr int kDecisions = 3;
constexpr std::size_t kLongestPurpose = 500;

}  // namespace

absl::StatusOr<ReleasedHeaders> Exchange::ReleaseHeaders(const Request& request,
                                                         absl::string_view document_id,
                                                         absl::string_view purpose) {
  if (purpose.empty() || purpose.size() > kLongestPurpose) {
    return InvalidField("PURPOSE_MISSING", "purpose",
                        "must say in 1 to 500 bytes why the document is opened; it becomes part of "
                        "the record (EUDPR 88(1))");
  }
  COMITY_RETURN_IF_ERROR(CheckPlainText(kTextNotPlain, "purpose", purpose, text::Lines::kMany));
  const std::string name = absl::StrCat("documents/", document_id);
  // From before the decision, so that a withdrawal committed after it waits for this release.
  const ReleasePermit own_permit = releases_->Share();
  for (int round = 0; round < kDecisions; ++round) {
    std::vector<RecipientVerdict> verdicts;
    RegistryRevision decided_at;
    bool operational = false;
    std::string sender;
    journal::Attempt attempt = AttemptOf(request);
    // A second decision of one call is a mutation of its own.
    if (round > 0) attempt.request_id.clear();
    const absl::StatusOr<journal::Committed> committed =
        parts_.journal->Mutate(std::move(attempt), [&](journal::Turn& turn) -> absl::Status {
          const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
          COMITY_ASSIGN_OR_RETURN(Document document,
                                  FindVisible(*rows, *request.caller, document_id));
          COMITY_ASSIGN_OR_RETURN(Recipient* const recipient, OwnRow(document, *request.caller));
          COMITY_RETURN_IF_ERROR(CheckNotErased(document));
          sender = document.sender;
          // What a side sent itself is not made available by opening it again.
          operational = document.operational && !recipient->own;
          if (recipient->state == RecipientState::kQuarantined ||
              recipient->state == RecipientState::kRejected) {
            return Advance(recipient->state, RecipientEvent::kHandOver);
          }
          COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                                  parts_.registry->Latest());
          COMITY_ASSIGN_OR_RETURN(Check check, LoadCheck(*rows, document));
          COMITY_ASSIGN_OR_RETURN(
              RecipientVerdict answer,
              CheckRecipient(*rows, *registry, check, recipient->spiffe_id, turn.now()));
          verdicts = {ForUse(std::move(answer))};
          // Also of what is withheld: the reasons of today say more than that it is.
          COMITY_RETURN_IF_ERROR(NotPermitted(verdicts));
          COMITY_RETURN_IF_ERROR(Advance(recipient->state, RecipientEvent::kHandOver));
          recipient->handed_over = true;
          decided_at = registry->revision();
          document.registry_revision = decided_at;
          COMITY_RETURN_IF_ERROR(rows->UpdateRecipient(document.id, *recipient));
          COMITY_RETURN_IF_ERROR(rows->UpdateDocument(document));
          COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
          const legal::Verdict& verdict = verdicts.front().verdict;
          json::Json detail = {{"recipient", recipient->spiffe_id},
                               {"outcome", std::string(legal::Name(verdict.outcome))},
                               {"basis", std::string(legal::Letter(verdict.basis()))},
                               {"registry_revision", decided_at.number}};
          // To whom, in law: of a contact or a prosecutor the authority.
          const std::string& counterpart = verdicts.front().counterpart;
          if (!counterpart.empty()) detail["counterpart"] = counterpart;
          COMITY_RETURN_IF_ERROR(
              AddMutationLeaf(turn, request, name, json::Canonical(detail), purpose));
          COMITY_RETURN_IF_ERROR(
              AddRecords(turn, *rows, request, document.id, verdicts, document.sender));
          turn.SetResource(name);
          return absl::OkStatus();
        });
    if (!committed.ok()) {
      // Nothing was asked if nothing was answered: then the gate writes the entry.
      if (verdicts.empty() || verdicts.front().permitted()) return committed.status();
      return RefuseTransfer(request, document_id, verdicts, committed.status());
    }
    // A repetition is handed nothing on the strength of an old answer.
    if (committed->replayed) continue;

    ReleasedHeaders released;
    {
      COMITY_ASSIGN_OR_RETURN(DocumentView view, Get(request, document_id));
      released.restrictions = std::move(view.restrictions);
      COMITY_ASSIGN_OR_RETURN(
          const std::string bytes,
          parts_.payloads->ReadObject(document_id, HeaderObject(request.caller->spiffe_id)));
      COMITY_ASSIGN_OR_RETURN(released.headers, UnpackHeaders(bytes));
      released.verdict = parts_.encode_verdict(verdicts.front().verdict);
    }
    absl::StatusOr<ReleasePermit> permit = parts_.registry->PermitRelease(decided_at, operational);
    if (permit.ok()) {
      released.permit = std::make_shared<const std::pair<ReleasePermit, ReleasePermit>>(
          own_permit, *std::move(permit));
      return released;
    }
    parts_.events->ReleaseStopped(ReasonOf(permit.status()));
    if (ReasonOf(permit.status()) != "REGISTRY_CHANGED") return permit.status();
  }
  return MakeError(absl::StatusCode::kUnavailable,
                   "The registry changed again and again while the release was decided; try again.",
                   {.reason = "REGISTRY_CHANGING", .retry_after = absl::Seconds(1)});
}

void Exchange::AwaitReleases() const {
  releases_->Exclude([] {});
}

}  // namespace comity::document_exchange
