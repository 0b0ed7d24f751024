#include "services/document-exchange/domain/exchange.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/ids/uuid.h"
#include "common/journal/entry.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/objects.h"
#include "services/document-exchange/domain/origins.h"

namespace comity::document_exchange {

absl::Status DocumentNotFound() {
  return MakeError(absl::StatusCode::kNotFound,
                   "There is no such document, or it is not for you; check the name.",
                   {.reason = "DOCUMENT_NOT_FOUND"});
}

Exchange::Exchange(Parts parts, Settings settings)
    : parts_(std::move(parts)), settings_(settings) {}

journal::Attempt Exchange::AttemptOf(const Request& request) {
  return {.caller = request.caller->spiffe_id,
          .via = request.via,
          .method = request.method,
          .request_id = request.request_id,
          .request_digest = request.digest,
          .deadline = request.deadline};
}

absl::StatusOr<sealing::Manifest> Exchange::LoadManifest(absl::string_view document_id) const {
  COMITY_ASSIGN_OR_RETURN(const std::string bytes,
                          parts_.payloads->ReadObject(document_id, kManifestObject));
  return sealing::ParseManifest(bytes);
}

absl::StatusOr<Document> Exchange::FindVisible(Rows& rows, const identity::Principal& caller,
                                               absl::string_view document_id) const {
  // The look-up is made for every well-formed id; any other cannot exist.
  if (!IsUuid(document_id)) return DocumentNotFound();
  COMITY_ASSIGN_OR_RETURN(std::optional<Document> document, rows.FindDocument(document_id));
  if (!document.has_value() || !Look(caller, *document).document) return DocumentNotFound();
  return *std::move(document);
}

absl::StatusOr<Recipient*> Exchange::OwnRow(Document& document, const identity::Principal& caller) {
  Recipient* const row = document.Find(caller.spiffe_id);
  if (row == nullptr) {
    return MakeError(
        absl::StatusCode::kPermissionDenied,
        "The document is not addressed to you by name: no header was made for you; ask "
        "a recipient of your unit.",
        {.reason = "NOT_A_RECIPIENT"});
  }
  return row;
}

absl::StatusOr<std::vector<Exchange::Derived>> Exchange::LoadDerived(
    Rows& rows, const identity::Principal* caller, const std::vector<std::string>& ids) const {
  std::vector<Derived> derived;
  for (const std::string& id : ids) {
    if (caller != nullptr) COMITY_RETURN_IF_ERROR(FindVisible(rows, *caller, id).status());
    COMITY_ASSIGN_OR_RETURN(sealing::Manifest manifest, LoadManifest(id));
    derived.push_back({.id = id, .manifest = std::move(manifest)});
  }
  return derived;
}

absl::StatusOr<std::vector<RecipientVerdict>> Exchange::CheckTransfer(
    Rows& rows, const RegistrySnapshot& registry, const Check& check, absl::Time instant) const {
  legal::Question base = check.context.question;
  for (const Derived& derived : check.derived) {
    // Read here and not with the manifest: a restriction may have been added a moment ago.
    COMITY_ASSIGN_OR_RETURN(const std::optional<Document> source, rows.FindDocument(derived.id));
    if (!source.has_value()) return DocumentNotFound();
    if (ActsForTheAgency(check.sender)) {
      COMITY_RETURN_IF_ERROR(CheckUsable(rows, registry, *source, instant));
    }
    MergeOrigins(base.origins, OriginsPassedOn(*source, derived.manifest, registry, instant));
  }
  if (check.document != nullptr) AddLaterRestrictions(base.origins, *check.document);
  COMITY_ASSIGN_OR_RETURN(const std::vector<legal::Decision> decisions,
                          rows.DecisionsOfCase(base.purpose.case_reference));
  const absl::Time sent = check.document != nullptr ? check.document->submit_time : instant;
  std::vector<RecipientVerdict> verdicts;
  for (std::size_t i = 0; i < check.recipients.size(); ++i) {
    COMITY_ASSIGN_OR_RETURN(const identity::Principal recipient,
                            identity::Principal::Parse(check.recipients[i]));
    COMITY_ASSIGN_OR_RETURN(
        const RecipientQuestion asked,
        QuestionFor(
            check.sender, sent, recipient, base, registry, instant,
            check.recipients.size() == 1 ? "recipient" : absl::StrCat("recipients[", i, "]")));
    verdicts.push_back(Decide(asked, check.recipients[i], decisions, registry));
  }
  return verdicts;
}

absl::Status Exchange::CheckUsable(Rows& rows, const RegistrySnapshot& registry,
                                   const Document& source, absl::Time instant) const {
  COMITY_ASSIGN_OR_RETURN(const identity::Principal sender,
                          identity::Principal::Parse(source.sender));
  if (ActsForTheAgency(sender)) return absl::OkStatus();
  std::vector<RecipientVerdict> verdicts;
  std::optional<Check> check;
  for (const Recipient& recipient : source.recipients) {
    COMITY_ASSIGN_OR_RETURN(const identity::Principal principal,
                            identity::Principal::Parse(recipient.spiffe_id));
    if (!ActsForTheAgency(principal)) continue;
    if (!check.has_value()) {
      COMITY_ASSIGN_OR_RETURN(check, LoadCheck(rows, source));
    }
    COMITY_ASSIGN_OR_RETURN(RecipientVerdict answer,
                            CheckRecipient(rows, registry, *check, recipient.spiffe_id, instant));
    verdicts.push_back(ForUse(std::move(answer)));
    COMITY_RETURN_IF_ERROR(NotPermitted(verdicts));
    RecipientState state = recipient.state;
    if (state == RecipientState::kQuarantined) return Advance(state, RecipientEvent::kHandOver);
  }
  return absl::OkStatus();
}

absl::StatusOr<Exchange::Check> Exchange::LoadCheck(Rows& rows, const Document& document) const {
  Check check{.document = &document};
  COMITY_ASSIGN_OR_RETURN(const sealing::Manifest manifest, LoadManifest(document.id));
  COMITY_ASSIGN_OR_RETURN(check.context, ContextOf(manifest, document.flags));
  COMITY_ASSIGN_OR_RETURN(check.derived, LoadDerived(rows, nullptr, check.context.derived_from));
  COMITY_ASSIGN_OR_RETURN(check.sender, identity::Principal::Parse(document.sender));
  return check;
}

absl::StatusOr<RecipientVerdict> Exchange::CheckRecipient(Rows& rows,
                                                          const RegistrySnapshot& registry,
                                                          Check& check, absl::string_view recipient,
                                                          absl::Time instant) const {
  check.recipients = {std::string(recipient)};
  COMITY_ASSIGN_OR_RETURN(std::vector<RecipientVerdict> verdicts,
                          CheckTransfer(rows, registry, check, instant));
  return std::move(verdicts.front());
}

absl::Status Exchange::AddMutationLeaf(journal::Turn& turn, const Request& request,
                                       absl::string_view resource, absl::string_view detail,
                                       absl::string_view purpose) const {
  return turn
      .AddLeaf({.time = turn.now(),
                .kind = journal::kMutationEntry,
                .caller = request.caller->spiffe_id,
                .method = request.method,
                .request_id = request.request_id,
                .revision = turn.revision(),
                .resource = std::string(resource),
                .outcome = "DONE",
                .purpose = std::string(purpose),
                .via = request.via,
                .detail = std::string(detail)})
      .status();
}

absl::Status Exchange::StateAndCount(journal::Turn& turn, WritableRows& rows,
                                     absl::string_view method, const StatementDraft& draft) const {
  COMITY_RETURN_IF_ERROR(State(turn, rows, *parts_.signer(), method, draft));
  parts_.events->StatementMade(draft.kind);
  return absl::OkStatus();
}

absl::Status Exchange::AddRecords(journal::Turn& turn, WritableRows& rows, const Request& request,
                                  absl::string_view document_id,
                                  const std::vector<RecipientVerdict>& verdicts,
                                  absl::string_view sender) const {
  const absl::string_view method = request.method;
  const absl::string_view attempt = method.substr(method.rfind('/') + 1);
  std::int64_t ordinal = 0;
  for (const RecipientVerdict& answer : verdicts) {
    if (answer.own) continue;
    COMITY_RETURN_IF_ERROR(
        rows.InsertTransferRecord({.revision = turn.revision(),
                                   .ordinal = ordinal++,
                                   .commit_time = turn.now(),
                                   .document_id = std::string(document_id),
                                   .attempt = std::string(attempt),
                                   .sender = std::string(sender),
                                   .recipient = answer.recipient,
                                   .refused = !answer.permitted(),
                                   .verdict = parts_.encode_verdict(answer.verdict),
                                   // The entry that the caller added just before.
                                   .leaf_index = turn.next_leaf_index() - 1}));
    parts_.events->TransferChecked(attempt, answer.verdict.outcome);
  }
  return absl::OkStatus();
}

absl::Status Exchange::RefuseTransfer(const Request& request, absl::string_view document_id,
                                      const std::vector<RecipientVerdict>& verdicts,
                                      const absl::Status& refusal,
                                      const StatementDraft* rejection) const {
  json::Json outcomes = json::Json::array();
  for (const RecipientVerdict& answer : verdicts) {
    if (answer.own) continue;
    outcomes.push_back({{"recipient", answer.recipient},
                        {"outcome", std::string(legal::Name(answer.verdict.outcome))}});
  }
  const std::string detail =
      outcomes.empty() ? "" : json::Canonical({{"verdicts", std::move(outcomes)}});
  // A refusal is no attempt of its own: a repetition is refused, and recorded, anew.
  journal::Attempt attempt = AttemptOf(request);
  attempt.request_id.clear();
  const absl::StatusOr<journal::Committed> recorded =
      parts_.journal->Mutate(std::move(attempt), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_RETURN_IF_ERROR(
            turn.AddLeaf({.time = turn.now(),
                          .kind = "REFUSAL",
                          .caller = request.caller->spiffe_id,
                          .method = request.method,
                          .request_id = request.request_id,
                          .resource = document_id.empty() ? std::string()
                                                          : absl::StrCat("documents/", document_id),
                          .outcome = absl::StatusCodeToString(refusal.code()),
                          .reason = ReasonOf(refusal),
                          .via = request.via,
                          .detail = detail})
                .status());
        // A record's document is one that there is: a refused submission made none.
        const bool stored = rejection == nullptr;
        COMITY_RETURN_IF_ERROR(AddRecords(turn, *rows, request, stored ? document_id : "", verdicts,
                                          request.caller->spiffe_id));
        if (rejection != nullptr) {
          COMITY_RETURN_IF_ERROR(StateAndCount(turn, *rows, request.method, *rejection));
        }
        return absl::OkStatus();
      });
  if (!recorded.ok()) return recorded.status();
  request.evidenced = true;
  return refusal;
}

}  // namespace comity::document_exchange
