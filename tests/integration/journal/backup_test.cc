// Backups of an embedded store: what is in them, and what may be done with them.

#include "common/journal/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/journal/journal.h"
#include "common/journal/store_check.h"
#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

namespace fs = std::filesystem;
using testing::FailsWith;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::UnorderedElementsAre;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class BackupTest : public ::testing::Test {
 protected:
  BackupTest()
      : options_{.directory = root_ / "data",
                 .expiry_key_directory = root_ / "keys",
                 .publication_directory = root_ / "public",
                 .signer = testing::TestLedgerSigner()} {
    options_.checkpoint_interval = absl::Milliseconds(5);
    Open();
  }

  void Open() {
    journal_.reset();
    auto opened = Journal::Open(options_);
    ASSERT_THAT(opened, IsOk());
    journal_ = *std::move(opened);
  }

  absl::Status Write(const std::string& id, const std::string& words = "words") {
    return journal_
        ->Mutate({.caller = "alice", .method = "test/Write"},
                 [&](Turn& turn) {
                   if (absl::Status put = turn.Put("note", id, words); !put.ok()) return put;
                   return turn.AddLeaf({.kind = kMutationEntry, .resource = id}).status();
                 })
        .status();
  }

  absl::StatusOr<BackupManifest> BackUpTo(const std::string& to) {
    return BackUp(options_.directory, to, SystemClock());
  }

  const std::string backup_ = "backup";
  const testing::TempDirectory root_;
  Options options_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(BackupTest, IsOneStateOfARunningStoreAndIsChecked) {
  std::atomic<bool> over = false;
  std::jthread writing([&] {
    for (int i = 0; !over; ++i) ASSERT_THAT(Write(absl::StrCat(i)), IsOk());
  });
  while (journal_->head().revision < 300) std::this_thread::yield();
  const std::int64_t before = journal_->head().revision;

  const auto made = BackUpTo(root_ / backup_);

  over = true;
  writing.join();
  ASSERT_THAT(made, IsOk());
  EXPECT_GE(made->revision, before);
  EXPECT_LE(made->revision, journal_->head().revision);
  EXPECT_EQ(made->store_id, journal_->head().store_id);
  EXPECT_EQ(made->origin, options_.signer->name());
  const auto report = CheckStore({.directory = root_ / backup_});
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->findings, IsEmpty());
  EXPECT_EQ(report->head.revision, made->revision);
  EXPECT_EQ(report->root, made->root);
}

TEST_F(BackupTest, HasNeitherKeysNorWhatWasDeleted) {
  ASSERT_THAT(Write("secret", "THE-DELETED-WORDS"), IsOk());
  ASSERT_THAT(journal_->Mutate(
                  {.caller = "alice", .method = "test/Erase"},
                  [](Turn& turn) { return turn.sql().Execute("DELETE FROM journal_versions"); }),
              IsOk());

  ASSERT_THAT(BackUpTo(root_ / backup_), IsOk());

  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root_ / backup_)) {
    files.push_back(entry.path().filename());
    EXPECT_FALSE(absl::StrContains(Content(entry.path()), "THE-DELETED-WORDS"));
  }
  EXPECT_THAT(files, UnorderedElementsAre("journal.db", "backup.json"));
  EXPECT_EQ(fs::status(root_ / backup_).permissions(), fs::perms::owner_all);
}

TEST_F(BackupTest, GoesToAnEmptyFolderOnlyAndLeavesNothingHalfDone) {
  ASSERT_THAT(Write("1"), IsOk());
  fs::create_directory(root_ / "taken");
  std::ofstream(root_ / "taken/other") << "other";
  EXPECT_THAT(BackUpTo(root_ / "taken"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_NOT_EMPTY"));
  EXPECT_THAT(BackUp(root_ / "nothing", root_ / backup_, SystemClock()),
              FailsWith(absl::StatusCode::kNotFound, "STORE_MISSING"));
  fs::create_directory(root_ / "empty");
  EXPECT_THAT(BackUpTo(root_ / "empty/"), IsOk());
  EXPECT_THAT(BackUpTo(root_ / "empty"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_NOT_EMPTY"));

  for (const auto& entry : fs::directory_iterator(root_.path())) {
    EXPECT_FALSE(absl::StrContains(entry.path().string(), "partial"));
  }
}

TEST_F(BackupTest, OfADamagedStoreIsNotMade) {
  ASSERT_THAT(Write("1"), IsOk());
  ASSERT_THAT(
      journal_->Mutate({.caller = "alice", .method = "test/Damage"},
                       [](Turn& turn) {
                         return turn.sql().Execute("UPDATE journal_entries SET leaf_index = 7");
                       }),
      IsOk());

  EXPECT_THAT(BackUpTo(root_ / backup_), FailsWith(absl::StatusCode::kDataLoss, "STORE_DAMAGED"));
  EXPECT_FALSE(fs::exists(root_ / backup_));
}

TEST_F(BackupTest, ReadsAsItWasAndRefusesWritesThoughNothingWasLost) {
  for (int i = 0; i < 300; ++i) ASSERT_THAT(Write(absl::StrCat(i)), IsOk());
  const Head head = journal_->head();
  journal_.reset();
  ASSERT_THAT(BackUpTo(root_ / backup_), IsOk());
  fs::remove_all(options_.directory);

  ASSERT_THAT(Restore(root_ / backup_, options_.directory), IsOk());

  Open();
  EXPECT_EQ(journal_->head().revision, head.revision);
  EXPECT_EQ(journal_->LatestVersions("note")->size(), 300);
  EXPECT_THAT(*journal_->ReadEntry(299)->body, ::testing::HasSubstr("\"resource\""));
  EXPECT_THAT(Write("more"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_FALSE(journal_->stats().writable);
  // Nor is it the same store by way of a copy of the file.
  journal_.reset();
  fs::remove_all(options_.directory);
  fs::create_directory(options_.directory);
  fs::copy(root_ / backup_ + "/journal.db", options_.directory + "/journal.db");
  Open();
  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

TEST_F(BackupTest, IsRestoredToAnEmptyFolderOnly) {
  ASSERT_THAT(Write("1"), IsOk());
  ASSERT_THAT(BackUpTo(root_ / backup_), IsOk());

  EXPECT_THAT(Restore(root_ / backup_, options_.directory),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_NOT_EMPTY"));
  EXPECT_THAT(Restore(options_.directory, root_ / "other"),
              FailsWith(absl::StatusCode::kNotFound, "BACKUP_MISSING"));
  fs::create_directory(root_ / "other");
  EXPECT_THAT(Restore(root_ / backup_, root_ / "other"), IsOk());
}

TEST_F(BackupTest, WithAnyByteChangedIsRefused) {
  for (int i = 0; i < 20; ++i) ASSERT_THAT(Write(absl::StrCat(i)), IsOk());
  ASSERT_THAT(BackUpTo(root_ / backup_), IsOk());
  for (const std::string name : {"journal.db", "backup.json"}) {
    const std::string path = root_ / backup_ + "/" + name;
    const std::string content = Content(path);
    for (std::size_t i = 0; i < 40; ++i) {
      const std::size_t place = content.size() * i / 40;
      std::string changed = content;
      changed[place] = static_cast<char>(changed[place] ^ 1);
      std::ofstream(path, std::ios::binary) << changed;

      EXPECT_FALSE(Restore(root_ / backup_, root_ / "other").ok()) << name << " " << place;
      EXPECT_FALSE(fs::exists(root_ / "other"));
    }
    std::ofstream(path, std::ios::binary) << content;
  }
  EXPECT_THAT(Restore(root_ / backup_, root_ / "other"), IsOk());
}

}  // namespace
}  // namespace comity::journal
