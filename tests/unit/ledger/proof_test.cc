#include "common/ledger/proof.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr std::int64_t kExhaustive = 70;

auto ProofInvalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "PROOF_INVALID"); }

class SmallTreesTest : public ::testing::Test {
 protected:
  static absl::Span<const std::string> Prefix(std::int64_t size) {
    static const auto* const leaves = new std::vector<std::string>(TestLeaves(kExhaustive));
    return absl::MakeConstSpan(*leaves).subspan(0, static_cast<std::size_t>(size));
  }

  const TestLog log_{kExhaustive};
  const TreeTiles tiles_ = log_.tiles();
};

TEST_F(SmallTreesTest, EveryInclusionProofIsTheStandardsAndVerifies) {
  for (std::int64_t size = 1; size <= kExhaustive; ++size) {
    const Hash root = ReferenceRoot(Prefix(size));
    ASSERT_EQ(*RootAt(tiles_, size), root) << size;
    for (std::int64_t index = 0; index < size; ++index) {
      const auto proof = ProveInclusion(tiles_, index, size);

      ASSERT_THAT(proof, IsOk());
      ASSERT_EQ(*proof, ReferencePath(static_cast<std::size_t>(index), Prefix(size)));
      ASSERT_THAT(VerifyInclusion(*proof, index, size, LeafHash(TestCommitment(index)), root),
                  IsOk());
    }
  }
}

TEST_F(SmallTreesTest, EveryConsistencyProofIsTheStandardsAndVerifies) {
  for (std::int64_t second = 1; second <= kExhaustive; ++second) {
    for (std::int64_t first = 1; first <= second; ++first) {
      const auto proof = ProveConsistency(tiles_, first, second);

      ASSERT_THAT(proof, IsOk());
      ASSERT_EQ(*proof, ReferenceSubproof(static_cast<std::size_t>(first), Prefix(second), true));
      ASSERT_THAT(VerifyConsistency(*proof, first, second, ReferenceRoot(Prefix(first)),
                                    ReferenceRoot(Prefix(second))),
                  IsOk());
    }
  }
}

TEST_F(SmallTreesTest, AnInclusionProofWithAnyByteChangedFails) {
  for (const std::int64_t size : {2, 3, 7, 8, 13, 64, 70}) {
    const Hash root = *RootAt(tiles_, size);
    for (std::int64_t index = 0; index < size; ++index) {
      const Hash leaf = LeafHash(TestCommitment(index));
      auto proof = *ProveInclusion(tiles_, index, size);
      for (Hash& hash : proof) {
        for (std::uint8_t& byte : hash) {
          byte ^= 0x20;
          ASSERT_THAT(VerifyInclusion(proof, index, size, leaf, root), ProofInvalid());
          byte ^= 0x20;
        }
      }
    }
  }
}

TEST_F(SmallTreesTest, AConsistencyProofWithAnyByteChangedFails) {
  for (const std::int64_t second : {2, 3, 7, 8, 13, 64, 70}) {
    const Hash second_root = *RootAt(tiles_, second);
    for (std::int64_t first = 1; first < second; ++first) {
      const Hash first_root = *RootAt(tiles_, first);
      auto proof = *ProveConsistency(tiles_, first, second);
      for (Hash& hash : proof) {
        for (std::uint8_t& byte : hash) {
          byte ^= 0x01;
          ASSERT_THAT(VerifyConsistency(proof, first, second, first_root, second_root),
                      ProofInvalid());
          byte ^= 0x01;
        }
      }
    }
  }
}

TEST_F(SmallTreesTest, AProofForAnotherPlaceFails) {
  constexpr std::int64_t kSize = 21;
  const Hash root = *RootAt(tiles_, kSize);
  for (std::int64_t index = 0; index < kSize; ++index) {
    const auto proof = *ProveInclusion(tiles_, index, kSize);
    const Hash leaf = LeafHash(TestCommitment(index));
    for (std::int64_t other = -1; other <= kSize; ++other) {
      if (other == index) continue;
      ASSERT_THAT(VerifyInclusion(proof, other, kSize, leaf, root), ProofInvalid());
    }
    auto longer = proof;
    longer.push_back(root);
    ASSERT_THAT(VerifyInclusion(longer, index, kSize, leaf, root), ProofInvalid());
    auto shorter = proof;
    shorter.pop_back();
    ASSERT_THAT(VerifyInclusion(shorter, index, kSize, leaf, root), ProofInvalid());
    ASSERT_THAT(VerifyInclusion(proof, index, kSize, LeafHash(TestCommitment(kSize)), root),
                ProofInvalid());
  }
}

TEST_F(SmallTreesTest, AConsistencyProofForOtherTreesFails) {
  constexpr std::int64_t kFirst = 21;
  constexpr std::int64_t kSecond = 50;
  const auto proof = *ProveConsistency(tiles_, kFirst, kSecond);
  const Hash first_root = *RootAt(tiles_, kFirst);
  const Hash second_root = *RootAt(tiles_, kSecond);

  EXPECT_THAT(VerifyConsistency(proof, kFirst, kSecond, second_root, first_root), ProofInvalid());
  EXPECT_THAT(VerifyConsistency(proof, kSecond, kFirst, first_root, second_root), ProofInvalid());
  EXPECT_THAT(VerifyConsistency(proof, -1, kSecond, first_root, second_root), ProofInvalid());
  EXPECT_THAT(VerifyConsistency({}, kFirst, kSecond, first_root, second_root), ProofInvalid());
  EXPECT_THAT(VerifyConsistency({}, kFirst, kFirst, first_root, second_root), ProofInvalid());
  EXPECT_THAT(VerifyConsistency({}, 0, kSecond, EmptyRoot(), second_root), IsOk());
  EXPECT_THAT(VerifyConsistency({}, 0, kSecond, first_root, second_root), ProofInvalid());
  EXPECT_THAT(VerifyConsistency(proof, 0, kSecond, EmptyRoot(), second_root), ProofInvalid());
}

TEST_F(SmallTreesTest, ProofsThatCannotExistAreRefused) {
  for (const auto& [index, size] :
       {std::pair<std::int64_t, std::int64_t>{-1, 5}, {5, 5}, {0, 0}, {0, -1}}) {
    EXPECT_THAT(ProveInclusion(tiles_, index, size),
                FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));
  }
  for (const auto& [first, second] :
       {std::pair<std::int64_t, std::int64_t>{0, 5}, {6, 5}, {-1, 5}}) {
    EXPECT_THAT(ProveConsistency(tiles_, first, second),
                FailsWith(absl::StatusCode::kOutOfRange, "SIZES_OUT_OF_RANGE"));
  }
  EXPECT_THAT(ProveInclusion(tiles_, 3, kExhaustive + 1),
              FailsWith(absl::StatusCode::kDataLoss, "LEDGER_INCONSISTENT"));
}

TEST(ProofTest, VerifyingTakesTheLargestSizesWithoutHarm) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const std::vector<Hash> proof(kMaxProofHashes, Hash{});

  EXPECT_THAT(VerifyInclusion(proof, kLargest - 1, kLargest, Hash{}, Hash{}), ProofInvalid());
  EXPECT_THAT(VerifyInclusion(proof, 0, kLargest, Hash{}, Hash{}), ProofInvalid());
  EXPECT_THAT(VerifyConsistency(proof, kLargest - 1, kLargest, Hash{}, Hash{}), ProofInvalid());
  EXPECT_THAT(VerifyConsistency(proof, 1, kLargest, Hash{}, Hash{}), ProofInvalid());
}

// Sizes around tiles of two levels and random ones: what is served from tiles of an older tree than
// the newest must be right too.
TEST(ProofTest, ProofsOfRandomPlacesInALargeTreeVerify) {
  constexpr std::int64_t kSize = 70'000;
  const TestLog log(kSize);
  const TreeTiles tiles = log.tiles();
  std::mt19937_64 random(20261123);
  std::vector<std::int64_t> sizes = {1,   2,     255,   256,   257,   511,  512,
                                     513, 65535, 65536, 65537, 65792, kSize};
  for (int i = 0; i < 40; ++i) {
    sizes.push_back(std::uniform_int_distribution<std::int64_t>(1, kSize)(random));
  }

  for (const std::int64_t size : sizes) {
    const Hash root = *RootAt(tiles, size);
    for (const std::int64_t index :
         {std::int64_t{0}, size - 1, size / 2,
          std::uniform_int_distribution<std::int64_t>(0, size - 1)(random)}) {
      const auto proof = ProveInclusion(tiles, index, size);
      ASSERT_THAT(proof, IsOk());
      ASSERT_THAT(VerifyInclusion(*proof, index, size, LeafHash(TestCommitment(index)), root),
                  IsOk());
      ASSERT_EQ(*ReadLeafHash(tiles, index), LeafHash(TestCommitment(index)));
    }
    for (const std::int64_t first : sizes) {
      if (first > size) continue;
      const auto proof = ProveConsistency(tiles, first, size);
      ASSERT_THAT(proof, IsOk());
      ASSERT_THAT(VerifyConsistency(*proof, first, size, *RootAt(tiles, first), root), IsOk());
    }
  }
  EXPECT_EQ(*RootAt(tiles, kSize), log.snapshot->root());
  EXPECT_EQ(*RootAt(tiles, kSize), ReferenceRoot(TestLeaves(kSize)));
}

TEST(ProofTest, AnInclusionProofReadsAFewTilesOnly) {
  const TestLog log(70'000);

  ASSERT_THAT(ProveInclusion(log.tiles(), 12'345, 70'000), IsOk());

  EXPECT_LE(log.complete.reads(), 4);
}

}  // namespace
}  // namespace comity::ledger
