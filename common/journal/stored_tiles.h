#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/tile.h"
#include "common/storage/database.h"

namespace comity::journal {

// The complete tiles in a database. Thread-safe.
class StoredTiles final : public ledger::TileReader {
 public:
  // `database` is not owned.
  explicit StoredTiles(storage::Database* database) : database_(database) {}

  absl::StatusOr<std::vector<ledger::Hash>> ReadTile(ledger::TileId id) const override;

 private:
  storage::Database* const database_;
};

}  // namespace comity::journal
