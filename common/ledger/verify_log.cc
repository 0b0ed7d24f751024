#include "common/ledger/verify_log.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/proof.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

constexpr std::size_t kSaltSize = 32;

absl::Status Mismatch(std::int64_t index, absl::string_view why) {
  return InvalidField("ENTRY_MISMATCH", absl::StrCat("entry ", index), why);
}

absl::Status LogInvalid(TileId id, int width, absl::string_view why) {
  return InvalidField("LOG_INVALID", TilePath(id, width), why);
}

}  // namespace

absl::StatusOr<VerifiedEntries> VerifyLog(const TileReader& tiles, const Checkpoint& checkpoint,
                                          const std::vector<ClaimedEntry>& entries) {
  VerifiedEntries verified;
  std::multimap<std::int64_t, Hash> expected;  // Leaf hashes by index.
  for (const ClaimedEntry& entry : entries) {
    if (entry.index < 0 || entry.index >= checkpoint.size) {
      return InvalidField("LEAF_NOT_COVERED", absl::StrCat("entry ", entry.index),
                          "is not covered by the checkpoint");
    }
    const bool pruned = entry.salt.empty() && entry.body.empty();
    if (!pruned && (entry.salt.size() != kSaltSize ||
                    Commitment(entry.salt, entry.body) != entry.commitment)) {
      return Mismatch(entry.index, "is not what its commitment says");
    }
    ++(pruned ? verified.pruned : verified.opened);
    expected.emplace(entry.index, LeafHash(entry.commitment));
  }

  std::vector<Hash> roots_below;  // Of the complete tiles of the level below.
  for (int level = 0; level <= kMaxTileLevel; ++level) {
    std::vector<Hash> roots;
    for (std::int64_t index = 0;; ++index) {
      const TileId id{.level = level, .index = index};
      const int width = TileWidthAt(id, checkpoint.size);
      if (width == 0) break;
      COMITY_ASSIGN_OR_RETURN(std::vector<Hash> hashes, tiles.ReadTile(id));
      if (hashes.size() < static_cast<std::size_t>(width)) {
        return LogInvalid(id, width, "is narrower than the tree says");
      }
      hashes.resize(static_cast<std::size_t>(width));
      const std::int64_t first = index * kTileWidth;
      if (level == 0) {
        for (auto entry = expected.lower_bound(first);
             entry != expected.end() && entry->first < first + width; ++entry) {
          if (hashes[static_cast<std::size_t>(entry->first - first)] != entry->second) {
            return Mismatch(entry->first, "is not the one in the log");
          }
        }
      } else if (!std::equal(hashes.begin(), hashes.end(),
                             roots_below.begin() + static_cast<std::ptrdiff_t>(first))) {
        return LogInvalid(id, width, "does not have the roots of the tiles below");
      }
      if (width == kTileWidth) roots.push_back(TileRoot(hashes));
    }
    if (roots.empty()) break;
    roots_below = std::move(roots);
  }

  // Every hash of a level above is that of the leaves, so the root over them is too.
  COMITY_ASSIGN_OR_RETURN(const Hash root, RootAt(tiles, checkpoint.size));
  if (root != checkpoint.root) {
    return InvalidField("LOG_INVALID", "tiles", "make another root than the checkpoint's");
  }
  return verified;
}

}  // namespace comity::ledger
