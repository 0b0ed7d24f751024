#include "common/journal/stored_tiles.h"

#include "common/journal/rows.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {

absl::StatusOr<std::vector<ledger::Hash>> StoredTiles::ReadTile(ledger::TileId id) const {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  COMITY_ASSIGN_OR_RETURN(const auto hashes, rows::FindTile(snapshot.sql(), id));
  if (!hashes) {
    return MakeError(absl::StatusCode::kNotFound, "The ledger has no such complete tile.",
                     {.reason = "TILE_NOT_FOUND"});
  }
  return ledger::DecodeTile(*hashes);
}

}  // namespace comity::journal
