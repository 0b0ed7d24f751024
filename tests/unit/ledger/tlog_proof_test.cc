#include "common/ledger/tlog_proof.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/ledger/proof.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

auto Malformed() { return FailsWith(absl::StatusCode::kInvalidArgument, "TLOG_PROOF_MALFORMED"); }

class TlogProofTest : public ::testing::Test {
 protected:
  std::string File(std::int64_t index, std::int64_t size, absl::string_view extra = "") const {
    const auto root = RootAt(tiles_, size);
    return FormatTlogProof({.extra = std::string(extra),
                            .index = index,
                            .hashes = *ProveInclusion(tiles_, index, size),
                            .checkpoint = *SignCheckpoint(
                                {.origin = log_.name(), .size = size, .root = *root}, log_)});
  }

  const NoteSigner log_ = *NoteSigner::Create("comity.example/document-exchange/1",
                                              *crypto::Ed25519Key::FromSeed(std::string(32, 'l')));
  const TestLog leaves_{300};
  const TreeTiles tiles_ = leaves_.tiles();
};

TEST_F(TlogProofTest, ProvesEveryLeaf) {
  for (const std::int64_t size : {1, 2, 5, 256, 300}) {
    for (std::int64_t index = 0; index < size; ++index) {
      const auto proven =
          VerifyTlogProof(File(index, size), TestCommitment(index), log_.verifiers());

      ASSERT_THAT(proven, IsOk());
      ASSERT_EQ(proven->index, index);
      ASSERT_EQ(proven->checkpoint.size, size);
    }
  }
}

TEST_F(TlogProofTest, AFileIsParsedAndFormattedToTheSameBytes) {
  for (const absl::string_view extra : {"", "opaque"}) {
    const std::string file = File(3, 7, extra);

    const auto proof = ParseTlogProof(file);

    ASSERT_THAT(proof, IsOk());
    EXPECT_EQ(proof->extra, extra);
    EXPECT_EQ(FormatTlogProof(*proof), file);
  }
}

TEST_F(TlogProofTest, EveryChangedByteOfAFileIsSeen) {
  const std::string file = File(3, 7);
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int mask : {0x01, 0x02, 0x20, 0x80}) {
      std::string changed = file;
      changed[i] = static_cast<char>(changed[i] ^ mask);

      EXPECT_FALSE(VerifyTlogProof(changed, TestCommitment(3), log_.verifiers()).ok())
          << i << " " << changed;
    }
  }
}

TEST_F(TlogProofTest, ATruncatedFileIsRefused) {
  const std::string file = File(3, 7);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(VerifyTlogProof(file.substr(0, size), TestCommitment(3), log_.verifiers()).ok());
  }
}

TEST_F(TlogProofTest, AnotherLeafIsNotProven) {
  EXPECT_THAT(VerifyTlogProof(File(3, 7), TestCommitment(4), log_.verifiers()),
              FailsWith(absl::StatusCode::kInvalidArgument, "PROOF_INVALID"));
}

TEST_F(TlogProofTest, TheCommitmentBindsSaltAndBody) {
  const Hash commitment = Commitment(std::string(32, 's'), "body");

  EXPECT_EQ(commitment, crypto::Sha256(absl::StrCat(std::string(32, 's'), "body")));
}

TEST_F(TlogProofTest, WhatIsNotExactlyAProofFileIsRefused) {
  const std::string file = File(3, 7);
  for (const std::string& bad : std::vector<std::string>{
           "",
           "c2sp.org/tlog-proof@v1",
           "c2sp.org/tlog-proof@v1\n",
           "c2sp.org/tlog-proof@v1\nindex 3\n",
           "c2sp.org/tlog-proof@v1\nindex 3\nindex 4\n\n",
           "\n" + file,
           absl::StrReplaceAll(file, {{"@v1\n", "@v2\n"}}),
           absl::StrReplaceAll(file, {{"@v1\n", "@v1\r\n"}}),
           absl::StrReplaceAll(file, {{"index 3", "index 03"}}),
           absl::StrReplaceAll(file, {{"index 3", "index  3"}}),
           absl::StrReplaceAll(file, {{"index 3", "index -3"}}),
           absl::StrReplaceAll(file, {{"index 3", "index 9223372036854775808"}}),
           absl::StrReplaceAll(file, {{"index 3", "extra \nindex 3"}}),
           absl::StrReplaceAll(file, {{"index 3", "extra A\nindex 3"}}),
           absl::StrReplaceAll(file, {{"index 3", "extra AA==\nextra AA==\nindex 3"}}),
           absl::StrReplaceAll(file, {{"index 3\n", "index 3\nAAAA\n"}}),
       }) {
    EXPECT_THAT(ParseTlogProof(bad), Malformed()) << bad;
  }
  std::string many = "c2sp.org/tlog-proof@v1\nindex 3\n";
  const std::string hash = "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=\n";
  for (int i = 0; i < kMaxProofHashes; ++i) many += hash;
  EXPECT_THAT(ParseTlogProof(many + "\n"), IsOk());
  EXPECT_THAT(ParseTlogProof(many + hash + "\n"), Malformed());
  EXPECT_THAT(ParseTlogProof(file + std::string(kMaxTlogProofSize, 'x')), Malformed());
}

}  // namespace
}  // namespace comity::ledger
