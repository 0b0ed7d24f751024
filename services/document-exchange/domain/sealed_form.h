#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace comity::document_exchange {

// What can be told of a sealed payload without its key: enough to refuse what somebody forgot to
// seal, never enough to be sure.

// Whether an age payload (a 16-byte nonce, chunks of 64 KiB with 16 bytes of tag each) can have
// this length. INVALID_ARGUMENT `NOT_SEALED`, or `PAYLOAD_TOO_LARGE` above `largest`.
absl::Status CheckSealedLength(absl::string_view field, std::int64_t length, std::int64_t largest);

// Whether a payload can begin like this. INVALID_ARGUMENT `NOT_SEALED`: it begins with an age
// header, which belongs to the recipients and is submitted apart.
absl::Status CheckSealedStart(absl::string_view first_bytes);

}  // namespace comity::document_exchange
