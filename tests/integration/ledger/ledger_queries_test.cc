// Questions about a real journal's ledger.
#include "common/ledger_service/ledger_queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/journal/succession.h"
#include "common/json/canonical.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::ledger_service {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::SizeIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class LedgerQueriesTest : public ::testing::Test {
 protected:
  LedgerQueriesTest() {
    journal::Options options = testing::TestJournalOptions(root_.path());
    options.checkpoint_interval = absl::Milliseconds(1);
    log_ = options.signer->verifier();
    journal_ = *journal::Journal::Open(std::move(options));
    queries_.emplace(journal_.get());
  }

  void AddLeaves(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(journal_->RecordLeaf([i](absl::Time) { return absl::StrCat("{\"n\":", i, "}"); }),
                  IsOk());
    }
  }

  // The checkpoint over everything added so far.
  journal::PublishedCheckpoint Published() {
    const std::int64_t size = journal_->head().leaf_count;
    const absl::Time patience = absl::Now() + absl::Seconds(30);
    auto latest = journal_->LatestCheckpoint();
    while ((!latest.ok() || latest->size < size) && absl::Now() < patience) {
      latest = journal_->LatestCheckpoint();
    }
    EXPECT_THAT(latest, IsOk());
    return *latest;
  }

  static Disclosure Reading(std::string purpose = "yearly review") {
    return {.caller = "spiffe://agency.example/agency/auditor/-/auditor-1",
            .method = "comity.ledger.v1.LedgerService/ListEntries",
            .request_id = "019ab1f0-5a3e-7c11-8d55-0123456789ab",
            .purpose = std::move(purpose)};
  }

  const testing::TempDirectory root_;
  std::optional<ledger::NoteVerifier> log_;
  std::unique_ptr<journal::Journal> journal_;
  std::optional<LedgerQueries> queries_;
};

TEST_F(LedgerQueriesTest, AnEmptyLedgerProvesNothing) {
  EXPECT_THAT(queries_->LatestCheckpoint(),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
  EXPECT_THAT(queries_->ProveInclusion(0, 0),
              FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));
  EXPECT_THAT(queries_->ProveConsistency(1, 0),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
  EXPECT_THAT(queries_->ReadTile({}), FailsWith(absl::StatusCode::kNotFound, "TILE_NOT_FOUND"));
}

TEST_F(LedgerQueriesTest, AClosedLogIsProvenByWhatItPublished) {
  AddLeaves(300);
  const journal::PublishedCheckpoint last = Published();
  const std::string old = journal_->head().store_id;
  journal_.reset();
  const journal::Options options = testing::TestJournalOptions(root_.path());
  ASSERT_THAT(journal::Succeed(options, /*although_intact=*/true), IsOk());
  journal_ = *journal::Journal::Open(options);
  queries_.emplace(journal_.get());
  AddLeaves(2);
  Published();

  EXPECT_EQ(queries_->LatestCheckpoint(old)->note, last.note);
  EXPECT_EQ(queries_->LatestCheckpoint()->size, 3);
  for (const std::int64_t leaf : {0, 255, 256, 299}) {
    const auto proof = queries_->ProveInclusion(leaf, 0, old);
    ASSERT_THAT(proof, IsOk());
    const auto proven = ledger::VerifyTlogProof(proof->tlog_proof, proof->commitment, {*log_});
    ASSERT_THAT(proven, IsOk());
    EXPECT_EQ(proven->index, leaf);
    EXPECT_EQ(proven->checkpoint.size, 300);
  }
  EXPECT_THAT(queries_->ProveInclusion(300, 0, old),
              FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));
  EXPECT_THAT(queries_->ProveInclusion(1, 100, old),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
  EXPECT_THAT(queries_->ProveConsistency(100, 300, old), IsOk());
  EXPECT_THAT(queries_->ReadTile({}, old)->hashes, SizeIs(256));
  EXPECT_THAT(queries_->ListEntries(Reading(), 298, 0, old)->entries, SizeIs(2));
  // The reading is an entry of the log that grows, and says which was read.
  EXPECT_EQ(json::ParseCanonical(*journal_->ReadEntry(3)->body)->at("detail").at("store_id"), old);
  EXPECT_THAT(queries_->LatestCheckpoint("another"),
              FailsWith(absl::StatusCode::kNotFound, "LOG_NOT_FOUND"));
}

TEST_F(LedgerQueriesTest, EveryLeafIsProvenByItsFile) {
  AddLeaves(9);
  Published();

  for (std::int64_t leaf = 0; leaf < 9; ++leaf) {
    const auto proof = queries_->ProveInclusion(leaf, 0);

    ASSERT_THAT(proof, IsOk());
    EXPECT_EQ(proof->commitment, journal_->ReadEntry(leaf)->commitment);
    const auto proven = ledger::VerifyTlogProof(proof->tlog_proof, proof->commitment, {*log_});
    ASSERT_THAT(proven, IsOk());
    EXPECT_EQ(proven->index, leaf);
    EXPECT_EQ(proven->checkpoint.size, proof->checkpoint.size);
    EXPECT_THAT(
        ledger::VerifyInclusion(proof->hashes, leaf, proof->checkpoint.size,
                                ledger::LeafHash(proof->commitment), proof->checkpoint.root),
        IsOk());
  }
}

TEST_F(LedgerQueriesTest, ALeafIsProvenAgainstAnEarlierPublishedCheckpoint) {
  AddLeaves(3);
  const auto earlier = Published();
  AddLeaves(4);
  Published();

  const auto proof = queries_->ProveInclusion(1, earlier.size);

  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(proof->checkpoint.note, earlier.note);
  EXPECT_THAT(ledger::VerifyTlogProof(proof->tlog_proof, proof->commitment, {*log_}), IsOk());
  EXPECT_THAT(queries_->ProveInclusion(5, earlier.size),
              FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));
}

TEST_F(LedgerQueriesTest, ASizeWithoutACheckpointHasNone) {
  // One mutation with all its leaves: no checkpoint can be between them.
  ASSERT_THAT(journal_->Mutate({.caller = "-", .method = "timer/test"},
                               [](journal::Turn& turn) {
                                 for (int i = 0; i < 5; ++i) {
                                   if (auto leaf = turn.AddLeaf({}); !leaf.ok()) {
                                     return leaf.status();
                                   }
                                 }
                                 return absl::OkStatus();
                               }),
              IsOk());
  Published();

  EXPECT_THAT(queries_->ProveInclusion(0, 3),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
}

TEST_F(LedgerQueriesTest, ImpossibleQuestionsAreRefused) {
  AddLeaves(2);
  Published();
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

  EXPECT_THAT(queries_->ProveInclusion(-1, 0), FailsWith(kInvalid, "LEAF_INDEX_INVALID"));
  EXPECT_THAT(queries_->ProveInclusion(0, -1), FailsWith(kInvalid, "TREE_SIZE_INVALID"));
  for (const auto& [leaf, size] : {std::pair<std::int64_t, std::int64_t>{2, 0},
                                   {kLargest, 0},
                                   {0, 3},
                                   {kLargest - 1, kLargest}}) {
    EXPECT_THAT(queries_->ProveInclusion(leaf, size),
                FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));
  }
  EXPECT_THAT(queries_->ProveConsistency(0, 2), FailsWith(kInvalid, "TREE_SIZE_INVALID"));
  EXPECT_THAT(queries_->ProveConsistency(1, -1), FailsWith(kInvalid, "TREE_SIZE_INVALID"));
  EXPECT_THAT(queries_->ProveConsistency(2, 1),
              FailsWith(absl::StatusCode::kOutOfRange, "SIZES_OUT_OF_RANGE"));
  EXPECT_THAT(queries_->ProveConsistency(1, kLargest),
              FailsWith(absl::StatusCode::kOutOfRange, "SIZES_OUT_OF_RANGE"));
  for (const ledger::TileId id :
       {ledger::TileId{-1, 0}, {8, 0}, {0, -1}, {0, 1}, {1, 0}, {0, kLargest}}) {
    EXPECT_THAT(queries_->ReadTile(id), FailsWith(absl::StatusCode::kNotFound, "TILE_NOT_FOUND"));
  }
}

TEST_F(LedgerQueriesTest, PublishedCheckpointsAreConsistent) {
  AddLeaves(3);
  const auto earlier = Published();
  AddLeaves(300);
  const auto later = Published();

  const auto proof = queries_->ProveConsistency(earlier.size, 0);

  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(proof->second_size, later.size);
  EXPECT_THAT(
      ledger::VerifyConsistency(proof->hashes, earlier.size, later.size, earlier.root, later.root),
      IsOk());
}

TEST_F(LedgerQueriesTest, TilesRebuildThePublishedRoot) {
  AddLeaves(300);
  const auto latest = Published();

  const auto complete = queries_->ReadTile({.level = 0, .index = 0});
  const auto edge = queries_->ReadTile({.level = 0, .index = 1});
  const auto above = queries_->ReadTile({.level = 1, .index = 0});

  ASSERT_THAT(complete, IsOk());
  EXPECT_THAT(complete->hashes, SizeIs(256));
  EXPECT_THAT(edge->hashes, SizeIs(44));
  ASSERT_THAT(above->hashes, SizeIs(1));
  EXPECT_EQ(above->hashes[0], ledger::TileRoot(complete->hashes));
  EXPECT_EQ(*ledger::RootAt(*journal_->Tiles(), latest.size), latest.root);
}

TEST_F(LedgerQueriesTest, EntriesComeInPagesAndEveryPageIsADisclosure) {
  AddLeaves(5);

  const auto first = queries_->ListEntries(Reading(), 0, 3);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->entries, SizeIs(3));
  EXPECT_EQ(first->next_leaf_index, 3);
  for (const journal::Entry& entry : first->entries) {
    EXPECT_EQ(ledger::Commitment(*entry.salt, *entry.body), entry.commitment);
  }
  const auto second = queries_->ListEntries(Reading(), first->next_leaf_index, 100);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(second->entries, SizeIs(3));  // Two of the five, and the first reading.
  EXPECT_EQ(second->next_leaf_index, 0);

  const auto disclosure = json::ParseCanonical(*second->entries[2].body);
  ASSERT_THAT(disclosure, IsOk());
  EXPECT_EQ((*disclosure)["kind"], "DISCLOSURE");
  EXPECT_EQ((*disclosure)["caller"], Reading().caller);
  EXPECT_EQ((*disclosure)["purpose"], "yearly review");
  EXPECT_EQ((*disclosure)["count"], 3);
  EXPECT_EQ((*disclosure)["detail"]["first_leaf_index"], 0);
  EXPECT_EQ(second->entries[2].revision, 0);
}

TEST_F(LedgerQueriesTest, AReadingThatFindsNothingIsADisclosureToo) {
  const auto page = queries_->ListEntries(Reading(), 7, 0);

  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->entries, SizeIs(0));
  EXPECT_EQ(journal_->head().leaf_count, 1);
}

TEST_F(LedgerQueriesTest, AReadingWithoutAPurposeShowsNothing) {
  AddLeaves(1);

  EXPECT_THAT(queries_->ListEntries(Reading(" \n"), 0, 0), FailsWith(kInvalid, "PURPOSE_REQUIRED"));
  EXPECT_THAT(queries_->ListEntries(Reading(std::string(1001, 'x')), 0, 0),
              FailsWith(kInvalid, "PURPOSE_INVALID"));
  EXPECT_THAT(queries_->ListEntries(Reading(), -1, 0), FailsWith(kInvalid, "LEAF_INDEX_INVALID"));
  EXPECT_THAT(queries_->ListEntries(Reading(), 0, -1), FailsWith(kInvalid, "PAGE_SIZE_INVALID"));
  EXPECT_EQ(journal_->head().leaf_count, 1);
}

TEST_F(LedgerQueriesTest, AReadingThatCannotBeRecordedFails) {
  AddLeaves(1);
  journal_->Close();

  EXPECT_THAT(queries_->ListEntries(Reading(), 0, 0),
              FailsWith(absl::StatusCode::kUnavailable, "JOURNAL_CLOSED"));
}

TEST_F(LedgerQueriesTest, APageStopsAtItsSizeInBytes) {
  const std::string body =
      absl::StrCat("{\"n\":\"", std::string(std::size_t{700} * 1024, 'x'), "\"}");
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(journal_->RecordLeaf([&](absl::Time) { return body; }), IsOk());
  }

  const auto page = queries_->ListEntries(Reading(), 0, 0);

  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->entries, SizeIs(2));
  EXPECT_EQ(page->next_leaf_index, 2);
}

}  // namespace
}  // namespace comity::ledger_service
