#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ledger/hash.h"
#include "common/ledger/tile.h"

namespace comity::ledger {

// The right edge of an append-only RFC 6962 tree: all that is needed to append, to compute the root
// and to answer for the tiles that are not complete yet. Complete tiles are the caller's to store.
//
// A value of at most some tens of kilobytes: to append on trial, append to a copy and keep it once
// what it stands for is durable. Thread-compatible.
class Tree {
 public:
  // The tree without leaves.
  Tree() = default;

  // The tree of `size` leaves, from what is durable: `tail` has the commitments of the leaves
  // behind the last complete tile of level 0 (size modulo 256 of them, in order), `tiles` serves
  // the complete tiles. Reads at most 255 tiles a level, whatever the size.
  //
  // DATA_LOSS `LEDGER_INCONSISTENT`: a tile is missing or incomplete, or `tail` has another length.
  // What it cannot see is whether the tiles are genuine: compare root() with a checkpoint.
  static absl::StatusOr<Tree> Load(std::int64_t size, absl::Span<const Hash> tail,
                                   const TileReader& tiles);

  // Leaves.
  std::int64_t size() const { return size_; }

  // The root of the whole tree.
  Hash root() const;

  // Appends a leaf whose data is `commitment`; its index is size() before the call. Returns the
  // tiles that became complete by it, lowest level first: none but every 256th time. They must
  // become durable together with the leaf.
  std::vector<Tile> Append(const Hash& commitment);

  // The hashes of the incomplete tile at the right edge of `level`; empty if there is none.
  absl::Span<const Hash> EdgeTile(int level) const;

 private:
  std::int64_t size_ = 0;
  // The roots of the perfect subtrees that make up the tree, largest first: one a bit of size_.
  std::vector<Hash> frontier_;
  // By level, the hashes of the tile that is not complete.
  std::array<std::vector<Hash>, kMaxTileLevel + 1> edge_;
};

// All tiles of a tree: the complete ones from a store, the edge from a snapshot. Thread-safe if the
// store is.
class TreeTiles final : public TileReader {
 public:
  // `complete` must have every complete tile of `tree`; `cache`, of this log, may be null. Neither
  // is owned.
  TreeTiles(std::shared_ptr<const Tree> tree, const TileReader* complete,
            SubtreeCache* cache = nullptr)
      : tree_(std::move(tree)), complete_(complete), cache_(cache) {}

  absl::StatusOr<std::vector<Hash>> ReadTile(TileId id) const override;
  SubtreeCache* cache() const override { return cache_; }

 private:
  const std::shared_ptr<const Tree> tree_;
  const TileReader* const complete_;
  SubtreeCache* const cache_;
};

}  // namespace comity::ledger
