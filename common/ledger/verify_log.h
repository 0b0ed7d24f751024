#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/hash.h"
#include "common/ledger/tile.h"

namespace comity::ledger {

// What somebody says that leaf `index` is. Without salt and body: the entry was pruned.
struct ClaimedEntry {
  std::int64_t index = 0;
  std::string salt;
  std::string body;
  Hash commitment{};
};

struct VerifiedEntries {
  std::int64_t opened = 0;  // With salt and body.
  std::int64_t pruned = 0;  // Commitment only.
};

// Reads every tile of the log of `checkpoint` from `tiles` and checks that they are one tree with
// the checkpoint's root, down to the leaves, and that the leaves at the places of `entries` are
// theirs. Reads each tile once; holds the hashes of one level above the leaves in memory (32 bytes
// for 256 entries).
//
// INVALID_ARGUMENT `LOG_INVALID` (the sentence names the tile), `ENTRY_MISMATCH`,
// `LEAF_NOT_COVERED`; what `tiles` fails with.
absl::StatusOr<VerifiedEntries> VerifyLog(const TileReader& tiles, const Checkpoint& checkpoint,
                                          const std::vector<ClaimedEntry>& entries = {});

}  // namespace comity::ledger
