#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/crypto/secret.h"

namespace comity::crypto {

inline constexpr std::size_t kX25519Size = 32;

// A new private key (RFC 7748).
Secret NewX25519Key();

// The public point of a private key of kX25519Size bytes: aborts for another size.
std::string X25519Public(const Secret& private_key);

// The shared secret of a private key and the other side's public point, kX25519Size bytes each
// (aborts otherwise). Nothing if the point has low order: the secret would be all zeros, whoever
// holds whichever key.
std::optional<Secret> X25519Shared(const Secret& private_key, absl::string_view public_point);

}  // namespace comity::crypto
