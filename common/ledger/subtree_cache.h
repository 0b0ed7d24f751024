#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/ledger/hash.h"
#include "common/ledger/recent_tiles.h"
#include "common/ledger/tile.h"

namespace comity::ledger {

// Roots of subtrees inside one complete tile. Immutable.
class TileNodes {
 public:
  // `hashes` are those of the complete tile. The lowest subtrees of a tile of level 0 are left out:
  // they are cheap to compute and would take the most room.
  TileNodes(int level, const std::vector<Hash>& hashes);

  // The root over the 2^height hashes from `offset`; nothing: it was left out. height is below
  // kTileHeight, offset a multiple of 2^height.
  std::optional<Hash> Root(int height, std::size_t offset) const;

  std::size_t bytes() const { return hashes_.size() * sizeof(Hash); }

 private:
  int lowest_;                // The height of the first.
  std::vector<Hash> hashes_;  // By height, left to right.
};

// What proofs of one log need again and again, so that it is not read and computed each time. A
// subtree never changes once all its leaves are there. Bounded. Thread-safe.
class SubtreeCache {
 public:
  using Hashes = std::vector<Hash>;

  // In bytes: of subtrees (a kilobyte for 256 leaves) and of hashes of leaves (eight kilobytes).
  SubtreeCache(std::size_t subtrees, std::size_t leaves) : nodes_(subtrees), leaves_(leaves) {}

  // What is remembered of a complete tile, and the hashes of one of level 0; null: nothing.
  std::shared_ptr<const TileNodes> FindNodes(TileId id) { return nodes_.Find(id); }
  std::shared_ptr<const Hashes> FindHashes(TileId id) { return leaves_.Find(id); }

  // Remembers the complete tile `id`; returns what FindNodes will.
  std::shared_ptr<const TileNodes> Insert(TileId id, const std::shared_ptr<const Hashes>& hashes);

  // The root over leaves [begin, end) at the right edge of a tree, where tiles are not complete.
  std::optional<Hash> FindAtEdge(std::int64_t begin, std::int64_t end);
  void InsertAtEdge(std::int64_t begin, std::int64_t end, const Hash& root);

 private:
  RecentTiles<TileNodes> nodes_;
  RecentTiles<Hashes> leaves_;
  absl::Mutex edge_mutex_;
  absl::flat_hash_map<std::pair<std::int64_t, std::int64_t>, Hash> edge_
      ABSL_GUARDED_BY(edge_mutex_);
};

}  // namespace comity::ledger
