#include "common/ledger_files/tile_publisher.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "common/crypto/digest.h"
#include "common/ledger/tree.h"
#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::ledger_files {
namespace {

namespace fs = std::filesystem;
using ::comity::testing::IsOk;

TEST(TilePublisherTest, AFolderThatAKillLeftPrivateBecomesPublic) {
  const testing::TempDirectory root;
  ledger::Tree tree;
  tree.Append(crypto::Sha256("entry"));
  const ledger::TreeTiles tiles(std::make_shared<ledger::Tree>(tree), nullptr);
  // As mkdir makes them under the strictest umask; the chmod was not reached.
  const fs::path folder = root / "tile/0/000.p";
  fs::create_directories(folder);
  for (fs::path made = folder; made != root.path(); made = made.parent_path()) {
    fs::permissions(made, fs::perms::owner_all);
  }

  ASSERT_THAT(TilePublisher(root.path(), 0).Publish(tiles, 1), IsOk());

  EXPECT_TRUE(fs::exists(folder / "1"));
  for (fs::path made = folder; made != root.path(); made = made.parent_path()) {
    EXPECT_EQ(fs::status(made).permissions(), storage::kPublicFolder) << made;
  }
}

}  // namespace
}  // namespace comity::ledger_files
