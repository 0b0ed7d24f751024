#include "common/sealing/description.h"

#include "absl/strings/match.h"
#include "common/sealing/document_fields.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kFormat = "comity.description.v1";
constexpr absl::string_view kReason = "DESCRIPTION_INVALID";

// What is safe as a name in whatever folder the recipient chooses, on whatever system.
bool IsFileName(absl::string_view name) {
  return name != "." && name != ".." && name.find_first_of("/\\:") == name.npos;
}

void Check(const Description& description, Complaint& complaint) {
  RequireText(complaint, "description.title", description.title, 500, /*optional=*/false);
  RequireText(complaint, "description.file_name", description.file_name, 255, /*optional=*/false);
  if (!IsFileName(description.file_name)) {
    complaint.Add("description.file_name", "must be a name without folders");
  }
  RequireText(complaint, "description.media_type", description.media_type, 255,
              /*optional=*/false);
  RequireText(complaint, "description.case_reference", description.case_reference, 500);
  RequireText(complaint, "description.note", description.note, 16U << 10, /*optional=*/true,
              /*lines=*/true);
  RequireNumber(complaint, "description.content_plaintext_length",
                description.content_plaintext_length, 0, kLargestNumber);
}

std::string Write(const Description& description) {
  Json document = {
      {"format", std::string(kFormat)},
      {"title", description.title},
      {"file_name", description.file_name},
      {"media_type", description.media_type},
      {"content_plaintext_length", description.content_plaintext_length},
      {"content_plaintext_sha256", DigestText(description.content_plaintext_sha256)},
      {"blind", DigestText(description.blind)},
  };
  PutUnlessEmpty(document, "case_reference", description.case_reference);
  PutUnlessEmpty(document, "note", description.note);
  return json::Canonical(document);
}

}  // namespace

absl::Status CheckPlain(const Description& description) {
  return CheckPlainTexts(kReason, "description",
                         {{"title", description.title},
                          {"file_name", description.file_name},
                          {"media_type", description.media_type},
                          {"case_reference", description.case_reference},
                          {"note", description.note, text::Lines::kMany}});
}

absl::StatusOr<std::string> BuildDescription(const Description& description) {
  Complaint complaint(kReason);
  Check(description, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  COMITY_RETURN_IF_ERROR(CheckPlain(description));
  std::string bytes = Write(description);
  RequireAtMostBytes(complaint, "description", bytes.size(), kLargestDescription);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return bytes;
}

absl::StatusOr<Description> ParseDescription(absl::string_view bytes) {
  Complaint complaint(kReason);
  const Json document = ParseDocument(bytes, "description", kLargestDescription, complaint);
  ObjectReader reader(document, "description", &complaint);
  Description description;
  RequireFormat(complaint, "description.format", reader.Text("format"), kFormat);
  description.title = reader.Text("title");
  description.file_name = reader.Text("file_name");
  description.media_type = reader.Text("media_type");
  description.case_reference = reader.OptionalText("case_reference");
  description.note = reader.OptionalText("note");
  description.content_plaintext_length = reader.Number("content_plaintext_length");
  description.content_plaintext_sha256 = reader.Digest("content_plaintext_sha256");
  description.blind = reader.Digest("blind");
  reader.Finish();
  Check(description, complaint);
  RequireSameBytes(
      complaint, "description", [&] { return Write(description); }, bytes);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return description;
}

}  // namespace comity::sealing
