#include "common/sealing/key_statement.h"

#include "common/sealing/age_key.h"
#include "common/sealing/document_fields.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kFormat = "comity.key-statement.v1";
constexpr absl::string_view kReason = "KEY_STATEMENT_INVALID";

void Check(const KeyStatement& statement, Complaint& complaint) {
  RequireSpiffeId(complaint, "key_statement.holder", statement.holder);
  if (!AgeRecipient::Parse(statement.age_recipient).ok()) {
    complaint.Add("key_statement.age_recipient", "is not an age key one can seal to");
  }
  RequireNumber(complaint, "key_statement.serial", statement.serial, 1, kLargestNumber);
  RequireTime(complaint, "key_statement.not_before", statement.not_before);
  RequireTime(complaint, "key_statement.not_after", statement.not_after);
  if (statement.not_after <= statement.not_before) {
    complaint.Add("key_statement.not_after", "must be after not_before");
  }
  if (statement.previous_sha256.has_value() != (statement.serial > 1)) {
    complaint.Add("key_statement.previous_sha256", "goes with serial 2 and above, and only there");
  }
  if (!statement.countersigner.empty()) {
    RequireSpiffeId(complaint, "key_statement.countersigner", statement.countersigner);
    if (statement.countersigner == statement.holder) {
      complaint.Add("key_statement.countersigner", "must be another than the holder");
    }
  }
}

std::string Write(const KeyStatement& statement) {
  Json document = {
      {"format", std::string(kFormat)},
      {"holder", statement.holder},
      {"age_recipient", statement.age_recipient},
      {"serial", statement.serial},
      {"not_before", TimeText(statement.not_before)},
      {"not_after", TimeText(statement.not_after)},
  };
  PutIfSet(document, "previous_sha256", statement.previous_sha256);
  PutUnlessEmpty(document, "countersigner", statement.countersigner);
  return json::Canonical(document);
}

absl::Status BrokenChain(absl::string_view sentence) {
  return MakeError(absl::StatusCode::kFailedPrecondition, sentence,
                   {.reason = "KEY_STATEMENT_CHAIN"});
}

}  // namespace

absl::StatusOr<std::string> BuildKeyStatement(const KeyStatement& statement) {
  Complaint complaint(kReason);
  Check(statement, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return Write(statement);
}

absl::StatusOr<KeyStatement> ParseKeyStatement(absl::string_view bytes) {
  Complaint complaint(kReason);
  const Json document = ParseDocument(bytes, "key_statement", kLargestKeyStatement, complaint);
  ObjectReader reader(document, "key_statement", &complaint);
  KeyStatement statement;
  RequireFormat(complaint, "key_statement.format", reader.Text("format"), kFormat);
  statement.holder = reader.Text("holder");
  statement.age_recipient = reader.Text("age_recipient");
  statement.serial = reader.Number("serial");
  statement.not_before = reader.Time("not_before");
  statement.not_after = reader.Time("not_after");
  statement.previous_sha256 = reader.OptionalDigest("previous_sha256");
  statement.countersigner = reader.OptionalText("countersigner");
  reader.Finish();
  Check(statement, complaint);
  RequireSameBytes(
      complaint, "key_statement", [&] { return Write(statement); }, bytes);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return statement;
}

absl::Status CheckFollows(const KeyStatement& next, absl::string_view previous_bytes) {
  COMITY_ASSIGN_OR_RETURN(const KeyStatement previous, ParseKeyStatement(previous_bytes));
  if (next.holder != previous.holder) {
    return BrokenChain("the key statement is of another holder than the one before it");
  }
  if (next.serial != previous.serial + 1) {
    return BrokenChain("the key statement has not the serial after that of the one before it");
  }
  if (next.previous_sha256 != crypto::Sha256(previous_bytes)) {
    return BrokenChain("the key statement does not name the one before it by its digest");
  }
  return absl::OkStatus();
}

absl::Status CheckInEffect(const KeyStatement& statement, absl::Time at) {
  if (at >= statement.not_before && at < statement.not_after) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   at < statement.not_before
                       ? "the key statement is not in effect yet"
                       : "the key statement has expired: its holder must publish a new one",
                   {.reason = "KEY_STATEMENT_NOT_IN_EFFECT"});
}

}  // namespace comity::sealing
