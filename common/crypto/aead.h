#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_cipher_ctx_st;

namespace comity::crypto {

// Authenticated encryption with associated data under one key: confidential and unforgeable, as
// long as no nonce is used twice with the key. It does NOT bind a ciphertext to its key: whoever
// chooses two keys can make one ciphertext that opens under both. The tag stands after the
// ciphertext.
//
// The cipher's context is made once and re-used, so a call costs no allocation of the library's.
// Not thread-safe: one object a thread. The key is wiped on destruction.
class Aead {
 public:
  enum class Algorithm : std::uint8_t { kChaCha20Poly1305, kAes256Gcm };

  static constexpr std::size_t kKeySize = 32;
  static constexpr std::size_t kNonceSize = 12;
  static constexpr std::size_t kTagSize = 16;

  // `key` must have kKeySize bytes: aborts otherwise, since a key is made, not typed.
  Aead(Algorithm algorithm, absl::string_view key);
  ~Aead();
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;

  // Writes plaintext.size() + kTagSize bytes to `out`, which may be the plaintext's own memory but
  // must not overlap it otherwise. `nonce` must have kNonceSize bytes (aborts otherwise) and must
  // never have been used with this key.
  void SealTo(absl::string_view nonce, absl::string_view associated, absl::string_view plaintext,
              char* out);

  // Writes ciphertext.size() - kTagSize bytes to `out`, which may be the ciphertext's own memory.
  // Returns false, and leaves those bytes zero, if the tag does not fit or the ciphertext is
  // shorter than a tag.
  [[nodiscard]] bool OpenTo(absl::string_view nonce, absl::string_view associated,
                            absl::string_view ciphertext, char* out);

  // The same with strings. Open answers DATA_LOSS `AEAD_TAG_MISMATCH` where OpenTo returns false.
  std::string Seal(absl::string_view nonce, absl::string_view associated,
                   absl::string_view plaintext);
  absl::StatusOr<std::string> Open(absl::string_view nonce, absl::string_view associated,
                                   absl::string_view ciphertext);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_cipher_ctx_st, Free>;

  static Context NewContext(Algorithm algorithm, absl::string_view key, int encrypt);

  Context seal_;
  Context open_;
};

}  // namespace comity::crypto
