#pragma once

#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"
#include "common/crypto/secret.h"

namespace comity::crypto {

// HKDF-SHA-256 (RFC 5869) with an output of 32 bytes: a key for one use, named by `info`, out of
// `key`. An empty `salt` is the one of 32 zeros.
Secret Hkdf(absl::string_view key, absl::string_view salt, absl::string_view info);

}  // namespace comity::crypto
