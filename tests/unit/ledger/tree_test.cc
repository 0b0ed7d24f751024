#include "common/ledger/tree.h"

#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "common/crypto/encoding.h"
#include "common/ledger/proof.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

std::string HexOf(const Hash& hash) { return crypto::Hex(crypto::View(hash)); }

std::vector<Hash> Tail(std::int64_t size) {
  std::vector<Hash> tail;
  for (std::int64_t i = size - size % kTileWidth; i < size; ++i) tail.push_back(TestCommitment(i));
  return tail;
}

TEST(HashTest, TheEmptyRootAndTheEmptyLeafAreThoseOfTheStandard) {
  EXPECT_EQ(HexOf(EmptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf(LeafHash("")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

// The eight inputs and roots that implementations of Certificate Transparency test with.
TEST(HashTest, TheKnownTreeOfEightLeavesHasItsKnownRoots) {
  const std::vector<std::string> inputs = {
      "",
      absl::HexStringToBytes("00"),
      absl::HexStringToBytes("10"),
      absl::HexStringToBytes("2021"),
      absl::HexStringToBytes("3031"),
      absl::HexStringToBytes("40414243"),
      absl::HexStringToBytes("5051525354555657"),
      absl::HexStringToBytes("606162636465666768696a6b6c6d6e6f")};
  const std::vector<std::string> roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

  for (std::size_t size = 1; size <= inputs.size(); ++size) {
    const absl::Span<const std::string> data = absl::MakeConstSpan(inputs).subspan(0, size);
    // The reference first, then our own node hashes over the same leaves.
    EXPECT_EQ(HexOf(ReferenceRoot(data)), roots[size - 1]);
  }
  EXPECT_EQ(HexOf(NodeHash(LeafHash(inputs[0]), LeafHash(inputs[1]))), roots[1]);
  EXPECT_EQ(
      HexOf(NodeHash(NodeHash(LeafHash(inputs[0]), LeafHash(inputs[1])), LeafHash(inputs[2]))),
      roots[2]);
}

TEST(TreeTest, TheRootOfEverySizeIsThatOfTheStandard) {
  const std::vector<std::string> leaves = TestLeaves(600);
  Tree tree;
  EXPECT_EQ(tree.root(), EmptyRoot());

  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    tree.Append(TestCommitment(static_cast<std::int64_t>(size) - 1));

    ASSERT_EQ(tree.size(), static_cast<std::int64_t>(size));
    ASSERT_EQ(tree.root(), ReferenceRoot(absl::MakeConstSpan(leaves).subspan(0, size))) << size;
  }
}

TEST(TreeTest, AppendReturnsATileWhenItBecomesComplete) {
  Tree tree;
  std::vector<Tile> completed;
  for (std::int64_t i = 0; i < 256 * 256; ++i) {
    completed = tree.Append(TestCommitment(i));
    ASSERT_EQ(completed.empty(), (i + 1) % 256 != 0) << i;
  }

  ASSERT_EQ(completed.size(), 2u);
  EXPECT_EQ(completed[0].id, (TileId{.level = 0, .index = 255}));
  EXPECT_EQ(completed[1].id, (TileId{.level = 1, .index = 0}));
  EXPECT_EQ(completed[0].hashes.size(), 256u);
  EXPECT_EQ(completed[1].hashes.back(), TileRoot(completed[0].hashes));
  EXPECT_EQ(tree.root(), TileRoot(completed[1].hashes));
  ASSERT_EQ(tree.EdgeTile(2).size(), 1u);
  EXPECT_EQ(tree.EdgeTile(2)[0], tree.root());
}

TEST(TreeTest, AppendingToACopyLeavesTheOriginalAsItWas) {
  Tree tree;
  tree.Append(TestCommitment(0));
  const Hash before = tree.root();

  Tree trial = tree;
  trial.Append(TestCommitment(1));

  EXPECT_EQ(tree.root(), before);
  EXPECT_EQ(tree.size(), 1);
  EXPECT_NE(trial.root(), before);
}

TEST(TreeTest, ALoadedTreeGoesOnLikeTheOneThatWasStored) {
  for (const std::int64_t size :
       {0, 1, 255, 256, 257, 511, 512, 4097, 65535, 65536, 65537, 70000, 131328}) {
    const TestLog log(size);

    auto loaded = Tree::Load(size, Tail(size), log.complete);

    ASSERT_THAT(loaded, IsOk()) << size;
    EXPECT_EQ(loaded->size(), size);
    EXPECT_EQ(loaded->root(), log.snapshot->root()) << size;
    Tree original = *log.snapshot;
    for (std::int64_t i = size; i < size + 300; ++i) {
      const auto theirs = original.Append(TestCommitment(i));
      const auto ours = loaded->Append(TestCommitment(i));
      ASSERT_EQ(ours.size(), theirs.size());
      for (std::size_t t = 0; t < ours.size(); ++t) {
        ASSERT_EQ(ours[t].id, theirs[t].id);
        ASSERT_EQ(ours[t].hashes, theirs[t].hashes);
      }
      ASSERT_EQ(loaded->root(), original.root()) << size << " " << i;
    }
  }
}

TEST(TreeTest, LoadingReadsNoMoreThan255TilesALevel) {
  const TestLog log(65536 * 2 - 1);

  ASSERT_THAT(Tree::Load(65536 * 2 - 1, Tail(65536 * 2 - 1), log.complete), IsOk());

  EXPECT_LE(log.complete.reads(), 255 + 1);
}

TEST(TreeTest, LoadingRefusesAStoreThatLacksATile) {
  TestLog log(1000);
  log.complete.Erase({.level = 0, .index = 2});

  EXPECT_THAT(Tree::Load(1000, Tail(1000), log.complete),
              FailsWith(absl::StatusCode::kDataLoss, "LEDGER_INCONSISTENT"));
}

TEST(TreeTest, LoadingRefusesATailOfAnotherLength) {
  const TestLog log(1000);

  EXPECT_THAT(Tree::Load(1000, Tail(999), log.complete),
              FailsWith(absl::StatusCode::kDataLoss, "LEDGER_INCONSISTENT"));
  EXPECT_THAT(Tree::Load(-1, {}, log.complete),
              FailsWith(absl::StatusCode::kDataLoss, "LEDGER_INCONSISTENT"));
}

TEST(TreeTest, ALoadedTreeWithAForeignTileHasAnotherRoot) {
  TestLog log(1000);
  log.complete.Store(
      {Tile{.id = {.level = 0, .index = 1}, .hashes = std::vector<Hash>(256, TestCommitment(7))}});

  const auto loaded = Tree::Load(1000, Tail(1000), log.complete);

  ASSERT_THAT(loaded, IsOk());
  EXPECT_NE(loaded->root(), log.snapshot->root());
}

TEST(TreeTilesTest, TheEdgeComesFromTheSnapshotAndTheRestFromTheStore) {
  const TestLog log(600);
  const TreeTiles tiles = log.tiles();

  EXPECT_EQ(tiles.ReadTile({.level = 0, .index = 1})->size(), 256u);
  EXPECT_EQ(tiles.ReadTile({.level = 0, .index = 2})->size(), 88u);
  EXPECT_EQ(tiles.ReadTile({.level = 1, .index = 0})->size(), 2u);
  for (const TileId id : {TileId{0, 3}, TileId{1, 1}, TileId{2, 0}, TileId{-1, 0}, TileId{8, 0},
                          TileId{0, -1}, TileId{100, 0}}) {
    EXPECT_THAT(tiles.ReadTile(id), FailsWith(absl::StatusCode::kNotFound, "TILE_NOT_FOUND"))
        << id.level << " " << id.index;
  }
}

}  // namespace
}  // namespace comity::ledger
