// Closing the log of a store and opening the next: what stays, what is new, and when it is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/store_check.h"
#include "common/journal/succession.h"
#include "common/json/canonical.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/storage/files.h"
#include "tests/contract/journal/journal_backend.h"

namespace comity::journal {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

class SuccessionContractTest : public JournalContract {
 protected:
  SuccessionContractTest() { Open(); }

  void Write(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = absl::StrCat(journal_->head().revision + 1);
      ASSERT_THAT(journal_->Mutate(Try(id), Put(id, "words")), IsOk());
    }
  }
  // With everything published.
  void Stop() { journal_.reset(); }
  void Save() {
    Stop();
    GetParam().save(options_, root_.path());
    Open();
  }
  void Restore() {
    Stop();
    GetParam().restore(options_, root_.path());
  }
  // A store of 300 entries, of which the last 20 were lost.
  void LoseEntries() {
    Write(280);
    Save();
    Write(20);
    Restore();
  }

  absl::StatusOr<Succession> SucceedIt(bool although_intact = false) {
    return Succeed(options_, although_intact);
  }

  StoreReport Check() const {
    const auto report = CheckStore({.directory = options_.directory,
                                    .database = options_.database,
                                    .expiry_keys = options_.expiry_key_directory,
                                    .publication = options_.publication_directory,
                                    .keys = options_.signer->verifiers()});
    EXPECT_THAT(report, IsOk());
    return report.value_or(StoreReport());
  }

  // Verifies what is published in the folder as a stranger would; its size.
  static std::int64_t VerifyPublished(const Log& log) {
    const auto note = storage::ReadFile(log.folder + "/checkpoint");
    if (!note.ok()) return -1;
    const auto head = ledger::OpenCheckpoint(*note, log.keys);
    EXPECT_THAT(head, IsOk());
    if (!head.ok()) return -1;
    EXPECT_THAT(ledger::VerifyLog(ledger_files::FolderTiles(log.folder, head->size), *head),
                IsOk());
    return head->size;
  }

  // The checkpoints in the first entry of the log that grows.
  std::vector<std::string> Predecessors() {
    const auto first = journal_->ReadEntry(0);
    EXPECT_THAT(first, IsOk());
    if (!first.ok()) return {};
    const auto body = json::ParseCanonical(*first->body);
    EXPECT_THAT(body, IsOk());
    EXPECT_EQ(body->at("kind"), "SUCCESSION");
    return body->at("detail").at("checkpoints").get<std::vector<std::string>>();
  }
};

TEST_P(SuccessionContractTest, ClosesTheLogAsPublishedAndOpensTheNext) {
  LoseEntries();
  Open();
  const Head before = journal_->head();
  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  Stop();
  const auto published = storage::ReadFile(options_.publication_directory + "/checkpoint");

  const auto done = SucceedIt();

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->closed.store_id, before.store_id);
  EXPECT_EQ(done->closed.closed->size, 300);
  EXPECT_EQ(done->closed.closed->note, *published);
  EXPECT_EQ(done->opened.origin, "comity.test/journal/2");
  EXPECT_NE(done->opened.store_id, before.store_id);
  EXPECT_EQ(storage::ReadFile(options_.publication_directory + "/checkpoint").value(), *published);

  Open();
  EXPECT_THAT(journal_->Writable(), IsOk());
  EXPECT_EQ(journal_->head().store_id, done->opened.store_id);
  EXPECT_EQ(journal_->head().revision, before.revision);
  EXPECT_GT(journal_->head().commit_time, before.commit_time);
  EXPECT_EQ(journal_->LatestVersions("note")->size(), 280);
  EXPECT_THAT(Predecessors(), ElementsAre(*published));
  Write(300);
  EXPECT_EQ(journal_->head().leaf_count, 301);
  EXPECT_THAT(*journal_->ReadEntry(1)->body, HasSubstr("\"notes/281\""));
  const std::vector<Log> logs = journal_->logs();
  Stop();
  ASSERT_EQ(logs.size(), 2);
  EXPECT_EQ(VerifyPublished(logs[0]), 300);
  EXPECT_EQ(VerifyPublished(logs[1]), 301);
  const StoreReport report = Check();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.lost, 20);
  EXPECT_EQ(report.opened, 280 + 301);
}

TEST_P(SuccessionContractTest, KeepsWhatTheClosedLogHasReadable) {
  LoseEntries();
  ASSERT_THAT(SucceedIt(), IsOk());
  Open();
  const std::string old = journal_->logs().front().store_id;

  EXPECT_THAT(*journal_->ReadEntry(5, old)->body, HasSubstr("\"notes/6\""));
  EXPECT_EQ(journal_->ReadEntriesOf(journal_->logs().front(), 0, 1000)->size(), 280);
  // What was lost is not made again.
  EXPECT_THAT(journal_->ReadEntry(280, old),
              FailsWith(absl::StatusCode::kNotFound, "LEAF_NOT_FOUND"));
  EXPECT_THAT(journal_->ReadEntry(0, "another"),
              FailsWith(absl::StatusCode::kNotFound, "LOG_NOT_FOUND"));
  // What was answered before is answered as before.
  const auto again = journal_->Mutate(Try("7"), Put("7", "words"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, 7);
}

TEST_P(SuccessionContractTest, IsRefusedToALedgerThatIsIntactUnlessAskedForAllTheSame) {
  Write(3);
  Stop();

  EXPECT_THAT(SucceedIt(), FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_INTACT"));
  const auto done = SucceedIt(/*although_intact=*/true);

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->closed.closed->size, 3);
  EXPECT_EQ(Check().lost, 0);
  EXPECT_THAT(SucceedIt(), FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_INTACT"));
  ASSERT_THAT(SucceedIt(/*although_intact=*/true), IsOk());
  Open();
  ASSERT_EQ(journal_->logs().size(), 3);
  EXPECT_EQ(journal_->logs().back().origin, "comity.test/journal/3");
  EXPECT_EQ(VerifyPublished(journal_->logs()[1]), 1);
  EXPECT_THAT(*journal_->ReadEntry(2, journal_->logs()[0].store_id)->body,
              HasSubstr("\"notes/3\""));
}

TEST_P(SuccessionContractTest, PublishesFirstWhatWasCommittedAndNotPublished) {
  Write(3);
  Stop();
  const std::string kept = root_ / "kept";
  CopyFolder(options_.publication_directory, kept);
  Open();
  Write(300);
  Stop();
  CopyFolder(kept, options_.publication_directory);

  const auto done = SucceedIt(/*although_intact=*/true);

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->closed.closed->size, 303);
  EXPECT_EQ(VerifyPublished(done->closed), 303);
}

TEST_P(SuccessionContractTest, OfAStoreFromBeforeAnEarlierOneTakesTheNextNumber) {
  LoseEntries();
  Stop();
  ASSERT_THAT(SucceedIt(), IsOk());
  Open();
  Write(2);
  Restore();  // The store of log 1.
  Open();
  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  Stop();

  const auto done = SucceedIt();

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->opened.number, 3);
  Open();
  Write(1);
  EXPECT_THAT(Predecessors(),
              ElementsAre(*storage::ReadFile(options_.publication_directory + "/checkpoint"),
                          *storage::ReadFile(options_.publication_directory + "/2/checkpoint")));
  Stop();
  EXPECT_THAT(Check().findings, IsEmpty());
}

TEST_P(SuccessionContractTest, NeedsWhatWasPublishedToBeComplete) {
  LoseEntries();
  Stop();
  const std::string tile = options_.publication_directory + "/tile/0/000";
  fs::rename(tile, root_ / "tile");

  EXPECT_FALSE(SucceedIt().ok());

  Open();
  EXPECT_EQ(journal_->logs().size(), 1);
  EXPECT_FALSE(journal_->Writable().ok());
  Stop();
  fs::rename(root_ / "tile", tile);
  EXPECT_THAT(SucceedIt(), IsOk());
}

TEST_P(SuccessionContractTest, OfOneStoreComesAboutOnce) {
  LoseEntries();
  Stop();
  std::array<absl::Status, 4> outcomes;
  {
    std::vector<std::jthread> callers;
    callers.reserve(outcomes.size());
    for (absl::Status& outcome : outcomes) {
      callers.emplace_back([&] { outcome = SucceedIt().status(); });
    }
  }

  int done = 0;
  for (const absl::Status& outcome : outcomes) {
    done += outcome.ok() ? 1 : 0;
    EXPECT_THAT(outcome,
                AnyOf(IsOk(), FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"),
                      FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_INTACT")));
  }
  EXPECT_EQ(done, 1);
  Open();
  EXPECT_EQ(journal_->logs().size(), 2);
}

TEST_P(SuccessionContractTest, LeavesNoServiceWritingToWhatWasClosed) {
  Write(3);
  const auto done = SucceedIt(/*although_intact=*/true);

  if (!options_.directory.empty()) {
    EXPECT_THAT(done, FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"));
    Write(1);
    return;
  }
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(journal_->Mutate(Try("late"), Put("late", "words")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  Stop();
  Open();
  EXPECT_THAT(journal_->Mutate(Try("late"), Put("late", "words")), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Engines, SuccessionContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
