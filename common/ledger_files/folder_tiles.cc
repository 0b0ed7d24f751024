#include "common/ledger_files/folder_tiles.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::ledger_files {
namespace {

constexpr std::size_t kFullSize = ledger::kTileWidth * sizeof(ledger::Hash);

}  // namespace

absl::StatusOr<std::vector<ledger::Hash>> FolderTiles::ReadTile(ledger::TileId id) const {
  const int width = ledger::TileWidthAt(id, size_);
  const std::string path = ledger::TilePath(id, width);
  auto bytes = width == 0 ? absl::NotFoundError("") : storage::ReadFile(folder_ + "/" + path);
  std::size_t expected = static_cast<std::size_t>(width) * sizeof(ledger::Hash);
  if (absl::IsNotFound(bytes.status()) && width > 0 && width < ledger::kTileWidth) {
    bytes = storage::ReadFile(absl::StrCat(folder_, "/", ledger::TilePath(id, ledger::kTileWidth)));
    expected = kFullSize;
  }
  if (absl::IsNotFound(bytes.status())) {
    return MakeError(
        absl::StatusCode::kNotFound,
        absl::StrCat("The tile ", path, " is missing from ", folder_, "; fetch it from the log."),
        {.reason = "TILE_NOT_FOUND"});
  }
  if (!bytes.ok()) return std::move(bytes).status();
  if (bytes->size() != expected) {
    return InvalidField("TILE_INVALID", path,
                        absl::StrCat("has ", bytes->size(), " bytes in place of ", expected));
  }
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::Hash> hashes, ledger::DecodeTile(*bytes));
  hashes.resize(static_cast<std::size_t>(width));
  return hashes;
}

}  // namespace comity::ledger_files
