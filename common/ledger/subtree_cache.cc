#include "common/ledger/subtree_cache.h"

namespace comity::ledger {
namespace {

// From 16 leaves on, in tiles of level 0: 30 hashes in place of 510, and 11 to compute a proof.
constexpr int kLowestOfLeaves = 4;
// The edges of some thousand trees.
constexpr std::size_t kMostAtEdge = std::size_t{1} << 16;

// Where the hashes of `height` begin among those from `lowest` up: kTileWidth / 2^height each.
std::size_t BeginOf(int lowest, int height) {
  constexpr auto kWidth = static_cast<std::size_t>(kTileWidth);
  return 2 * (kWidth >> lowest) - 2 * (kWidth >> height);
}

}  // namespace

TileNodes::TileNodes(int level, const std::vector<Hash>& hashes)
    : lowest_(level == 0 ? kLowestOfLeaves : 0) {
  hashes_.reserve(BeginOf(lowest_, kTileHeight));
  std::vector<Hash> row = hashes;
  for (int height = 0; height < kTileHeight; ++height) {
    if (height >= lowest_) hashes_.insert(hashes_.end(), row.begin(), row.end());
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
}

std::optional<Hash> TileNodes::Root(int height, std::size_t offset) const {
  if (height < lowest_) return std::nullopt;
  return hashes_[BeginOf(lowest_, height) + (offset >> height)];
}

std::shared_ptr<const TileNodes> SubtreeCache::Insert(TileId id,
                                                      const std::shared_ptr<const Hashes>& hashes) {
  auto nodes = nodes_.Find(id);
  if (nodes == nullptr) {
    nodes = std::make_shared<const TileNodes>(id.level, *hashes);
    nodes_.Add(id, nodes, nodes->bytes());
  }
  if (id.level == 0) leaves_.Add(id, hashes, hashes->size() * sizeof(Hash));
  return nodes;
}

std::optional<Hash> SubtreeCache::FindAtEdge(std::int64_t begin, std::int64_t end) {
  const absl::MutexLock lock(&edge_mutex_);
  const auto found = edge_.find({begin, end});
  if (found == edge_.end()) return std::nullopt;
  return found->second;
}

void SubtreeCache::InsertAtEdge(std::int64_t begin, std::int64_t end, const Hash& root) {
  const absl::MutexLock lock(&edge_mutex_);
  if (edge_.size() >= kMostAtEdge) edge_.clear();
  edge_.try_emplace({begin, end}, root);
}

}  // namespace comity::ledger
