#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/crypto/secret.h"

namespace comity::sealing {

// Bech32 (BIP 173) as age uses it: without its limit of 90 characters, whole bytes only. `prefix`
// and texts are lower case here; age's upper-case form is the caller's to turn.

// `<prefix>1<data><checksum>`.
crypto::Secret Bech32Encode(absl::string_view prefix, absl::string_view bytes);

// Nothing unless `text` is exactly what Bech32Encode makes of `prefix` and some bytes.
std::optional<crypto::Secret> Bech32Decode(absl::string_view prefix, absl::string_view text);

}  // namespace comity::sealing
