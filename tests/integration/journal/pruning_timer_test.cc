// The timer that all services have: what it prunes it counts and says, in numbers and months only.

#include "common/service/pruning_timer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::service {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

class PruningTimerTest : public ::testing::Test {
 protected:
  PruningTimerTest() {
    journal::Options options = testing::TestJournalOptions(root_.path());
    options.clock = &clock_;
    options.expiry_months = 1;
    journal_ = *journal::Journal::Open(options);
    parts_ = {.journal = journal_.get(),
              .expiry_keys = options.expiry_key_directory,
              .clock = &clock_,
              .logger = logger_.get()};
    EXPECT_THAT(journal_->RecordLeaf([](absl::Time) { return R"({"who":"somebody"})"; }), IsOk());
  }

  // As a service that starts: it begins at once, and goes when that is done.
  void RunOnce() {
    timer_.reset();
    metrics_ = std::make_unique<metrics::Metrics>();
    parts_.metrics = metrics_.get();
    auto timer = PruningTimer::Start("test", parts_);
    ASSERT_THAT(timer, IsOk());
    timer_ = *std::move(timer);
    timer_->Stop();
  }

  std::string Log() {
    logger_->Flush();
    return storage::ReadFile(root_ / "log").value();
  }

  const testing::TempDirectory root_;
  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};  // January 2027.
  std::unique_ptr<logging::Logger> logger_ =
      *logging::Logger::Open({.service = "test", .file = root_ / "log"});
  std::unique_ptr<metrics::Metrics> metrics_;
  std::unique_ptr<journal::Journal> journal_;
  PruningTimer::Parts parts_;
  std::unique_ptr<PruningTimer> timer_;
};

TEST_F(PruningTimerTest, WhatIsOverGoesIsCountedAndIsSaidOnce) {
  clock_.Advance(absl::Hours(24 * 60));
  RunOnce();
  EXPECT_TRUE(journal_->ReadEntry(0)->body.has_value());
  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_condemned_expiry_keys 1"));
  EXPECT_THAT(Log(), HasSubstr(R"("months":"2027-02","due":"2027-03-17T08:00:00+00:00")"));
  clock_.Advance(journal::kErasureDelay);

  RunOnce();

  EXPECT_EQ(journal_->ReadEntry(0)->body, std::nullopt);
  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_condemned_expiry_keys 0"));
  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_pruned_entries_total 1"));
  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_pruning_failures_total 0"));
  const std::string log = Log();
  EXPECT_THAT(log, HasSubstr(R"("months":"2027-02","entries":1,"kept":0)"));
  EXPECT_THAT(log, Not(HasSubstr("somebody")));
}

TEST_F(PruningTimerTest, AClockThatWasPutRightIsSaid) {
  clock_.Advance(absl::Hours(24 * 60));
  RunOnce();
  clock_.Advance(-absl::Hours(24 * 60));

  RunOnce();

  EXPECT_TRUE(journal_->ReadEntry(0)->body.has_value());
  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_condemned_expiry_keys 0"));
  EXPECT_THAT(Log(), HasSubstr("is not pruned after all"));
}

TEST_F(PruningTimerTest, NothingIsSaidWhereNothingIsOver) {
  RunOnce();

  EXPECT_TRUE(journal_->ReadEntry(0)->body.has_value());
  EXPECT_EQ(Log(), "");
}

TEST_F(PruningTimerTest, WhatCannotGoIsSaidAndShowsInTheMetrics) {
  clock_.Advance(absl::Hours(24 * 60));
  journal_->Close();

  RunOnce();

  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_pruning_failures_total 1"));
  EXPECT_THAT(Log(), HasSubstr(R"("reason":"JOURNAL_CLOSED")"));
  EXPECT_THAT(metrics_->Text(), HasSubstr("comity_test_overdue_expiry_keys 1"));
}

}  // namespace
}  // namespace comity::service
