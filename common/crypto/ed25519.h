#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_pkey_st;

namespace comity::crypto {

// A public key of Ed25519 (RFC 8032), encoded.
using Ed25519PublicKey = std::array<std::uint8_t, 32>;

// The private half of an Ed25519 key. Signatures are deterministic: the same key and message give
// the same bytes in every process. Copies share the key. Thread-safe.
class Ed25519Key {
 public:
  // From the 32-byte seed of RFC 8032. INVALID_ARGUMENT `KEY_INVALID` for another length.
  static absl::StatusOr<Ed25519Key> FromSeed(absl::string_view seed);

  // From an unencrypted PEM text ("BEGIN PRIVATE KEY"), as `openssl genpkey -algorithm ed25519`
  // writes it. INVALID_ARGUMENT `KEY_INVALID` for anything else, other algorithms too.
  static absl::StatusOr<Ed25519Key> FromPem(absl::string_view pem);

  // From a file that holds either a PEM text or exactly the 32 bytes of a seed. NOT_FOUND
  // `KEY_FILE_UNREADABLE` if it cannot be read, INVALID_ARGUMENT `KEY_INVALID` if it is neither.
  static absl::StatusOr<Ed25519Key> FromFile(const std::string& path);

  const Ed25519PublicKey& public_key() const { return public_key_; }

  // The 64-byte signature of `message`. Ends the process if the library cannot sign.
  std::string Sign(absl::string_view message) const;

 private:
  explicit Ed25519Key(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  Ed25519PublicKey public_key_;
};

// Whether `signature` is `key`'s over `message`. False for anything malformed.
bool VerifyEd25519(const Ed25519PublicKey& key, absl::string_view message,
                   absl::string_view signature);

}  // namespace comity::crypto
