#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::crypto {

// Lower-case hexadecimal.
std::string Hex(absl::string_view bytes);

// Reverses Hex. INVALID_ARGUMENT `HEX_INVALID` for anything else, upper case too.
absl::StatusOr<std::string> FromHex(absl::string_view text);

// Base64 with padding (RFC 4648, 4).
std::string Base64(absl::string_view bytes);

// Reverses Base64, canonical form only: INVALID_ARGUMENT `BASE64_INVALID` for stray bits, missing
// padding, white space.
absl::StatusOr<std::string> FromBase64(absl::string_view text);

}  // namespace comity::crypto
