#include "services/document-exchange/domain/sealed_form.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::document_exchange {
namespace {

constexpr std::int64_t kNonce = 16;
constexpr std::int64_t kTag = 16;
constexpr std::int64_t kChunk = 64 * 1024 + kTag;

}  // namespace

absl::Status CheckSealedLength(absl::string_view field, std::int64_t length, std::int64_t largest) {
  if (length > largest) {
    return InvalidField("PAYLOAD_TOO_LARGE", field,
                        absl::StrCat("must be at most ", largest, " bytes"));
  }
  const std::int64_t chunks = length - kNonce;
  const std::int64_t last = chunks > 0 ? chunks % kChunk : 0;
  // Only an empty plaintext has an empty chunk.
  const bool possible = chunks >= kTag && (last == 0 || last > kTag || chunks == kTag);
  if (!possible) {
    return InvalidField("NOT_SEALED", field,
                        "is no length of a sealed payload (age v1, without its header); seal the "
                        "file first");
  }
  return absl::OkStatus();
}

absl::Status CheckSealedStart(absl::string_view first_bytes) {
  if (!absl::StartsWith(first_bytes, "age-encryption.org/")) return absl::OkStatus();
  return InvalidField("NOT_SEALED", "data",
                      "begins with an age header; send the payload behind it, and the header with "
                      "SubmitDocument");
}

}  // namespace comity::document_exchange
