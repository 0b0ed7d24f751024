#include "common/ledger/tile.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::FailsWith;

TEST(TileTest, PathsAreThoseOfTheTilesStandard) {
  EXPECT_EQ(TilePath({.level = 0, .index = 0}, 256), "tile/0/000");
  EXPECT_EQ(TilePath({.level = 0, .index = 1234067}, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({.level = 1, .index = 1000}, 12), "tile/1/x001/000.p/12");
}

TEST(TileTest, WidthsFollowTheSize) {
  EXPECT_EQ(TileWidthAt({.level = 0, .index = 0}, 0), 0);
  EXPECT_EQ(TileWidthAt({.level = 0, .index = 0}, 70), 70);
  EXPECT_EQ(TileWidthAt({.level = 0, .index = 0}, 256), 256);
  EXPECT_EQ(TileWidthAt({.level = 0, .index = 1}, 256), 0);
  EXPECT_EQ(TileWidthAt({.level = 1, .index = 0}, 257), 1);
  EXPECT_EQ(TileWidthAt({.level = 0, .index = INT64_MAX}, INT64_MAX), 0);
  EXPECT_EQ(TileWidthAt({.level = 7, .index = 0}, INT64_MAX), 127);
}

TEST(TileTest, EncodedTilesAreDecodedAgain) {
  const std::vector<Hash> hashes = {TestCommitment(1), TestCommitment(2)};

  EXPECT_EQ(EncodeTile(hashes).size(), 64u);
  EXPECT_EQ(*DecodeTile(EncodeTile(hashes)), hashes);
}

TEST(TileTest, DamagedTilesAreRefused) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{31}, std::size_t{33}, std::size_t{257 * 32}}) {
    EXPECT_THAT(DecodeTile(std::string(size, 'x')),
                FailsWith(absl::StatusCode::kDataLoss, "TILE_INVALID"));
  }
}

}  // namespace
}  // namespace comity::ledger
