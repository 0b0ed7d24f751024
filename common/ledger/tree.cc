#include "common/ledger/tree.h"

#include <bit>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::ledger {
namespace {

absl::Status Inconsistent(absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("The ledger's store is damaged: ", what, "; restore it."),
                   {.reason = "LEDGER_INCONSISTENT"});
}

int EdgeWidth(std::int64_t size, int level) {
  return static_cast<int>((size >> (kTileHeight * level)) % kTileWidth);
}

// The root of hashes[from, to), a power of two of them.
Hash PerfectRoot(const std::vector<Hash>& hashes, std::size_t from, std::size_t to) {
  return TileRoot({hashes.begin() + static_cast<std::ptrdiff_t>(from),
                   hashes.begin() + static_cast<std::ptrdiff_t>(to)});
}

}  // namespace

absl::StatusOr<Tree> Tree::Load(std::int64_t size, absl::Span<const Hash> tail,
                                const TileReader& tiles) {
  if (size < 0 || tail.size() != static_cast<std::size_t>(EdgeWidth(size, 0))) {
    return Inconsistent("the leaves behind the last complete tile are not all there");
  }
  Tree tree;
  tree.size_ = size;
  for (const Hash& commitment : tail) tree.edge_[0].push_back(LeafHash(commitment));

  for (int level = 1; level <= kMaxTileLevel; ++level) {
    const std::int64_t on_level = size >> (kTileHeight * level);
    auto& edge = tree.edge_[static_cast<std::size_t>(level)];
    for (std::int64_t i = on_level - EdgeWidth(size, level); i < on_level; ++i) {
      // Each hash of this level is the root of one complete tile below.
      auto below = tiles.ReadTile({.level = level - 1, .index = i});
      if (absl::IsNotFound(below.status()) || (below.ok() && below->size() != kTileWidth)) {
        return Inconsistent(absl::StrCat("tile ", i, " of level ", level - 1, " is not complete"));
      }
      if (!below.ok()) return std::move(below).status();
      edge.push_back(TileRoot(*below));
    }
  }

  // The edge of each level, cut into its perfect subtrees, largest first.
  for (int level = kMaxTileLevel; level >= 0; --level) {
    const auto& edge = tree.edge_[static_cast<std::size_t>(level)];
    std::size_t from = 0;
    while (from < edge.size()) {
      const std::size_t width = std::bit_floor(edge.size() - from);
      tree.frontier_.push_back(PerfectRoot(edge, from, from + width));
      from += width;
    }
  }
  return tree;
}

Hash Tree::root() const {
  if (frontier_.empty()) return EmptyRoot();
  Hash root = frontier_.back();
  for (auto left = frontier_.rbegin() + 1; left != frontier_.rend(); ++left) {
    root = NodeHash(*left, root);
  }
  return root;
}

std::vector<Tile> Tree::Append(const Hash& commitment) {
  std::vector<Tile> completed;
  Hash hash = LeafHash(commitment);
  edge_[0].push_back(hash);
  ++size_;

  // One merge for every trailing zero of the new size: the subtree of 2^level leaves is complete.
  const int merges = std::countr_zero(static_cast<std::uint64_t>(size_));
  for (int level = 1; level <= merges; ++level) {
    hash = NodeHash(frontier_.back(), hash);
    frontier_.pop_back();
    if (level % kTileHeight != 0) continue;

    // A subtree as high as a tile: the tile below is complete, its root goes one level up.
    const int tile_level = level / kTileHeight - 1;
    auto& full = edge_[static_cast<std::size_t>(tile_level)];
    completed.push_back({.id = {.level = tile_level, .index = (size_ >> level) - 1},
                         .hashes = std::exchange(full, {})});
    if (tile_level < kMaxTileLevel) {
      edge_[static_cast<std::size_t>(tile_level) + 1].push_back(hash);
    }
  }
  frontier_.push_back(hash);
  return completed;
}

absl::Span<const Hash> Tree::EdgeTile(int level) const {
  if (level < 0 || level > kMaxTileLevel) return {};
  return edge_[static_cast<std::size_t>(level)];
}

absl::StatusOr<std::vector<Hash>> TreeTiles::ReadTile(TileId id) const {
  const int width = TileWidthAt(id, tree_->size());
  if (width == kTileWidth) return complete_->ReadTile(id);
  if (width == 0) {
    return MakeError(absl::StatusCode::kNotFound, "There is no such tile in the ledger.",
                     {.reason = "TILE_NOT_FOUND"});
  }
  const absl::Span<const Hash> edge = tree_->EdgeTile(id.level);
  return std::vector<Hash>(edge.begin(), edge.end());
}

}  // namespace comity::ledger
