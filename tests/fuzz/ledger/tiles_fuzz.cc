// The tiles of a stranger's log: a folder of three that make a tree of 300, one of which an input
// changes (changed_folder.h). An input of eight bytes is a size, too, that the log's checkpoint
// claims, and each is read as a tile.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/hash.h"
#include "common/ledger/tile.h"
#include "common/ledger/tree.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/folder_tiles.h"
#include "tests/fuzz/changed_folder.h"
#include "tests/testing/temp_directory.h"

namespace {

using comity::fuzz::ChangedFolder;
using comity::ledger::Hash;
using comity::ledger::TileId;
using comity::ledger_files::FolderTiles;

constexpr std::int64_t kSize = 300;

class Log {
 public:
  Log() : folder_(Made()) {}

  const ChangedFolder& folder() const { return folder_; }

  bool Holds(std::int64_t size) const {
    const FolderTiles tiles(folder_.path(), size);
    return VerifyLog(tiles, {.origin = "log.example/1", .size = size, .root = root_}).ok();
  }

 private:
  std::string Made() {
    comity::ledger::Tree tree;
    std::vector<Hash> leaves;
    for (std::int64_t i = 0; i < kSize; ++i) {
      const Hash commitment = comity::ledger::Commitment(std::string(32, 's'), absl::StrCat(i));
      tree.Append(commitment);
      leaves.push_back(comity::ledger::LeafHash(commitment));
    }
    root_ = tree.root();
    const std::vector<Hash> first(leaves.begin(), leaves.begin() + comity::ledger::kTileWidth);
    Write({.level = 0, .index = 0}, first);
    Write({.level = 0, .index = 1}, {leaves.begin() + comity::ledger::kTileWidth, leaves.end()});
    Write({.level = 1, .index = 0}, {comity::ledger::TileRoot(first)});
    return made_.path();
  }

  void Write(TileId id, const std::vector<Hash>& hashes) const {
    const std::filesystem::path path =
        made_ / comity::ledger::TilePath(id, static_cast<int>(hashes.size()));
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << comity::ledger::EncodeTile(hashes);
  }

  const comity::testing::TempDirectory made_;
  Hash root_{};
  const ChangedFolder folder_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Log log;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto hashes = comity::ledger::DecodeTile(input);
  if (hashes.ok() && comity::ledger::EncodeTile(*hashes) != input) std::abort();

  log.folder().With(data, size, [](const ChangedFolder::Change& change) {
    if (log.Holds(kSize) != change.none) std::abort();
  });
  std::uint64_t claimed = 0;
  if (size == sizeof(claimed)) {
    std::memcpy(&claimed, data, size);
    const auto other = static_cast<std::int64_t>(claimed & INT64_MAX);
    if (log.Holds(other) != (other == kSize)) std::abort();
  }
  return 0;
}
