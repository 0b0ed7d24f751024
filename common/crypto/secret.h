#pragma once

#include <openssl/crypto.h>

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace comity::crypto {

// Bytes that must not outlive their use: wiped when destroyed, moved from or replaced. Copies are
// explicit (`Secret(other.view())`), so that every one of them is seen. Whoever needs the bytes
// elsewhere takes a view; a std::string made of it is not wiped.
class Secret {
 public:
  Secret() = default;
  explicit Secret(absl::string_view bytes) : bytes_(bytes.data(), bytes.size()) {}
  // Takes `bytes` over and wipes what is left in it (short strings are copied, not moved).
  explicit Secret(std::string&& bytes) : bytes_(bytes.data(), bytes.size()) { Wipe(bytes); }

  ~Secret() { Wipe(bytes_); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_.data(), other.bytes_.size()) {
    Wipe(other.bytes_);
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe(bytes_);
      bytes_.assign(other.bytes_.data(), other.bytes_.size());
      Wipe(other.bytes_);
    }
    return *this;
  }

  absl::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  std::size_t size() const { return bytes_.size(); }

 private:
  static void Wipe(std::string& bytes) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
    bytes.clear();
  }

  std::string bytes_;
};

}  // namespace comity::crypto
