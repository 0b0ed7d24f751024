#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/ledger/tile.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"

namespace comity::ledger {

// RFC 6962, 2.1, to the letter: what the tree is checked against.
inline Hash ReferenceRoot(absl::Span<const std::string> data) {
  if (data.empty()) return crypto::Sha256("");
  if (data.size() == 1) return crypto::Sha256({absl::string_view("\0", 1), data[0]});
  const std::size_t split = std::bit_floor(data.size() - 1);
  return crypto::Sha256({"\x01", crypto::View(ReferenceRoot(data.subspan(0, split))),
                         crypto::View(ReferenceRoot(data.subspan(split)))});
}

// The same for PATH, 2.1.1.
inline std::vector<Hash> ReferencePath(std::size_t index, absl::Span<const std::string> data) {
  if (data.size() <= 1) return {};
  const std::size_t split = std::bit_floor(data.size() - 1);
  const bool left = index < split;
  auto path = left ? ReferencePath(index, data.subspan(0, split))
                   : ReferencePath(index - split, data.subspan(split));
  path.push_back(ReferenceRoot(left ? data.subspan(split) : data.subspan(0, split)));
  return path;
}

// The same for SUBPROOF, 2.1.2.
inline std::vector<Hash> ReferenceSubproof(std::size_t first, absl::Span<const std::string> data,
                                           bool whole) {
  if (first == data.size()) {
    return whole ? std::vector<Hash>{} : std::vector<Hash>{ReferenceRoot(data)};
  }
  const std::size_t split = std::bit_floor(data.size() - 1);
  const bool left = first <= split;
  auto proof = left ? ReferenceSubproof(first, data.subspan(0, split), whole)
                    : ReferenceSubproof(first - split, data.subspan(split), false);
  proof.push_back(ReferenceRoot(left ? data.subspan(split) : data.subspan(0, split)));
  return proof;
}

// The data of leaf `index` of the test trees, and the same as a commitment.
inline Hash TestCommitment(std::int64_t index) { return crypto::Sha256(absl::StrCat(index)); }

inline std::vector<std::string> TestLeaves(std::int64_t count) {
  std::vector<std::string> leaves;
  for (std::int64_t i = 0; i < count; ++i) {
    leaves.emplace_back(crypto::View(TestCommitment(i)));
  }
  return leaves;
}

// Complete tiles in memory; counts what is read.
class MemoryTiles final : public TileReader {
 public:
  void Store(std::vector<Tile> tiles) {
    for (Tile& tile : tiles) {
      tiles_[{tile.id.level, tile.id.index}] = std::move(tile.hashes);
    }
  }
  void Erase(TileId id) { tiles_.erase({id.level, id.index}); }

  absl::StatusOr<std::vector<Hash>> ReadTile(TileId id) const override {
    ++reads_;
    const auto found = tiles_.find({id.level, id.index});
    if (found != tiles_.end()) return found->second;
    return MakeError(absl::StatusCode::kNotFound, "There is no such tile.",
                     {.reason = "TILE_NOT_FOUND"});
  }

  std::size_t size() const { return tiles_.size(); }
  int reads() const { return reads_; }

 private:
  std::map<std::pair<int, std::int64_t>, std::vector<Hash>> tiles_;
  mutable int reads_ = 0;
};

// A tree of test leaves with its tiles.
struct TestLog {
  explicit TestLog(std::int64_t size) {
    auto tree = std::make_shared<Tree>();
    for (std::int64_t i = 0; i < size; ++i) complete.Store(tree->Append(TestCommitment(i)));
    snapshot = std::move(tree);
  }

  TreeTiles tiles() const { return {snapshot, &complete}; }

  MemoryTiles complete;
  std::shared_ptr<const Tree> snapshot;
};

}  // namespace comity::ledger
