#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

inline constexpr std::size_t kLargestDescription = std::size_t{32} * 1024;

// The plaintext of a description: `comity.description.v1`. Only sender and recipients see it.
struct Description {
  std::string title;
  std::string file_name;   // Without folders; Parse refuses `/`, `\`, `.`, `..` and controls.
  std::string media_type;  // Such as `application/pdf`.
  std::string case_reference;
  std::string note;
  std::int64_t content_plaintext_length = 0;
  crypto::Digest content_plaintext_sha256 = {};
  crypto::Digest blind = {};  // 32 random bytes.

  friend bool operator==(const Description&, const Description&) = default;
};

// As CheckPlain of a manifest: INVALID_ARGUMENT `DESCRIPTION_INVALID` with the member's path.
absl::Status CheckPlain(const Description& description);

// The bytes to seal. INVALID_ARGUMENT `DESCRIPTION_INVALID` with the member's path; as CheckPlain.
absl::StatusOr<std::string> BuildDescription(const Description& description);

// Only what BuildDescription makes, byte for byte, but for texts that are not plain: the service
// cannot read it, so another sender may have sealed any. Print them with text::Shown.
// INVALID_ARGUMENT `DESCRIPTION_INVALID`.
absl::StatusOr<Description> ParseDescription(absl::string_view bytes);

}  // namespace comity::sealing
