#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/hash.h"

namespace comity::ledger {

class SubtreeCache;

// Hashes in a complete tile (C2SP tlog-tiles), and the levels of the tree that a tile spans.
inline constexpr int kTileWidth = 256;
inline constexpr int kTileHeight = 8;

// Tiles have levels from 0 to this one: 8 levels of 8 hold any 63-bit tree.
inline constexpr int kMaxTileLevel = 7;

// Which tile: level 0 has the leaf hashes, each further level the roots of the tiles below.
struct TileId {
  int level = 0;
  std::int64_t index = 0;

  friend bool operator==(const TileId&, const TileId&) = default;
};

// A tile with its hashes: 256 if it is complete, 1 to 255 at the right edge of the tree.
struct Tile {
  TileId id;
  std::vector<Hash> hashes;
};

// How wide a tile of a tree with `size` leaves is: 0 (there is none) to 256.
int TileWidthAt(TileId id, std::int64_t size);

// The root over `hashes`: a complete tile, or any power of two of hashes side by side.
Hash TileRoot(const std::vector<Hash>& hashes);

// The hashes one after the other: how tiles are stored and served.
std::string EncodeTile(const std::vector<Hash>& hashes);

// Reverses EncodeTile. DATA_LOSS `TILE_INVALID` unless it is 1 to 256 whole hashes.
absl::StatusOr<std::vector<Hash>> DecodeTile(absl::string_view bytes);

// The path of a tile under a log's address (C2SP tlog-tiles): "tile/0/x001/x234/067", with ".p/12"
// behind it if `width` is below 256.
std::string TilePath(TileId id, int width);

// Where tiles come from.
//
// Implementations are safe for concurrent use.
class TileReader {
 public:
  virtual ~TileReader() = default;

  // The hashes of a tile, all that there are. A tile that is complete never changes; others only
  // grow. NOT_FOUND `TILE_NOT_FOUND`: there is no such tile. DATA_LOSS: the store is damaged.
  virtual absl::StatusOr<std::vector<Hash>> ReadTile(TileId id) const = 0;

  // What remembers subtrees of this log from one proof to the next; null: nothing does.
  virtual SubtreeCache* cache() const { return nullptr; }
};

}  // namespace comity::ledger
