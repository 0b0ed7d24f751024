#include "common/sealing/evidence.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/sealing/document_fields.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kConfirmationFormat = "comity.retrieval.v1";
constexpr absl::string_view kConfirmationReason = "CONFIRMATION_INVALID";
constexpr absl::string_view kStatementFormat = "comity.statement.v1";
constexpr absl::string_view kStatementReason = "STATEMENT_INVALID";

void Check(const RetrievalConfirmation& confirmation, Complaint& complaint) {
  RequireUuidV7(complaint, "confirmation.document_id", confirmation.document_id);
  RequireSpiffeId(complaint, "confirmation.recipient", confirmation.recipient);
  RequireTime(complaint, "confirmation.time", confirmation.time);
}

std::string Write(const RetrievalConfirmation& confirmation) {
  return json::Canonical({
      {"format", std::string(kConfirmationFormat)},
      {"document_id", confirmation.document_id},
      {"manifest_sha256", DigestText(confirmation.manifest_sha256)},
      {"recipient", confirmation.recipient},
      {"time", TimeText(confirmation.time)},
      {"content_plaintext_sha256", DigestText(confirmation.content_plaintext_sha256)},
  });
}

void RequireReasonCode(Complaint& complaint, absl::string_view path, absl::string_view value) {
  constexpr std::size_t kMost = 63;
  const bool good =
      value.size() <= kMost && std::all_of(value.begin(), value.end(), [](unsigned char c) {
        return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
      });
  if (!good) complaint.Add(path, "must be a word in UPPER_SNAKE form of at most 63 letters");
}

void Check(const Statement& statement, Complaint& complaint) {
  RequireWord(
      complaint, "statement.kind", statement.kind,
      {"SUBMISSION_ACCEPTANCE", "SUBMISSION_REJECTION", "RELAY_ACCEPTANCE", "RELAY_REJECTION",
       "RELAY_FAILURE", "DELIVERY", "NON_DELIVERY", "RETRIEVAL", "NON_RETRIEVAL"});
  RequireSpiffeId(complaint, "statement.service", statement.service);
  RequireStoreId(complaint, "statement.store_id", statement.store_id);
  RequireUuidV7(complaint, "statement.document_id", statement.document_id);
  RequireSpiffeId(complaint, "statement.sender", statement.sender);
  if (absl::StartsWith(statement.kind, "SUBMISSION_")) {
    if (!statement.recipient.empty()) {
      complaint.Add("statement.recipient",
                    "must be left out: a submission is about all recipients");
    }
  } else {
    RequireSpiffeId(complaint, "statement.recipient", statement.recipient);
  }
  RequireReasonCode(complaint, "statement.reason_code", statement.reason_code);
  RequireTime(complaint, "statement.time", statement.time);
  RequireNumber(complaint, "statement.leaf_index", statement.leaf_index, 0, kLargestNumber);
  if (statement.registry_revision) {
    RequireStoreId(complaint, "statement.registry_revision.store_id",
                   statement.registry_revision->store_id);
    RequireNumber(complaint, "statement.registry_revision.number",
                  statement.registry_revision->number, 1, kLargestNumber);
  }
  if (statement.confirmation_sha256.has_value() != (statement.kind == "RETRIEVAL")) {
    complaint.Add("statement.confirmation_sha256", "goes with RETRIEVAL, and only with it");
  }
}

std::string Write(const Statement& statement) {
  Json document = {
      {"format", std::string(kStatementFormat)},
      {"kind", statement.kind},
      {"service", statement.service},
      {"store_id", statement.store_id},
      {"document_id", statement.document_id},
      {"manifest_sha256", DigestText(statement.manifest_sha256)},
      {"sender", statement.sender},
      {"time", TimeText(statement.time)},
      {"leaf_index", statement.leaf_index},
  };
  PutUnlessEmpty(document, "recipient", statement.recipient);
  PutUnlessEmpty(document, "reason_code", statement.reason_code);
  if (statement.registry_revision) {
    document["registry_revision"] = {{"store_id", statement.registry_revision->store_id},
                                     {"number", statement.registry_revision->number}};
  }
  PutIfSet(document, "registry_checkpoint_sha256", statement.registry_checkpoint_sha256);
  PutIfSet(document, "confirmation_sha256", statement.confirmation_sha256);
  return json::Canonical(document);
}

}  // namespace

absl::StatusOr<std::string> BuildRetrievalConfirmation(const RetrievalConfirmation& confirmation) {
  Complaint complaint(kConfirmationReason);
  Check(confirmation, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return Write(confirmation);
}

absl::StatusOr<RetrievalConfirmation> ParseRetrievalConfirmation(absl::string_view bytes) {
  Complaint complaint(kConfirmationReason);
  const Json document = ParseDocument(bytes, "confirmation", kLargestEvidence, complaint);
  ObjectReader reader(document, "confirmation", &complaint);
  RetrievalConfirmation confirmation;
  RequireFormat(complaint, "confirmation.format", reader.Text("format"), kConfirmationFormat);
  confirmation.document_id = reader.Text("document_id");
  confirmation.manifest_sha256 = reader.Digest("manifest_sha256");
  confirmation.recipient = reader.Text("recipient");
  confirmation.time = reader.Time("time");
  confirmation.content_plaintext_sha256 = reader.Digest("content_plaintext_sha256");
  reader.Finish();
  Check(confirmation, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return confirmation;
}

absl::StatusOr<std::string> BuildStatement(const Statement& statement) {
  Complaint complaint(kStatementReason);
  Check(statement, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return Write(statement);
}

absl::StatusOr<Statement> ParseStatement(absl::string_view bytes) {
  Complaint complaint(kStatementReason);
  const Json document = ParseDocument(bytes, "statement", kLargestEvidence, complaint);
  ObjectReader reader(document, "statement", &complaint);
  Statement statement;
  RequireFormat(complaint, "statement.format", reader.Text("format"), kStatementFormat);
  statement.kind = reader.Text("kind");
  statement.service = reader.Text("service");
  statement.store_id = reader.Text("store_id");
  statement.document_id = reader.Text("document_id");
  statement.manifest_sha256 = reader.Digest("manifest_sha256");
  statement.sender = reader.Text("sender");
  statement.recipient = reader.OptionalText("recipient");
  statement.reason_code = reader.OptionalText("reason_code");
  statement.time = reader.Time("time");
  statement.leaf_index = reader.Number("leaf_index");
  if (auto revision = reader.OptionalObject("registry_revision")) {
    statement.registry_revision.emplace();
    statement.registry_revision->store_id = revision->Text("store_id");
    statement.registry_revision->number = revision->Number("number");
    revision->Finish();
  }
  statement.registry_checkpoint_sha256 = reader.OptionalDigest("registry_checkpoint_sha256");
  statement.confirmation_sha256 = reader.OptionalDigest("confirmation_sha256");
  reader.Finish();
  Check(statement, complaint);
  RequireSameBytes(
      complaint, "statement", [&] { return Write(statement); }, bytes);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return statement;
}

}  // namespace comity::sealing
