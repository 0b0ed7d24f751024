// What is pruned is gone, from backups too; everything else still verifies (R6).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/holds.h"
#include "common/journal/pruning.h"
#include "common/journal/succession.h"
#include "common/json/canonical.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/storage/files.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/testing/raw_scan.h"

namespace comity::journal {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using testing::FoldersOf;
using testing::HoldsBytes;
using ::testing::IsEmpty;
using testing::IsOk;

constexpr std::size_t kAll = 100'000;
constexpr char kSecret[] = "a-name-that-nobody-keeps";

// Entries expire a month after the one in which they were made.
class PruningContract : public JournalContract {
 protected:
  void SetUp() override {
    options_.expiry_months = 1;
    Reopen();
  }

  void Reopen() {
    pruner_.reset();
    Open();
    pruner_ = OpenPruner(*journal_);
  }

  std::unique_ptr<Pruner> OpenPruner(Journal& journal, Pruner::Keep keep = nullptr) {
    return *Pruner::Open(&journal, options_.expiry_key_directory, std::move(keep));
  }

  // An entry about `resource`.
  void Write(const std::string& resource) {
    ASSERT_THAT(
        journal_->Mutate(
            Try(),
            [&](Turn& turn) {
              turn.SetResource(resource);
              return turn.AddLeaf({.kind = kMutationEntry, .caller = kSecret, .resource = resource})
                  .status();
            }),
        IsOk());
  }

  void Hold(const std::string& resource) {
    ASSERT_THAT(
        journal_->Mutate(Try(), [&](Turn& turn) { return PlaceHold(turn, resource).status(); }),
        IsOk());
  }

  void Lift(const std::string& resource) {
    ASSERT_THAT(
        journal_->Mutate(Try(), [&](Turn& turn) { return LiftHold(turn, resource).status(); }),
        IsOk());
  }

  void GoToMonth(int month) {
    clock_.Advance(absl::FromCivil(kFirst + month, absl::UTCTimeZone()) + absl::Hours(1) -
                   clock_.Now());
  }

  // The intent, and a day later the deed.
  absl::StatusOr<Pruned> PruneWith(Pruner& pruner) {
    const auto begun = pruner.Prune(clock_.Now());
    if (!begun.ok()) return begun;
    clock_.Advance(kErasureDelay);
    return pruner.Prune(clock_.Now());
  }
  absl::StatusOr<Pruned> Prune() { return PruneWith(*pruner_); }

  // The leaves that can still be opened.
  std::set<std::int64_t> Readable() { return ReadableOf(journal_->logs().back()); }
  std::set<std::int64_t> ReadableOf(const Log& log) {
    std::set<std::int64_t> readable;
    const auto entries = journal_->ReadEntriesOf(log, 0, kAll);
    EXPECT_THAT(entries, IsOk());
    for (const Entry& entry : *entries) {
      EXPECT_EQ(entry.salt.has_value(), entry.body.has_value());
      if (entry.body) readable.insert(entry.leaf_index);
    }
    return readable;
  }

  json::Json BodyOf(std::int64_t leaf) {
    const auto entry = journal_->ReadEntry(leaf);
    EXPECT_THAT(entry, IsOk());
    return *json::ParseCanonical(entry->body.value_or("{}"));
  }

  std::string KeyFile(int month) const {
    return absl::StrCat(options_.expiry_key_directory, "/expires-",
                        absl::FormatCivilTime(kFirst + month), ".key");
  }

  // The month of the clock at the beginning.
  const absl::CivilMonth kFirst = absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone());
  std::unique_ptr<Pruner> pruner_;
};

TEST_P(PruningContract, AfterTheTermEntriesAreGoneAndEveryProofIsWhatItWas) {
  for (int i = 0; i < 300; ++i) Write("notes/1");
  GoToMonth(1);
  Write("notes/2");
  const std::int64_t size = journal_->head().leaf_count;
  const auto prove = [&] {
    std::vector<std::vector<ledger::Hash>> proofs;
    for (const std::int64_t leaf : {0, 1, 255, 256, 299, 300}) {
      proofs.push_back(*ledger::ProveInclusion(*journal_->Tiles(), leaf, size));
    }
    for (const std::int64_t first : {1, 255, 256, 300}) {
      proofs.push_back(*ledger::ProveConsistency(*journal_->Tiles(), first, size));
    }
    return proofs;
  };
  const auto before = prove();
  GoToMonth(2);

  const auto pruned = Prune();

  ASSERT_THAT(pruned, IsOk());
  EXPECT_THAT(pruned->months, ElementsAre(kFirst + 1));
  EXPECT_EQ(pruned->entries, 300);
  EXPECT_THAT(Readable(), ElementsAre(300, 301, 302));
  EXPECT_EQ(prove(), before);

  // As an outsider verifies it, from the published files and what ListEntries handed out.
  std::vector<ledger::ClaimedEntry> claimed;
  const auto entries = journal_->ReadEntries(0, kAll);
  ASSERT_THAT(entries, IsOk());
  for (const Entry& entry : *entries) {
    claimed.push_back({.index = entry.leaf_index,
                       .salt = entry.salt.value_or(""),
                       .body = entry.body.value_or(""),
                       .commitment = entry.commitment});
  }
  journal_->Close();
  const auto note = storage::ReadFile(options_.publication_directory + "/checkpoint");
  const auto checkpoint = ledger::OpenCheckpoint(*note, options_.signer->verifiers());
  ASSERT_THAT(checkpoint, IsOk());
  const auto verified =
      ledger::VerifyLog(ledger_files::FolderTiles(options_.publication_directory, checkpoint->size),
                        *checkpoint, claimed);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->pruned, 300);
  EXPECT_EQ(verified->opened, 3);
}

TEST_P(PruningContract, APruningIsAnEntryBeforeAndAfter) {
  Write("notes/1");
  Write("notes/2");
  Hold("notes/2");
  GoToMonth(2);

  ASSERT_THAT(Prune(), IsOk());

  const json::Json detail = {{"end_leaf_index", 2},
                             {"first_leaf_index", 0},
                             {"kept", 1},
                             {"months", {absl::FormatCivilTime(kFirst + 1)}},
                             {"rule", "EUDPR 88(2)"}};
  ASSERT_EQ(journal_->head().leaf_count, 4);
  for (const auto& [leaf, outcome] : {std::pair{2, "BEGUN"}, std::pair{3, "DONE"}}) {
    const json::Json body = BodyOf(leaf);
    EXPECT_EQ(body["kind"], "PRUNING");
    EXPECT_EQ(body["caller"], "-");
    EXPECT_EQ(body["method"], "timer/prune");
    EXPECT_EQ(body["outcome"], outcome);
    EXPECT_EQ(body["count"], 1);
    EXPECT_EQ(body["detail"], detail);
  }
}

TEST_P(PruningContract, NothingGoesBeforeItsMonthIsOver) {
  Write("notes/1");
  const std::int64_t leaves = journal_->head().leaf_count;
  for (const int month : {0, 1}) {
    GoToMonth(month);

    const auto pruned = pruner_->Prune(clock_.Now());

    ASSERT_THAT(pruned, IsOk());
    EXPECT_THAT(pruned->months, IsEmpty());
    EXPECT_EQ(pruner_->Overdue(clock_.Now()).value(), 0);
  }
  EXPECT_EQ(journal_->head().leaf_count, leaves);
  EXPECT_THAT(Readable(), ElementsAre(0));
  GoToMonth(2);
  EXPECT_EQ(pruner_->Overdue(clock_.Now()).value(), 1);
}

TEST_P(PruningContract, AHoldKeepsTheEntriesOfItsResourceUntilItIsLifted) {
  Write("notes/1");
  Write("notes/2");
  Write("notes/1");
  Write("notes/3");
  Hold("notes/1");
  Hold("entries/3");
  GoToMonth(2);

  ASSERT_THAT(Prune(), IsOk());

  EXPECT_THAT(Readable(), ElementsAre(0, 2, 3, 4, 5));
  EXPECT_EQ(BodyOf(2)["caller"], kSecret);
  // Month by month, whatever else goes.
  GoToMonth(3);
  ASSERT_THAT(Prune(), IsOk());
  EXPECT_THAT(Readable(), ElementsAre(0, 2, 3, 4, 5, 6, 7));
  Lift("notes/1");
  Lift("entries/3");
  EXPECT_THAT(Readable(), ElementsAre(0, 2, 3, 4, 5, 6, 7));
  GoToMonth(4);
  const auto pruned = Prune();
  ASSERT_THAT(pruned, IsOk());
  EXPECT_EQ(pruned->entries, 5) << "three that were held, and the first pruning's own two";
  EXPECT_EQ(pruned->kept, 0);
  EXPECT_THAT(Readable(), ElementsAre(6, 7, 8, 9));
}

TEST_P(PruningContract, AHoldKeepsTheEntriesOfALogThatWasClosed) {
  Write("notes/1");
  Write("notes/2");
  Write("notes/1");
  Hold("notes/1");
  pruner_.reset();
  journal_.reset();
  ASSERT_THAT(Succeed(options_, /*although_intact=*/true), IsOk());
  Reopen();
  Write("notes/1");
  const Log& closed = journal_->logs().front();
  GoToMonth(2);

  const auto pruned = Prune();

  ASSERT_THAT(pruned, IsOk());
  EXPECT_EQ(pruned->entries, 2) << "the second of the closed log, and the first of the next";
  EXPECT_EQ(pruned->kept, 3);
  EXPECT_THAT(ReadableOf(closed), ElementsAre(0, 2));
  EXPECT_THAT(Readable(), ElementsAre(1, 2, 3));
  GoToMonth(3);
  EXPECT_EQ(Prune().value().kept, 3);
  EXPECT_THAT(ReadableOf(closed), ElementsAre(0, 2));
  Lift("notes/1");
  GoToMonth(4);
  ASSERT_THAT(Prune(), IsOk());
  EXPECT_THAT(ReadableOf(closed), IsEmpty());
}

TEST_P(PruningContract, AHoldThatComesInBetweenIsFoundBeforeAnythingGoes) {
  Write("notes/1");
  Write("notes/2");
  Hold("notes/1");
  GoToMonth(2);
  // The second hold comes in the turn that decides, by other hands.
  bool first = true;
  pruner_ = OpenPruner(*journal_, [&](Turn& turn, const Rewrapper&) -> absl::Status {
    if (!std::exchange(first, false)) return absl::OkStatus();
    return PlaceHold(turn, "notes/2").ok() ? absl::AbortedError("not in this turn")
                                           : absl::OkStatus();
  });
  ASSERT_THAT(Prune(), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(Readable(), ElementsAre(0, 1, 2));
  EXPECT_TRUE(std::filesystem::file_size(KeyFile(1)) > 0) << "no decision, no destruction";
  Hold("notes/2");

  ASSERT_THAT(pruner_->Prune(clock_.Now()), IsOk());

  EXPECT_THAT(Readable(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(BodyOf(3)["detail"]["kept"], 2);
}

TEST_P(PruningContract, WhatIsToGoGoesADayAfterItWasSaid) {
  Write("notes/1");
  GoToMonth(2);

  const auto begun = pruner_->Prune(clock_.Now());

  ASSERT_THAT(begun, IsOk());
  EXPECT_THAT(begun->months, IsEmpty());
  EXPECT_THAT(begun->condemned, ElementsAre(kFirst + 1));
  EXPECT_EQ(begun->due, clock_.Now() + kErasureDelay);
  EXPECT_EQ(BodyOf(1)["outcome"], "BEGUN");
  EXPECT_EQ(BodyOf(1)["count"], 1);
  clock_.Advance(kErasureDelay - absl::Seconds(1));
  Reopen();
  EXPECT_EQ(pruner_->Prune(clock_.Now()).value().due, begun->due);
  EXPECT_THAT(Readable(), ElementsAre(0, 1));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(pruner_->Prune(clock_.Now()).value().months, ElementsAre(kFirst + 1));
  EXPECT_THAT(Readable(), ElementsAre(1, 2));
}

TEST_P(PruningContract, AHoldOfTheDayInBetweenIsHonoured) {
  Write("notes/1");
  Write("notes/2");
  GoToMonth(2);
  ASSERT_THAT(pruner_->Prune(clock_.Now()), IsOk());
  clock_.Advance(absl::Hours(23));
  Hold("notes/1");
  clock_.Advance(absl::Hours(1));

  const auto pruned = pruner_->Prune(clock_.Now());

  ASSERT_THAT(pruned, IsOk());
  EXPECT_EQ(pruned->entries, 1);
  EXPECT_EQ(pruned->kept, 1);
  EXPECT_THAT(Readable(), ElementsAre(0, 2, 3));
  EXPECT_EQ(BodyOf(2)["count"], 2) << "the intent";
  EXPECT_EQ(BodyOf(3)["count"], 1) << "the deed";
}

TEST_P(PruningContract, AClockThatWasAheadAndWasPutRightDestroysNothing) {
  Write("notes/1");
  Write("notes/2");
  Hold("notes/2");
  const absl::Time right = clock_.Now() + absl::Hours(1);
  GoToMonth(2);
  ASSERT_THAT(pruner_->Prune(clock_.Now()).value().condemned, ElementsAre(kFirst + 1));
  clock_.Advance(right - clock_.Now());

  const auto pruned = pruner_->Prune(clock_.Now());

  ASSERT_THAT(pruned, IsOk());
  EXPECT_THAT(pruned->months, IsEmpty());
  EXPECT_THAT(pruned->condemned, IsEmpty());
  EXPECT_THAT(pruned->abandoned, ElementsAre(kFirst + 1));
  EXPECT_EQ(BodyOf(3)["outcome"], "ABANDONED");
  EXPECT_THAT(pruner_->Prune(clock_.Now()).value().abandoned, IsEmpty()) << "once";
  // It is as if nothing had been.
  GoToMonth(2);
  EXPECT_THAT(Prune().value().months, ElementsAre(kFirst + 1));
  EXPECT_THAT(Readable(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(PruningContract, WhatAClockAheadSealedAnewHidesNothingBehindIt) {
  Write("notes/1");
  Write("notes/2");
  Hold("notes/1");
  GoToMonth(2);
  ASSERT_THAT(pruner_->Prune(clock_.Now()), IsOk());
  // The first is sealed under the key of a month to come, and the turn that decides fails.
  pruner_ = OpenPruner(*journal_, [&](Turn&, const Rewrapper&) -> absl::Status {
    return absl::AbortedError("not in this turn");
  });
  GoToMonth(5);
  ASSERT_THAT(pruner_->Prune(clock_.Now()), testing::StatusIs(absl::StatusCode::kAborted));
  GoToMonth(2);
  Hold("notes/2");
  pruner_ = OpenPruner(*journal_);

  ASSERT_THAT(pruner_->Prune(clock_.Now()).value().months, ElementsAre(kFirst + 1));

  EXPECT_THAT(Readable(), ElementsAre(0, 1, 2, 3));
}

TEST_P(PruningContract, AnIntentOfALogThatWasClosedMeanwhileIsMadeAnew) {
  Write("notes/1");
  GoToMonth(2);
  ASSERT_THAT(pruner_->Prune(clock_.Now()), IsOk());
  pruner_.reset();
  journal_.reset();
  ASSERT_THAT(Succeed(options_, /*although_intact=*/true), IsOk());
  Reopen();
  clock_.Advance(kErasureDelay);

  const auto anew = pruner_->Prune(clock_.Now());

  ASSERT_THAT(anew, IsOk());
  EXPECT_THAT(anew->abandoned, ElementsAre(kFirst + 1));
  EXPECT_THAT(anew->condemned, ElementsAre(kFirst + 1));
  clock_.Advance(kErasureDelay);
  EXPECT_EQ(pruner_->Prune(clock_.Now()).value().entries, 1);
  EXPECT_THAT(ReadableOf(journal_->logs().front()), ElementsAre(1));
}

TEST_P(PruningContract, WhatAServiceSealedGoesTooUnlessItKeepsIt) {
  std::string gone, kept;
  ASSERT_THAT(journal_->Mutate(Try(),
                               [&](Turn& turn) {
                                 gone = *turn.Seal("grounds", "decisions/1");
                                 kept = *turn.Seal("grounds", "decisions/2");
                                 return absl::OkStatus();
                               }),
              IsOk());
  Hold("decisions/2");
  GoToMonth(2);
  pruner_ = OpenPruner(*journal_, [&](Turn&, const Rewrapper& rewrapper) -> absl::Status {
    EXPECT_THAT(rewrapper.holds(), ElementsAre("decisions/2"));
    const auto anew = rewrapper.Rewrap(kept, "decisions/2");
    if (anew.ok() && anew->has_value()) kept = **anew;
    return anew.status();
  });

  ASSERT_THAT(Prune(), IsOk());

  EXPECT_EQ(journal_->Unseal(gone, "decisions/1").value(), std::nullopt);
  EXPECT_EQ(journal_->Unseal(kept, "decisions/2").value(), "grounds");
}

TEST_P(PruningContract, WhatWasBegunIsFinishedByTheNextProcess) {
  Write("notes/1");
  GoToMonth(2);
  // As a process leaves it that dies between the decision and the first key.
  ASSERT_THAT(
      journal_->Mutate(
          Try(),
          [&](Turn& turn) {
            const rows::Pruning pruning = {
                .store_id = turn.store_id(), .months = {kFirst + 1}, .end_leaf = 1, .entries = 1};
            const absl::Status begun = rows::InsertPruning(turn.sql(), pruning, turn.revision());
            return begun.ok() ? rows::DecidePruning(turn.sql(), pruning, turn.revision()) : begun;
          }),
      IsOk());
  Reopen();
  // There is no way back, whatever the clock says now.
  GoToMonth(0);

  const auto pruned = pruner_->Prune(clock_.Now());

  ASSERT_THAT(pruned, IsOk());
  EXPECT_THAT(pruned->months, ElementsAre(kFirst + 1));
  EXPECT_THAT(Readable(), ElementsAre(1));
  EXPECT_EQ(BodyOf(1)["outcome"], "DONE");
  EXPECT_THAT(pruner_->Prune(clock_.Now()).value().months, IsEmpty());
  EXPECT_EQ(journal_->head().leaf_count, 2);
}

TEST_P(PruningContract, AKeyThatComesBackFromABackupIsDestroyedAgain) {
  Write("notes/1");
  std::filesystem::copy(KeyFile(1), root_ / "key");
  GoToMonth(2);
  ASSERT_THAT(Prune(), IsOk());
  std::filesystem::copy(root_ / "key", KeyFile(1),
                        std::filesystem::copy_options::overwrite_existing);

  const auto pruned = Prune();

  ASSERT_THAT(pruned, IsOk());
  EXPECT_THAT(pruned->months, ElementsAre(kFirst + 1));
  EXPECT_EQ(std::filesystem::file_size(KeyFile(1)), 0U);
  EXPECT_EQ(BodyOf(4)["outcome"], "DONE");
}

TEST_P(PruningContract, NeitherDatabaseNorLogsNorABackupNorAnyFolderHoldWhatWasPruned) {
  Write("notes/1");
  const Entry entry = journal_->ReadEntry(0).value();
  const std::string key = storage::ReadFile(KeyFile(1)).value();
  ASSERT_TRUE(HoldsBytes(root_.path(), key));
  pruner_.reset();
  journal_.reset();
  BackUpStore(GetParam(), options_, root_.path());
  Reopen();
  GoToMonth(2);

  ASSERT_THAT(Prune(), IsOk());

  const std::vector<std::filesystem::path> folders = FoldersOf(options_, root_.path());
  // The salt was in clear nowhere, ever; what stands beside it in its row is.
  EXPECT_TRUE(HoldsBytes(folders.back(), crypto::View(entry.commitment)));
  for (const std::filesystem::path& folder : folders) {
    EXPECT_FALSE(HoldsBytes(folder, kSecret)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, *entry.salt)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, key)) << folder;
  }
}

class PruningReplicas : public PruningContract {};

TEST_P(PruningReplicas, OfTwoAtATimeOnePrunesAndBothSeeIt) {
  for (int i = 0; i < 10; ++i) Write("notes/1");
  auto second = Journal::Open(options_);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ((*second)->ReadEntry(3)->body.has_value(), true);
  GoToMonth(2);
  const auto other = OpenPruner(**second);

  absl::StatusOr<Pruned> here, there;
  for (const absl::Duration wait : {absl::ZeroDuration(), kErasureDelay}) {
    clock_.Advance(wait);
    std::thread thread([&] { there = other->Prune(clock_.Now()); });
    here = pruner_->Prune(clock_.Now());
    thread.join();
    ASSERT_THAT(here, IsOk());
    ASSERT_THAT(there, IsOk());
  }

  EXPECT_EQ(here->entries + there->entries, 10);
  EXPECT_EQ((*second)->ReadEntry(3)->body, std::nullopt);
  EXPECT_EQ(journal_->ReadEntry(3)->body, std::nullopt);
  const auto latest = std::max(journal_->head().leaf_count, (*second)->head().leaf_count);
  EXPECT_EQ(latest, 12) << "one intent, one completion";
}

TEST_P(PruningContract, WhoMayNotWriteDestroysNothing) {
  Write("notes/1");
  GoToMonth(2);
  journal_->Close();

  EXPECT_THAT(pruner_->Prune(clock_.Now()),
              FailsWith(absl::StatusCode::kUnavailable, "JOURNAL_CLOSED"));
  EXPECT_EQ(std::filesystem::file_size(KeyFile(1)), 32U);
}

INSTANTIATE_TEST_SUITE_P(Backends, PruningContract, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

INSTANTIATE_TEST_SUITE_P(Backends, PruningReplicas, ::testing::Values(PostgresBackend()),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
