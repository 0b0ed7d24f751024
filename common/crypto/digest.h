#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace comity::crypto {

// 32 bytes of SHA-256.
using Digest = std::array<std::uint8_t, 32>;

// SHA-256 of the concatenation of `parts`.
Digest Sha256(std::initializer_list<absl::string_view> parts);
inline Digest Sha256(absl::string_view data) { return Sha256({data}); }

// SHA-256 of a stream. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void Update(absl::string_view data);
  // The digest so far; the stream may go on.
  Digest Peek() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// HMAC-SHA-256.
Digest HmacSha256(absl::string_view key, absl::string_view data);

// Compares in constant time.
bool Equal(absl::string_view a, absl::string_view b);

inline absl::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Exactly 32 bytes. CHECK-fails otherwise: validate length before.
Digest ToDigest(absl::string_view bytes);

}  // namespace comity::crypto
