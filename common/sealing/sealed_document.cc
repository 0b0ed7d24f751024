#include "common/sealing/sealed_document.h"

#include "absl/strings/str_cat.h"
#include "common/sealing/age_header.h"
#include "common/sealing/pieces.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

absl::Status PayloadMismatch(absl::string_view payload) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("the stored ", payload,
                                " is not the one whose digests the manifest names: download it "
                                "again, and report it if that does not help"),
                   {.reason = "PAYLOAD_MISMATCH"});
}

absl::Status PlaintextMismatch(absl::string_view payload) {
  return MakeError(
      absl::StatusCode::kDataLoss,
      absl::StrCat("the ", payload,
                   " opens to something else than what its sender signed: it is not "
                   "shown; keep header and payload as evidence and reject the document"),
      {.reason = "PLAINTEXT_MISMATCH"});
}

}  // namespace

absl::StatusOr<Description> OpenDescription(const Manifest& manifest, absl::string_view header,
                                            absl::string_view payload,
                                            const AgeIdentity& identity) {
  PayloadDigester stored;
  stored.Update(payload);
  if (stored.Peek() != manifest.description) return PayloadMismatch("description");

  COMITY_RETURN_IF_ERROR(CheckSealedHeader(header));
  COMITY_ASSIGN_OR_RETURN(const crypto::Secret file_key, OpenHeader(header, identity));
  std::string plaintext;
  const auto collect = [&plaintext](absl::string_view part) {
    plaintext.append(part.data(), part.size());
    return absl::OkStatus();
  };
  PayloadOpener opener(file_key);
  COMITY_RETURN_IF_ERROR(opener.Write(payload, collect));
  COMITY_RETURN_IF_ERROR(opener.Finish(collect));
  if (crypto::Sha256(plaintext) != manifest.description_plaintext_sha256) {
    return PlaintextMismatch("description");
  }
  return ParseDescription(plaintext);
}

absl::Status OpenContent(const Manifest& manifest, const Description& description,
                         absl::string_view header, const AgeIdentity& identity, Source payload,
                         Sink sink) {
  COMITY_RETURN_IF_ERROR(CheckSealedHeader(header));
  COMITY_ASSIGN_OR_RETURN(const crypto::Secret file_key, OpenHeader(header, identity));
  PayloadDigester stored;
  crypto::Sha256Stream plaintext;
  std::int64_t length = 0;
  const auto keep = [&](absl::string_view part) {
    plaintext.Update(part);
    length += static_cast<std::int64_t>(part.size());
    return sink(part);
  };
  PayloadOpener opener(file_key);
  for (;;) {
    COMITY_ASSIGN_OR_RETURN(const absl::string_view part, payload());
    if (part.empty()) break;
    stored.Update(part);
    if (stored.length() > manifest.content.length) return PayloadMismatch("content");
    COMITY_RETURN_IF_ERROR(opener.Write(part, keep));
  }
  if (stored.Peek() != manifest.content) return PayloadMismatch("content");
  COMITY_RETURN_IF_ERROR(opener.Finish(keep));
  if (length != description.content_plaintext_length ||
      plaintext.Peek() != description.content_plaintext_sha256) {
    return PlaintextMismatch("content");
  }
  return absl::OkStatus();
}

}  // namespace comity::sealing
