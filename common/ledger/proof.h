#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ledger/hash.h"
#include "common/ledger/tile.h"

namespace comity::ledger {

// No proof is longer than this: a path in a tree of 2^63 leaves, and one hash.
inline constexpr int kMaxProofHashes = 64;

// The proving functions read a few tiles from `tiles`, which must hold the tree of `size` leaves or
// a later one of the same log. They fail with what the reader fails with, or DATA_LOSS
// `LEDGER_INCONSISTENT` if a tile is narrower than the tree says.

// The root of the tree of `size` leaves; `size` is at least 0.
absl::StatusOr<Hash> RootAt(const TileReader& tiles, std::int64_t size);

// Proves that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1), from the leaf's
// sibling up. OUT_OF_RANGE `LEAF_NOT_COVERED` unless 0 <= index < size.
absl::StatusOr<std::vector<Hash>> ProveInclusion(const TileReader& tiles, std::int64_t index,
                                                 std::int64_t size);

// Proves that the tree of `first` leaves is a prefix of that of `second` (RFC 6962, 2.1.2).
// OUT_OF_RANGE `SIZES_OUT_OF_RANGE` unless 1 <= first <= second.
absl::StatusOr<std::vector<Hash>> ProveConsistency(const TileReader& tiles, std::int64_t first,
                                                   std::int64_t second);

// The hash of leaf `index` itself. OUT_OF_RANGE `LEAF_NOT_COVERED` unless 0 <= index.
absl::StatusOr<Hash> ReadLeafHash(const TileReader& tiles, std::int64_t index);

// The verifying functions take anything and answer in time of order log(size). INVALID_ARGUMENT
// `PROOF_INVALID`: the proof does not show it.

// Whether `proof` shows that the leaf with `leaf_hash` is at `index` of the tree of `size` leaves
// with this root.
absl::Status VerifyInclusion(absl::Span<const Hash> proof, std::int64_t index, std::int64_t size,
                             const Hash& leaf_hash, const Hash& root);

// Whether `proof` shows that the tree of `first` leaves is a prefix of that of `second`. Every tree
// is consistent with the one without leaves, which needs no proof.
absl::Status VerifyConsistency(absl::Span<const Hash> proof, std::int64_t first,
                               std::int64_t second, const Hash& first_root,
                               const Hash& second_root);

}  // namespace comity::ledger
