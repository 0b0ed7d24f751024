#include "common/ledger/proof.h"

#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/subtree_cache.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

// The largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree.
std::int64_t SplitPoint(std::int64_t size) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(size - 1)));
}

absl::Status LeafNotCovered() {
  return MakeError(absl::StatusCode::kOutOfRange,
                   "The leaf is not in the tree of this size; ask for a later tree.",
                   {.reason = "LEAF_NOT_COVERED"});
}

absl::Status ProofInvalid(absl::string_view why) {
  return InvalidField("PROOF_INVALID", "proof", why);
}

// Hashes of subtrees, from tiles. Remembers one tile a level: the subtrees of one proof lie side by
// side.
class Subtrees {
 public:
  explicit Subtrees(const TileReader& tiles) : tiles_(tiles), cache_(tiles.cache()) {}

  // The root over leaves [begin, end), of which `begin` is a multiple of the power of two not below
  // end - begin, as every subtree of an RFC 6962 tree has it.
  absl::StatusOr<Hash> Root(std::int64_t begin, std::int64_t end) {
    const std::int64_t size = end - begin;
    if (std::has_single_bit(static_cast<std::uint64_t>(size))) return Perfect(begin, size);
    if (cache_ != nullptr) {
      if (const auto root = cache_->FindAtEdge(begin, end)) return *root;
    }
    const std::int64_t split = begin + SplitPoint(size);
    COMITY_ASSIGN_OR_RETURN(const Hash left, Perfect(begin, split - begin));
    COMITY_ASSIGN_OR_RETURN(const Hash right, Root(split, end));
    const Hash root = NodeHash(left, right);
    if (cache_ != nullptr) cache_->InsertAtEdge(begin, end, root);
    return root;
  }

 private:
  // The tile of a level that the last subtree was in: what is remembered of it, and its hashes once
  // they were needed.
  struct Current {
    std::int64_t index = -1;
    std::shared_ptr<const TileNodes> nodes;
    std::shared_ptr<const std::vector<Hash>> hashes;
  };

  absl::StatusOr<std::shared_ptr<const std::vector<Hash>>> ReadTile(TileId id, Current& current) {
    if (cache_ != nullptr) {
      if (auto hashes = cache_->FindHashes(id); hashes != nullptr) return hashes;
    }
    COMITY_ASSIGN_OR_RETURN(std::vector<Hash> read, tiles_.ReadTile(id));
    auto hashes = std::make_shared<const std::vector<Hash>>(std::move(read));
    if (cache_ != nullptr && hashes->size() == kTileWidth) {
      current.nodes = cache_->Insert(id, hashes);
    }
    return hashes;
  }

  // The root over `size` leaves, a power of two, from `begin`, a multiple of it.
  absl::StatusOr<Hash> Perfect(std::int64_t begin, std::int64_t size) {
    const int height = std::countr_zero(static_cast<std::uint64_t>(size));
    const int level = height / kTileHeight;
    const int within = height % kTileHeight;
    const std::int64_t first = begin >> (level * kTileHeight);
    const TileId id{.level = level, .index = first / kTileWidth};
    const auto offset = static_cast<std::size_t>(first % kTileWidth);

    Current& current = current_[static_cast<std::size_t>(level)];
    if (current.index != id.index) {
      current = {.index = id.index,
                 .nodes = cache_ == nullptr ? nullptr : cache_->FindNodes(id),
                 .hashes = nullptr};
    }
    if (current.nodes != nullptr) {
      if (const auto root = current.nodes->Root(within, offset)) return *root;
    } else if (cache_ != nullptr) {
      if (const auto root = cache_->FindAtEdge(begin, begin + size)) return *root;
    }
    if (current.hashes == nullptr) {
      COMITY_ASSIGN_OR_RETURN(current.hashes, ReadTile(id, current));
    }
    const std::vector<Hash>& hashes = *current.hashes;
    const std::size_t count = std::size_t{1} << within;
    if (hashes.size() < offset + count) {
      return MakeError(absl::StatusCode::kDataLoss,
                       absl::StrCat("Tile ", id.index, " of level ", level,
                                    " of the ledger is narrower than the tree; restore the store."),
                       {.reason = "LEDGER_INCONSISTENT"});
    }
    if (count == 1) return hashes[offset];
    const auto from = hashes.begin() + static_cast<std::ptrdiff_t>(offset);
    const Hash root = TileRoot({from, from + static_cast<std::ptrdiff_t>(count)});
    if (cache_ != nullptr && hashes.size() < kTileWidth) {
      cache_->InsertAtEdge(begin, begin + size, root);
    }
    return root;
  }

  const TileReader& tiles_;
  SubtreeCache* const cache_;
  std::array<Current, kMaxTileLevel + 1> current_;
};

}  // namespace

absl::StatusOr<Hash> RootAt(const TileReader& tiles, std::int64_t size) {
  if (size <= 0) return EmptyRoot();
  return Subtrees(tiles).Root(0, size);
}

absl::StatusOr<std::vector<Hash>> ProveInclusion(const TileReader& tiles, std::int64_t index,
                                                 std::int64_t size) {
  if (index < 0 || index >= size) return LeafNotCovered();
  Subtrees subtrees(tiles);
  std::vector<Hash> proof;
  // Down from the root to the leaf, noting at each split the side not taken.
  std::int64_t begin = 0;
  std::int64_t end = size;
  std::vector<std::pair<std::int64_t, std::int64_t>> others;
  while (end - begin > 1) {
    const std::int64_t split = begin + SplitPoint(end - begin);
    if (index < split) {
      others.emplace_back(split, end);
      end = split;
    } else {
      others.emplace_back(begin, split);
      begin = split;
    }
  }
  for (auto other = others.rbegin(); other != others.rend(); ++other) {
    COMITY_ASSIGN_OR_RETURN(proof.emplace_back(), subtrees.Root(other->first, other->second));
  }
  return proof;
}

absl::StatusOr<std::vector<Hash>> ProveConsistency(const TileReader& tiles, std::int64_t first,
                                                   std::int64_t second) {
  if (first < 1 || first > second) {
    return MakeError(
        absl::StatusCode::kOutOfRange,
        "A consistency proof leads from a tree of at least one leaf to one that is not "
        "smaller; ask for other sizes.",
        {.reason = "SIZES_OUT_OF_RANGE"});
  }
  Subtrees subtrees(tiles);
  std::vector<Hash> proof;
  std::int64_t begin = 0;
  std::int64_t end = second;
  std::vector<std::pair<std::int64_t, std::int64_t>> others;
  // Down to the subtree that ends where the first tree ends.
  while (end != first) {
    const std::int64_t split = begin + SplitPoint(end - begin);
    if (first <= split) {
      others.emplace_back(split, end);
      end = split;
    } else {
      others.emplace_back(begin, split);
      begin = split;
    }
  }
  // That subtree is the whole first tree if it starts at 0: the verifier has its root already.
  if (begin != 0) {
    COMITY_ASSIGN_OR_RETURN(proof.emplace_back(), subtrees.Root(begin, end));
  }
  for (auto other = others.rbegin(); other != others.rend(); ++other) {
    COMITY_ASSIGN_OR_RETURN(proof.emplace_back(), subtrees.Root(other->first, other->second));
  }
  return proof;
}

absl::StatusOr<Hash> ReadLeafHash(const TileReader& tiles, std::int64_t index) {
  if (index < 0) return LeafNotCovered();
  return Subtrees(tiles).Root(index, index + 1);
}

absl::Status VerifyInclusion(absl::Span<const Hash> proof, std::int64_t index, std::int64_t size,
                             const Hash& leaf_hash, const Hash& root) {
  if (index < 0 || index >= size) return ProofInvalid("the leaf is not in a tree of this size");
  // RFC 9162, 2.1.3.2: `node` and `last` walk up the paths of the leaf and of the last leaf.
  auto node = static_cast<std::uint64_t>(index);
  auto last = static_cast<std::uint64_t>(size - 1);
  Hash computed = leaf_hash;
  for (const Hash& sibling : proof) {
    if (last == 0) return ProofInvalid("has more hashes than the path to the root");
    if ((node & 1) == 1 || node == last) {
      computed = NodeHash(sibling, computed);
      // On the right edge, levels where the node has no sibling are skipped.
      while ((node & 1) == 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      computed = NodeHash(computed, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return ProofInvalid("has fewer hashes than the path to the root");
  if (computed != root) return ProofInvalid("leads from this leaf to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(absl::Span<const Hash> proof, std::int64_t first,
                               std::int64_t second, const Hash& first_root,
                               const Hash& second_root) {
  if (first < 0 || first > second) return ProofInvalid("the trees are in the wrong order");
  if (first == 0 || first == second) {
    if (!proof.empty()) return ProofInvalid("must be empty for these sizes");
    if (first == 0 && first_root != EmptyRoot()) {
      return ProofInvalid("the tree without leaves has another root");
    }
    if (first == second && first_root != second_root) {
      return ProofInvalid("trees of the same size have different roots");
    }
    return absl::OkStatus();
  }

  // RFC 9162, 2.1.4.2.
  auto node = static_cast<std::uint64_t>(first - 1);
  auto last = static_cast<std::uint64_t>(second - 1);
  while ((node & 1) == 1) {
    node >>= 1;
    last >>= 1;
  }
  // A first tree of a power of two is itself a subtree of the second and not in the proof.
  Hash start = first_root;
  if (node != 0) {
    if (proof.empty()) return ProofInvalid("has fewer hashes than the path to the root");
    start = proof.front();
    proof.remove_prefix(1);
  }
  Hash computed_first = start;
  Hash computed_second = start;
  for (const Hash& hash : proof) {
    if (last == 0) return ProofInvalid("has more hashes than the path to the root");
    if ((node & 1) == 1 || node == last) {
      computed_first = NodeHash(hash, computed_first);
      computed_second = NodeHash(hash, computed_second);
      while (node != 0 && (node & 1) == 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      computed_second = NodeHash(computed_second, hash);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return ProofInvalid("has fewer hashes than the path to the root");
  if (computed_first != first_root) return ProofInvalid("does not lead to the first root");
  if (computed_second != second_root) return ProofInvalid("does not lead to the second root");
  return absl::OkStatus();
}

}  // namespace comity::ledger
