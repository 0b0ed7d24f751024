#include "common/crypto/encoding.h"

#include "absl/strings/escaping.h"
#include "common/status/error.h"

namespace comity::crypto {

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

absl::StatusOr<std::string> FromHex(absl::string_view text) {
  if (text.size() % 2 == 0 && text.find_first_not_of("0123456789abcdef") == text.npos) {
    return absl::HexStringToBytes(text);
  }
  return InvalidField("HEX_INVALID", "text", "is not lower-case hexadecimal of whole bytes");
}

std::string Base64(absl::string_view bytes) { return absl::Base64Escape(bytes); }

absl::StatusOr<std::string> FromBase64(absl::string_view text) {
  std::string bytes;
  // Abseil is lenient; writing the bytes again tells whether this was the one canonical form.
  if (absl::Base64Unescape(text, &bytes) && absl::Base64Escape(bytes) == text) return bytes;
  return InvalidField("BASE64_INVALID", "text", "is not canonical base64 with padding");
}

}  // namespace comity::crypto
