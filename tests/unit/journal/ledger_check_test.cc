#include "common/journal/ledger_check.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "common/ledger/hash.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;

constexpr char kBehind[] = "LEDGER_BEHIND_CHECKPOINT";

// The first complete tile of a tree of 300 leaves, or the error that reading it gives.
class FirstTile final : public ledger::TileReader {
 public:
  absl::StatusOr<std::vector<ledger::Hash>> ReadTile(ledger::TileId id) const override {
    EXPECT_EQ(id.level, 0);
    EXPECT_EQ(id.index, 0);
    if (!error.ok()) return error;
    return hashes;
  }

  absl::Status error;
  std::vector<ledger::Hash> hashes;
};

class CheckPrefixTest : public ::testing::Test {
 protected:
  CheckPrefixTest() {
    auto tree = std::make_shared<ledger::Tree>();
    for (int i = 0; i < 300; ++i) {
      const crypto::Digest commitment = crypto::Sha256(std::to_string(i));
      tree->Append(commitment);
      if (first_.hashes.size() < ledger::kTileWidth) {
        first_.hashes.push_back(ledger::LeafHash(commitment));
      }
      if (tree->size() == kPrefix) root_ = tree->root();
    }
    tree_ = std::move(tree);
  }

  absl::Status Check() const {
    const ledger::TreeTiles tiles(tree_, &first_);
    return CheckPrefix(kPrefix, root_, "a published checkpoint", *tree_, tiles);
  }

  static constexpr std::int64_t kPrefix = 241;
  FirstTile first_;
  std::shared_ptr<const ledger::Tree> tree_;
  ledger::Hash root_{};
};

TEST_F(CheckPrefixTest, AcceptsAHeadTheTreeWentThrough) { EXPECT_THAT(Check(), IsOk()); }

TEST_F(CheckPrefixTest, ConvictsAnotherHead) {
  root_[0] ^= 1U;
  EXPECT_THAT(Check(), FailsWith(absl::StatusCode::kFailedPrecondition, kBehind));
}

TEST_F(CheckPrefixTest, ConvictsATreeWhoseTilesAreMissingOrBroken) {
  first_.error = MakeError(absl::StatusCode::kNotFound, "Gone.", {.reason = "TILE_NOT_FOUND"});
  EXPECT_THAT(Check(), FailsWith(absl::StatusCode::kFailedPrecondition, kBehind));
  first_.error = MakeError(absl::StatusCode::kDataLoss, "Broken.", {.reason = "TILE_INVALID"});
  EXPECT_THAT(Check(), FailsWith(absl::StatusCode::kFailedPrecondition, kBehind));
}

TEST_F(CheckPrefixTest, ConvictsNobodyBecauseTheDatabaseWasAway) {
  first_.error = MakeError(absl::StatusCode::kUnavailable, "Away.", {.reason = "STORAGE_LOST"});
  EXPECT_THAT(Check(), FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));
}

}  // namespace
}  // namespace comity::journal
