#include "common/ledger_files/tile_publisher.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::ledger_files {
namespace {

namespace fs = std::filesystem;

// Everybody may read a published log.
constexpr unsigned int kMode = 0644;

bool IsPublicFolder(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::is_directory(status) &&
         (status.permissions() & storage::kPublicFolder) == storage::kPublicFolder;
}

// Makes `folder` and its parents up to `root`, each durable in its own parent, and public also
// where a process died before it was. Not `root` itself: a publication directory that is gone is
// not mounted, and must not be begun anew.
absl::Status MakeFolders(const fs::path& root, const fs::path& folder) {
  if (folder == root || IsPublicFolder(folder)) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(MakeFolders(root, folder.parent_path()));
  std::error_code error;
  fs::create_directory(folder, error);
  // Whatever the process's umask is.
  if (!error) fs::permissions(folder, storage::kPublicFolder, error);
  if (error) {
    return MakeError(absl::StatusCode::kUnavailable,
                     absl::StrCat("Cannot make the folder ", folder.string(), ": ", error.message(),
                                  "; check the publication directory's owner and room."),
                     {.reason = "STORAGE_IO"});
  }
  return storage::SyncDirectory(folder.parent_path().string());
}

// The last tile of a level that has `count` hashes.
std::int64_t LastIndex(std::int64_t count) { return (count - 1) / ledger::kTileWidth; }

}  // namespace

absl::Status TilePublisher::Publish(const ledger::TileReader& tiles, std::int64_t size) {
  if (!checked_ && !HasEdge(published_)) published_ = 0;
  checked_ = true;
  for (int level = 0; level <= ledger::kMaxTileLevel; ++level) {
    const int shift = level * ledger::kTileHeight;
    const std::int64_t count = size >> shift;
    if (count == 0) break;
    for (std::int64_t index = (published_ >> shift) / ledger::kTileWidth; index <= LastIndex(count);
         ++index) {
      const ledger::TileId id{.level = level, .index = index};
      const int width = ledger::TileWidthAt(id, size);
      if (width == ledger::TileWidthAt(id, published_)) continue;
      COMITY_RETURN_IF_ERROR(Write(tiles, id, width));
    }
  }
  published_ = std::max(published_, size);
  return absl::OkStatus();
}

absl::Status TilePublisher::Write(const ledger::TileReader& tiles, ledger::TileId id,
                                  int width) const {
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::Hash> hashes, tiles.ReadTile(id));
  if (hashes.size() < static_cast<std::size_t>(width)) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "A tile of the ledger is narrower than its tree; restore the store.",
                     {.reason = "LEDGER_INCONSISTENT"});
  }
  hashes.resize(static_cast<std::size_t>(width));
  const fs::path path = fs::path(folder_) / ledger::TilePath(id, width);
  COMITY_RETURN_IF_ERROR(MakeFolders(folder_, path.parent_path()));
  COMITY_RETURN_IF_ERROR(
      storage::WriteFileAtomically(path.string(), ledger::EncodeTile(hashes), kMode));
  if (width == ledger::kTileWidth) {
    std::error_code ignored;  // What stays does no harm.
    fs::remove_all(path.string() + ".p", ignored);
  }
  return absl::OkStatus();
}

bool TilePublisher::HasEdge(std::int64_t size) const {
  for (int level = 0; level <= ledger::kMaxTileLevel; ++level) {
    const std::int64_t count = size >> (level * ledger::kTileHeight);
    if (count == 0) break;
    const ledger::TileId id{.level = level, .index = LastIndex(count)};
    const fs::path path = fs::path(folder_) / ledger::TilePath(id, ledger::TileWidthAt(id, size));
    const fs::path complete = fs::path(folder_) / ledger::TilePath(id, ledger::kTileWidth);
    std::error_code error;
    if (!fs::exists(path, error) && !fs::exists(complete, error)) return false;
  }
  return true;
}

}  // namespace comity::ledger_files
