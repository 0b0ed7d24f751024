#include "common/ledger/tile.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/error.h"

namespace comity::ledger {

int TileWidthAt(TileId id, std::int64_t size) {
  if (id.level < 0 || id.level > kMaxTileLevel || id.index < 0) return 0;
  const std::int64_t on_level = size >> (kTileHeight * id.level);
  if (id.index > on_level / kTileWidth) return 0;
  return static_cast<int>(
      std::clamp<std::int64_t>(on_level - id.index * kTileWidth, 0, kTileWidth));
}

Hash TileRoot(const std::vector<Hash>& hashes) {
  std::vector<Hash> row = hashes;
  for (std::size_t width = row.size(); width > 1; width /= 2) {
    for (std::size_t i = 0; i < width / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
  }
  return row.front();
}

std::string EncodeTile(const std::vector<Hash>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * sizeof(Hash));
  for (const Hash& hash : hashes) bytes.append(hash.begin(), hash.end());
  return bytes;
}

absl::StatusOr<std::vector<Hash>> DecodeTile(absl::string_view bytes) {
  constexpr std::size_t kHashSize = sizeof(Hash);
  if (bytes.empty() || bytes.size() % kHashSize != 0 || bytes.size() / kHashSize > kTileWidth) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "A stored tile of the ledger is not 1 to 256 whole hashes; restore the store.",
                     {.reason = "TILE_INVALID"});
  }
  std::vector<Hash> hashes(bytes.size() / kHashSize);
  std::memcpy(hashes.data(), bytes.data(), bytes.size());
  return hashes;
}

std::string TilePath(TileId id, int width) {
  // Groups of three digits, all but the last marked with an x.
  std::string path = absl::StrFormat("%03d", id.index % 1000);
  for (std::int64_t rest = id.index / 1000; rest > 0; rest /= 1000) {
    path = absl::StrFormat("x%03d/%s", rest % 1000, path);
  }
  path = absl::StrCat("tile/", id.level, "/", path);
  if (width < kTileWidth) absl::StrAppend(&path, ".p/", width);
  return path;
}

}  // namespace comity::ledger
