#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/domain/booking.h"
#include "services/engagement-scheduling/storage/journal_schedule_store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

using ::comity::testing::IsOk;

const absl::Time kNow = At("2026-11-23T08:00:00Z");
const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { Open(); }

  void Open() {
    journal::Options options = comity::testing::TestJournalOptions(folder_.path());
    options.clock = &clock_;
    auto journal = journal::Journal::Open(std::move(options));
    ASSERT_THAT(journal, IsOk());
    journal_ = *std::move(journal);
    auto store = JournalScheduleStore::Open(journal_.get());
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }

  void Reopen() {
    journal_->Close();
    journal_.reset();
    store_.reset();
    Open();
  }

  ~StoreTest() override {
    if (journal_ != nullptr) journal_->Close();
    journal_.reset();
  }

  absl::StatusOr<ScheduleStore::Written> Hold(const Engagement& wanted) {
    const std::string name = absl::StrCat("engagements/", NewUuid(kNow));
    return store_->Write({.caller = kDesk, .method = "test/Hold"},
                         [&](const Schedule& latest, absl::Time now) -> absl::StatusOr<Plan> {
                           COMITY_ASSIGN_OR_RETURN(
                               Engagement held, PlanHold(latest, registry_.snapshot(), Who(kDesk),
                                                         wanted, name, kUsualHold, now));
                           return Plan{.changes = {std::move(held)}};
                         });
  }

  absl::Status Set(const Calendar& calendar) {
    return store_
        ->Write({.caller = kDesk, .method = "test/Set"},
                [&](const Schedule&, absl::Time) -> absl::StatusOr<Plan> {
                  return Plan{.changes = {calendar}};
                })
        .status();
  }

  // Whether any file of the database has `text`.
  bool OnDisk(const std::string& text) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "data")) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream bytes;
      bytes << file.rdbuf();
      if (absl::StrContains(bytes.str(), text)) return true;
    }
    return false;
  }

  comity::testing::TempDirectory folder_;
  ManualClock clock_{kNow};
  FixedRegistry registry_;
  std::unique_ptr<JournalScheduleStore> store_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(StoreTest, WhatIsFreeTextOrConcernsPersonsIsNotInTheDatabase) {
  ASSERT_THAT(Hold(Coordination(kHour)), IsOk());
  ASSERT_THAT(Set({.owner = kColleague, .hours = Hours("Europe/Athens", 8, 16)}), IsOk());
  Reopen();

  EXPECT_FALSE(OnDisk("Operation Sunrise"));
  EXPECT_FALSE(OnDisk("to coordinate searches"));
  EXPECT_FALSE(OnDisk("Europe/Athens"));
  EXPECT_FALSE(OnDisk(kTbilisi));
  EXPECT_FALSE(OnDisk(kColleague));
}

}  // namespace
}  // namespace comity::engagement_scheduling
