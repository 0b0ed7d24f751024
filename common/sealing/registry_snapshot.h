#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

inline constexpr std::size_t kLargestRegistrySnapshot = std::size_t{8} * 1024;

// The longest that a snapshot may be used for.
inline constexpr absl::Duration kLongestSnapshotLife = absl::Hours(720);

// What the registry signs about a snapshot of itself: `comity.registry-snapshot.v1`. The number
// goes up with the kinds of facts that a replica rests on, as that of its own file does.
struct RegistrySnapshot {
  std::string notice;  // For whoever reads it.
  std::string store_id;
  std::int64_t revision = 0;
  absl::Time made;
  absl::Time expires;      // Of no use from then on; at most kLongestSnapshotLife after `made`.
  std::int64_t facts = 0;  // Lines of the facts.
  crypto::Digest facts_sha256{};
  std::optional<crypto::Digest> checkpoint_sha256;  // Of the ledger's latest signed note.

  friend bool operator==(const RegistrySnapshot&, const RegistrySnapshot&) = default;
};

// The bytes to sign. INVALID_ARGUMENT `SNAPSHOT_INVALID` with the member's path.
absl::StatusOr<std::string> BuildRegistrySnapshot(const RegistrySnapshot& snapshot);

// Only what BuildRegistrySnapshot makes, byte for byte. INVALID_ARGUMENT `SNAPSHOT_INVALID`.
absl::StatusOr<RegistrySnapshot> ParseRegistrySnapshot(absl::string_view bytes);

}  // namespace comity::sealing
