#include "services/document-exchange/domain/statement.h"

#include "common/sealing/evidence.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/rows.h"

namespace comity::document_exchange {

absl::string_view Name(StatementKind kind) {
  switch (kind) {
    case StatementKind::kSubmissionAcceptance:
      return "SUBMISSION_ACCEPTANCE";
    case StatementKind::kSubmissionRejection:
      return "SUBMISSION_REJECTION";
    case StatementKind::kRelayAcceptance:
      return "RELAY_ACCEPTANCE";
    case StatementKind::kRelayRejection:
      return "RELAY_REJECTION";
    case StatementKind::kRelayFailure:
      return "RELAY_FAILURE";
    case StatementKind::kDelivery:
      return "DELIVERY";
    case StatementKind::kNonDelivery:
      return "NON_DELIVERY";
    case StatementKind::kRetrieval:
      return "RETRIEVAL";
    case StatementKind::kNonRetrieval:
      return "NON_RETRIEVAL";
  }
  return "";
}

absl::Status State(journal::Turn& turn, WritableRows& rows, const sealing::Signer& signer,
                   absl::string_view method, const StatementDraft& draft) {
  const absl::Time time = absl::FromUnixSeconds(absl::ToUnixSeconds(turn.now()));
  sealing::Statement statement = {
      .kind = std::string(Name(draft.kind)),
      .service = signer.spiffe_id(),
      .store_id = turn.store_id(),
      .document_id = draft.document_id,
      .manifest_sha256 = draft.manifest_sha256,
      .sender = draft.sender,
      .recipient = draft.recipient,
      .reason_code = draft.reason_code,
      .time = time,
      .leaf_index = turn.next_leaf_index(),
      .registry_checkpoint_sha256 = draft.registry_checkpoint_sha256,
  };
  if (draft.registry_revision.has_value()) {
    statement.registry_revision = sealing::RegistryRevision{
        .store_id = draft.registry_revision->store_id, .number = draft.registry_revision->number};
  }
  if (!draft.confirmation.empty()) {
    statement.confirmation_sha256 = crypto::Sha256(draft.confirmation);
  }
  COMITY_ASSIGN_OR_RETURN(const std::string bytes, sealing::BuildStatement(statement));
  COMITY_ASSIGN_OR_RETURN(const std::string signature, signer.Sign(bytes, time));
  COMITY_ASSIGN_OR_RETURN(const journal::AddedLeaf leaf,
                          turn.AddLeaf({.time = time,
                                        .kind = "STATEMENT",
                                        .caller = "-",
                                        .method = std::string(method),
                                        .revision = turn.revision(),
                                        .resource = "documents/" + draft.document_id,
                                        .outcome = "DONE",
                                        .reason = draft.reason_code,
                                        .statement_sha256 = crypto::Sha256(bytes)}));
  if (leaf.leaf_index != statement.leaf_index) {
    return MakeError(absl::StatusCode::kInternal, "A statement got another leaf than it names.",
                     {.reason = "LEAF_MOVED"});
  }
  return rows.InsertStatement({.document_id = draft.document_id,
                               .kind = draft.kind,
                               .sender = draft.sender,
                               .recipient = draft.recipient,
                               .statement = bytes,
                               .signature = signature,
                               .confirmation = draft.confirmation,
                               .confirmation_signature = draft.confirmation_signature,
                               .store_id = turn.store_id(),
                               .leaf_index = leaf.leaf_index,
                               .commit_time = turn.now()});
}

}  // namespace comity::document_exchange
