#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

inline constexpr std::size_t kLargestKeyStatement = std::size_t{8} * 1024;

// What a holder signs about its sealing key: `comity.key-statement.v1`.
struct KeyStatement {
  std::string holder;  // SPIFFE id, and of the signer.
  std::string age_recipient;
  std::int64_t serial = 0;  // From 1.
  absl::Time not_before;
  absl::Time not_after;
  std::optional<crypto::Digest> previous_sha256;  // From serial 2 on, and only then.
  std::string countersigner;                      // After a lost key, claimed; may be empty.

  friend bool operator==(const KeyStatement&, const KeyStatement&) = default;
};

// The bytes to sign. INVALID_ARGUMENT `KEY_STATEMENT_INVALID` with the member's path.
absl::StatusOr<std::string> BuildKeyStatement(const KeyStatement& statement);

// Only what BuildKeyStatement makes, byte for byte; `age_recipient` is a key one can seal to.
// INVALID_ARGUMENT `KEY_STATEMENT_INVALID`.
absl::StatusOr<KeyStatement> ParseKeyStatement(absl::string_view bytes);

// Whether `next` follows `previous_bytes`: same holder, the serial one higher, the digest its own.
// FAILED_PRECONDITION `KEY_STATEMENT_CHAIN` otherwise.
absl::Status CheckFollows(const KeyStatement& next, absl::string_view previous_bytes);

// FAILED_PRECONDITION `KEY_STATEMENT_NOT_IN_EFFECT` outside [not_before, not_after).
absl::Status CheckInEffect(const KeyStatement& statement, absl::Time at);

}  // namespace comity::sealing
