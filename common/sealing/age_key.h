#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/secret.h"

namespace comity::sealing {

// The public half of a sealing key: an X25519 point. A value.
class AgeRecipient {
 public:
  using Point = std::array<std::uint8_t, 32>;

  explicit AgeRecipient(const Point& point) : point_(point) {}

  // Parses the Bech32 form `age1...`, lower case only. INVALID_ARGUMENT `AGE_RECIPIENT_INVALID`
  // otherwise, for a wrong checksum and for points of low order (they seal nothing) too.
  static absl::StatusOr<AgeRecipient> Parse(absl::string_view text);

  // `age1...`.
  std::string ToString() const;

  absl::string_view bytes() const {
    return {reinterpret_cast<const char*>(point_.data()), point_.size()};
  }

  friend bool operator==(const AgeRecipient&, const AgeRecipient&) = default;

 private:
  Point point_;
};

// A sealing key with its private half, wiped when destroyed. Immutable, so usable by many threads.
class AgeIdentity {
 public:
  // A new key.
  static AgeIdentity Generate();

  // Parses the Bech32 form `AGE-SECRET-KEY-1...`, upper case only. INVALID_ARGUMENT
  // `AGE_IDENTITY_INVALID` otherwise; the text is not repeated in the error.
  static absl::StatusOr<AgeIdentity> Parse(absl::string_view text);

  // Parses a key file as `age-keygen` writes it: lines that are empty or start with `#`, and
  // exactly one key. INVALID_ARGUMENT `AGE_IDENTITY_INVALID` otherwise.
  static absl::StatusOr<AgeIdentity> ParseFile(absl::string_view contents);

  AgeIdentity(AgeIdentity&&) noexcept = default;
  AgeIdentity& operator=(AgeIdentity&&) noexcept = default;

  // `AGE-SECRET-KEY-1...`.
  crypto::Secret ToSecretString() const;

  // A key file that ParseFile and the `age` tool read.
  crypto::Secret ToFile() const;

  const AgeRecipient& recipient() const { return recipient_; }

  // The 32 bytes of the private half. For this folder only.
  absl::string_view scalar() const { return scalar_.view(); }

 private:
  AgeIdentity(crypto::Secret scalar, const AgeRecipient& recipient);

  crypto::Secret scalar_;
  AgeRecipient recipient_;
};

}  // namespace comity::sealing
