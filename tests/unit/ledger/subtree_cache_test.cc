#include "common/ledger/subtree_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "common/ledger/proof.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::IsOkAndHolds;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

// Counts what is read.
class CountingTiles final : public TileReader {
 public:
  explicit CountingTiles(const TileReader* tiles) : tiles_(tiles) {}

  absl::StatusOr<std::vector<Hash>> ReadTile(TileId id) const override {
    ++reads;
    return tiles_->ReadTile(id);
  }

  mutable std::atomic<int> reads = 0;

 private:
  const TileReader* const tiles_;
};

TEST(SubtreeCacheTest, ProofsAreTheSameWithAndWithoutIt) {
  const TestLog log(70'000);
  const TreeTiles plain = log.tiles();
  // Everything fits, some does, nothing does.
  for (const std::size_t budget : {4 * kMebibyte, std::size_t{300'000}, std::size_t{0}}) {
    SubtreeCache cache(budget, budget);
    const TreeTiles cached(log.snapshot, &log.complete, &cache);
    std::mt19937_64 random(budget);
    for (int i = 0; i < 1500; ++i) {
      const std::int64_t size = 1 + static_cast<std::int64_t>(random() % 70'000);
      const std::int64_t index = static_cast<std::int64_t>(random()) % size;
      if (index < 0) continue;

      ASSERT_EQ(*ProveInclusion(cached, index, size), *ProveInclusion(plain, index, size));
      ASSERT_EQ(*ProveConsistency(cached, index + 1, size),
                *ProveConsistency(plain, index + 1, size));
      ASSERT_EQ(*RootAt(cached, size), *RootAt(plain, size));
      ASSERT_EQ(*ReadLeafHash(cached, index), *ReadLeafHash(plain, index));
    }
  }
}

TEST(SubtreeCacheTest, ALogThatGrowsIsProvenFromItsOwnEdge) {
  SubtreeCache cache(kMebibyte, kMebibyte);
  MemoryTiles complete;
  Tree tree;
  for (std::int64_t size = 1; size <= 1500; ++size) {
    complete.Store(tree.Append(TestCommitment(size - 1)));
    const auto snapshot = std::make_shared<const Tree>(tree);
    const TreeTiles cached(snapshot, &complete, &cache);
    const TreeTiles plain(snapshot, &complete);
    for (const std::int64_t index : {std::int64_t{0}, size / 2, size - 1}) {
      ASSERT_EQ(*ProveInclusion(cached, index, size), *ProveInclusion(plain, index, size)) << size;
    }
    ASSERT_THAT(RootAt(cached, size), IsOkAndHolds(tree.root()));
  }
}

TEST(SubtreeCacheTest, WhatIsRememberedIsNotReadAgain) {
  const TestLog log(70'000);
  const CountingTiles counting(&log.complete);
  SubtreeCache cache(4 * kMebibyte, 4 * kMebibyte);
  const TreeTiles cached(log.snapshot, &counting, &cache);
  ASSERT_TRUE(ProveInclusion(cached, 12'345, 70'000).ok());
  const int first = counting.reads;

  ASSERT_TRUE(ProveInclusion(cached, 12'345, 70'000).ok());
  ASSERT_TRUE(ProveInclusion(cached, 12'346, 70'000).ok());

  EXPECT_GT(first, 0);
  EXPECT_EQ(counting.reads, first);
}

TEST(SubtreeCacheTest, ManyThreadsProveFromOneCache) {
  const TestLog log(20'000);
  const TreeTiles plain = log.tiles();
  SubtreeCache cache(100'000, 400'000);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      const TreeTiles cached(log.snapshot, &log.complete, &cache);
      std::mt19937_64 random(seed);
      for (int i = 0; i < 300; ++i) {
        const auto index = static_cast<std::int64_t>(random() % 20'000);
        if (*ProveInclusion(cached, index, 20'000) != *ProveInclusion(plain, index, 20'000)) {
          ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
}

TEST(RecentTilesTest, WhatIsAskedForStaysAndTheBudgetIsKept) {
  // Ten values of a byte a shard.
  RecentTiles<int> recent(160);
  const auto add = [&](std::int64_t i) {
    recent.Add({.level = 0, .index = i * 16}, std::make_shared<const int>(1), 1);
  };
  const auto has = [&](std::int64_t i) {
    return recent.Find({.level = 0, .index = i * 16}) != nullptr;
  };
  add(0);
  for (std::int64_t i = 1; i < 100; ++i) {
    add(i);
    ASSERT_TRUE(has(0)) << i;
  }

  int kept = 0;
  for (std::int64_t i = 0; i < 100; ++i) kept += has(i) ? 1 : 0;
  EXPECT_EQ(kept, 10);
  recent.Add({.level = 0, .index = 1}, std::make_shared<const int>(1), 11);
  EXPECT_EQ(recent.Find({.level = 0, .index = 1}), nullptr);
}

}  // namespace
}  // namespace comity::ledger
