#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/registry_view/partner_of.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/rows_digest.h"
#include "services/document-exchange/domain/texts.h"

namespace comity::document_exchange {
namespace {

absl::Status DecisionNotFound() {
  return MakeError(absl::StatusCode::kNotFound,
                   "There is no such decision, or it is not for you; check the name.",
                   {.reason = "DECISION_NOT_FOUND"});
}

// The first thing that stands in the way, for those who see only that a document is withheld.
std::string FirstObstacle(const legal::Verdict& verdict) {
  for (const legal::Reason& reason : verdict.reasons) {
    if (reason.outcome == legal::Outcome::kPermitted) continue;
    const std::string& footnote = verdict.counterpart_footnote;
    return absl::StrCat(reason.sentence, " (", reason.article, ")", footnote.empty() ? "" : " ",
                        footnote);
  }
  return "The transfer check no longer permits it.";
}

bool MaySee(const DecisionFilter& filter, const RecordedDecision& recorded) {
  if (filter.all || recorded.side == filter.side) return true;
  const std::string& partner = recorded.decision.partner;
  return partner.empty() ? filter.agency : partner == filter.partner;
}

}  // namespace

absl::StatusOr<DecisionFilter> Exchange::VisibleDecisions(const Request& request,
                                                          absl::string_view case_reference) const {
  using identity::Role;
  const identity::Principal& caller = *request.caller;
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  const bool college = caller.IsAgency(Role::kCollege) || caller.IsAgency(Role::kPresident);
  return DecisionFilter{
      .all = college || caller.IsAgency(Role::kAuditor) || caller.IsAgency(Role::kDpo),
      .partner = PartnerOf(caller, *registry, DayInBrussels(parts_.clock->Now())),
      .side = SideOf(caller),
      .agency = caller.IsAgency(Role::kNationalMember),
      .case_reference = std::string(case_reference)};
}

absl::StatusOr<RecordedDecision> Exchange::RecordDecision(const Request& request,
                                                          const RecordedDecision& wanted) {
  // As it was recorded, also to a repetition after its withdrawal: nothing else changes of it.
  const auto as_recorded = [&](const journal::Committed& then) -> absl::StatusOr<RecordedDecision> {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(std::optional<RecordedDecision> stored,
                            rows->FindDecision(absl::StripPrefix(then.resource, "decisions/")));
    if (!stored.has_value()) return DecisionNotFound();
    stored->decision.withdrawn.reset();
    stored->revision = then.revision;
    return *std::move(stored);
  };
  // Asked first: who may not decide today may have done so when it was answered.
  COMITY_ASSIGN_OR_RETURN(const std::optional<journal::Committed> answered,
                          parts_.journal->FindAnswer(AttemptOf(request)));
  if (answered.has_value()) return as_recorded(*answered);

  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  const absl::CivilDay today = DayInBrussels(parts_.clock->Now());
  COMITY_RETURN_IF_ERROR(CheckMayDecide(
      *request.caller, PartnerOf(*request.caller, *registry, today), wanted.decision));
  COMITY_RETURN_IF_ERROR(CheckStandsFor(*request.caller, wanted.decision, *registry, today));
  COMITY_RETURN_IF_ERROR(CheckDecision(wanted));
  RecordedDecision recorded = wanted;
  recorded.recorded_by = request.caller->spiffe_id;
  recorded.side = SideOf(*request.caller);
  recorded.decision.withdrawn.reset();
  const std::string id = NewUuid(parts_.clock->Now());
  COMITY_ASSIGN_OR_RETURN(
      const journal::Committed committed,
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        recorded.decision.name = absl::StrCat("decisions/", id);
        recorded.record_time = turn.now();
        recorded.revision = turn.revision();
        recorded.position = turn.revision();
        COMITY_RETURN_IF_ERROR(rows->InsertDecision(recorded));
        COMITY_RETURN_IF_ERROR(turn.Put("decision", id, RowsDigest(recorded)));
        COMITY_RETURN_IF_ERROR(
            AddMutationLeaf(turn, request, recorded.decision.name,
                            json::Canonical({{"kind", static_cast<int>(recorded.decision.kind)},
                                             {"partner", recorded.decision.partner},
                                             {"counterparts", recorded.decision.counterparts},
                                             {"case_reference", recorded.decision.case_reference},
                                             {"evidence", recorded.evidence},
                                             {"conditions", recorded.decision.conditions},
                                             {"grounds", recorded.decision.grounds}})));
        turn.SetResource(recorded.decision.name);
        return absl::OkStatus();
      }));
  return as_recorded(committed);
}

absl::StatusOr<RecordedDecision> Exchange::WithdrawDecision(const Request& request,
                                                            absl::string_view decision_id,
                                                            absl::string_view reason) {
  if (!IsUuid(decision_id)) return DecisionNotFound();
  COMITY_RETURN_IF_ERROR(CheckReason(reason));
  COMITY_ASSIGN_OR_RETURN(const DecisionFilter visible, VisibleDecisions(request, ""));
  int withheld = 0;
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_ASSIGN_OR_RETURN(std::optional<RecordedDecision> recorded,
                                rows->FindDecision(decision_id));
        if (!recorded.has_value() || !MaySee(visible, *recorded)) return DecisionNotFound();
        COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                                parts_.registry->Latest());
        COMITY_RETURN_IF_ERROR(CheckMayWithdraw(
            *request.caller, PartnerOf(*request.caller, *registry, DayInBrussels(turn.now())),
            *recorded));
        const std::string& name = recorded->decision.name;
        turn.SetResource(name);
        if (recorded->decision.withdrawn.has_value()) {
          turn.ChangeNothing();
          return absl::OkStatus();
        }
        COMITY_RETURN_IF_ERROR(rows->WithdrawDecision(decision_id, turn.now()));
        recorded->decision.withdrawn = turn.now();
        COMITY_RETURN_IF_ERROR(turn.Put("decision", decision_id, RowsDigest(*recorded)));

        // What is not yet available is decided again, and stopped in the same transaction
        // (EJR 47(5): with effect for what has not yet been made available).
        COMITY_ASSIGN_OR_RETURN(std::vector<Document> waiting,
                                rows->WaitingOfCase(recorded->decision.case_reference));
        for (Document& document : waiting) {
          bool changed = false;
          absl::StatusOr<Check> check = LoadCheck(*rows, document);
          for (Recipient& recipient : document.recipients) {
            if (recipient.own || !NotYetAvailable(recipient.state)) continue;
            const absl::StatusOr<RecipientVerdict> answer =
                check.ok()
                    ? CheckRecipient(*rows, *registry, *check, recipient.spiffe_id, turn.now())
                    : check.status();
            if (answer.ok() && answer->permitted()) continue;
            COMITY_RETURN_IF_ERROR(Advance(recipient.state, RecipientEvent::kWithhold));
            // Whom the registry no longer knows, or what cannot be read, must not keep the
            // withdrawal from taking effect: without an answer nothing is permitted.
            recipient.reason = answer.ok() ? FirstObstacle(answer->verdict)
                                           : std::string(answer.status().message());
            recipient.delivery_due.reset();
            recipient.retrieval_due.reset();
            COMITY_RETURN_IF_ERROR(rows->UpdateRecipient(document.id, recipient));
            COMITY_RETURN_IF_ERROR(
                StateAndCount(turn, *rows, request.method,
                              {.kind = StatementKind::kNonDelivery,
                               .document_id = document.id,
                               .manifest_sha256 = document.manifest_sha256,
                               .sender = document.sender,
                               .recipient = recipient.spiffe_id,
                               .reason_code = "DECISION_WITHDRAWN",
                               .registry_revision = registry->revision(),
                               .registry_checkpoint_sha256 = registry->checkpoint_sha256()}));
            changed = true;
            ++withheld;
          }
          if (changed) {
            COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
          }
        }
        return AddMutationLeaf(turn, request, name,
                               json::Canonical({{"reason", std::string(reason)}}));
      });
  COMITY_RETURN_IF_ERROR(committed.status());
  AwaitReleases();
  for (int i = 0; i < withheld; ++i) parts_.events->Withheld();
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(std::optional<RecordedDecision> stored, rows->FindDecision(decision_id));
  if (!stored.has_value()) return DecisionNotFound();
  return *std::move(stored);
}

}  // namespace comity::document_exchange
