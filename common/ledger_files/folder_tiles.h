#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/tile.h"

namespace comity::ledger_files {

// The tiles of a log as static files (C2SP tlog-tiles) under a folder that somebody else wrote.
// Thread-safe.
class FolderTiles final : public ledger::TileReader {
 public:
  // For the tree of `size` leaves.
  FolderTiles(std::string folder, std::int64_t size) : folder_(std::move(folder)), size_(size) {}

  // The tile at the width that the tree gives it; a log may have dropped a partial tile for the
  // complete one. NOT_FOUND `TILE_NOT_FOUND`; INVALID_ARGUMENT `TILE_INVALID`: the file has another
  // size; errors of reading.
  absl::StatusOr<std::vector<ledger::Hash>> ReadTile(ledger::TileId id) const override;

 private:
  const std::string folder_;
  const std::int64_t size_;
};

}  // namespace comity::ledger_files
