// The disk is full: a clear answer, reading goes on, and writing too once there is room.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/journal/journal.h"
#include "common/journal/twin_state.h"
#include "tests/testing/file_size_limit.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;

struct Count {
  std::int64_t value = 0;
  void Apply(const int& change) { value += change; }
};

class FullDiskTest : public ::testing::Test {
 protected:
  void Open() {
    journal_.reset();
    auto opened = Journal::Open(options_);
    ASSERT_THAT(opened, IsOk());
    journal_ = *std::move(opened);
    count_ =
        std::make_unique<TwinState<Count, int>>(Count{journal_->head().revision}, journal_->head());
    journal_->Attach(count_.get());
  }

  void SetUp() override {
    // What is full is the volume of this process.
    if (options_.directory.empty()) GTEST_SKIP() << "a database server's disk is its own";
  }

  void TearDown() override {
    if (journal_ != nullptr) journal_->Close();
  }

  absl::StatusOr<Committed> Write() {
    return journal_->Mutate({.caller = "full", .method = "test/Write"}, [this](Turn& turn) {
      count_->Stage(1);
      const std::string body(std::size_t{64} * 1024, 'x');
      if (auto put = turn.Put("thing", absl::StrCat(turn.revision()), body); !put.ok()) {
        return put;
      }
      return turn.AddLeaf({.kind = kMutationEntry}).status();
    });
  }

  absl::Status WriteUntilRefused() {
    for (int i = 0; i < 10'000; ++i) {
      if (const auto done = Write(); !done.ok()) return done.status();
    }
    return absl::OkStatus();
  }

  void ExpectReadable() {
    const std::int64_t last = journal_->head().revision;
    ASSERT_GT(last, 0);
    EXPECT_EQ(count_->View()->value, last);
    EXPECT_TRUE(journal_->VersionAt("thing", absl::StrCat(last), last)->has_value());
    EXPECT_THAT(journal_->ReadEntry(last - 1), IsOk());
  }

  void ExpectNextWriteIsNumberedDensely() {
    const std::int64_t last = journal_->head().revision;
    const auto done = Write();
    ASSERT_THAT(done, IsOk());
    EXPECT_EQ(done->revision, last + 1);
    EXPECT_EQ(journal_->head().leaf_count, last + 1);
    EXPECT_EQ(count_->View()->value, last + 1);
  }

  const testing::TempDirectory root_;
  Options options_ = testing::TestJournalOptions(root_.path());
  std::unique_ptr<TwinState<Count, int>> count_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(FullDiskTest, AVolumeWithoutRoomIsSaidReadingGoesOnAndWritingReturns) {
  Open();
  ASSERT_THAT(Write(), IsOk());
  {
    const testing::FileSizeLimit full(4 << 20);
    EXPECT_THAT(WriteUntilRefused(), FailsWith(absl::StatusCode::kResourceExhausted, "DISK_FULL"));
    ExpectReadable();
    EXPECT_THAT(Write(), FailsWith(absl::StatusCode::kResourceExhausted, "DISK_FULL"));
    EXPECT_GT(journal_->stats().lost, 0);
  }

  ExpectNextWriteIsNumberedDensely();
  Open();
  ExpectReadable();
  EXPECT_THAT(journal_->Writable(), IsOk());
}

TEST_F(FullDiskTest, AFullDatabaseIsSaidReadingGoesOnAndWritingReturnsWithALargerOne) {
  options_.max_pages = 1000;
  Open();
  EXPECT_THAT(WriteUntilRefused(), FailsWith(absl::StatusCode::kResourceExhausted, "DISK_FULL"));
  ExpectReadable();

  options_.max_pages = 0;
  Open();

  ExpectReadable();
  ExpectNextWriteIsNumberedDensely();
}

}  // namespace
}  // namespace comity::journal
