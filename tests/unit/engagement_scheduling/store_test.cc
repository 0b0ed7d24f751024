#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
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

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::SizeIs;

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

  absl::StatusOr<ScheduleStore::Written> Hold(const Engagement& wanted,
                                              const std::string& request_id = "") {
    const std::string name = absl::StrCat("engagements/", NewUuid(kNow));
    return store_->Write({.caller = kDesk,
                          .method = "test/Hold",
                          .request_id = request_id,
                          .request_digest = crypto::Sha256(wanted.title)},
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

TEST_F(StoreTest, OfManyWhoWantOneSlotExactlyOneGetsIt) {
  constexpr int kThreads = 64;
  std::atomic<int> won = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const auto held = Hold(Meeting(kHour));
      if (held.ok()) {
        ++won;
      } else if (ReasonOf(held.status()) == "SLOT_TAKEN") {
        ++lost;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, kThreads - 1);
  EXPECT_THAT(store_->View()->engagements(), SizeIs(1));
}

TEST_F(StoreTest, NobodyIsEverInTwoPlacesWhateverIsAskedAtOnce) {
  constexpr int kThreads = 16;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937 random(static_cast<unsigned>(i));
      for (int j = 0; j < kEach; ++j) {
        const absl::Time start = kHour.start + absl::Minutes(15) * static_cast<int>(random() % 40);
        Engagement wanted = Meeting({start, start + absl::Minutes(15) * (1 + random() % 4)});
        wanted.participants = {
            absl::StrCat("spiffe://agency.example/agency/desk-officer/-/a", random() % 4),
            absl::StrCat("spiffe://agency.example/agency/desk-officer/-/b", random() % 4)};
        Hold(wanted).IgnoreError();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  const ScheduleStore::State::Guard now = store_->View();
  ASSERT_GT(now->engagements().size(), 10U);
  for (const auto& [name, engagement] : now->engagements()) {
    EXPECT_THAT(now->Collisions(engagement.interval, engagement.participants, {}, kNow, name),
                ::testing::IsEmpty());
  }
}

TEST_F(StoreTest, ARestartKeepsEverything) {
  registry_.Authorise();
  Engagement wanted = Coordination(kHour);
  wanted.resources = {kRoom};
  ASSERT_THAT(Set({.owner = kRoom, .hours = Office()}), IsOk());
  ASSERT_THAT(Set({.owner = kDesk, .hours = Hours("Europe/Athens", 8, 16)}), IsOk());
  const auto held = Hold(wanted);
  ASSERT_THAT(held, IsOk());
  const Engagement before = std::get<Engagement>(*held->made);
  const std::string store_id = store_->store_id();

  Reopen();

  const ScheduleStore::State::Guard now = store_->View();
  EXPECT_EQ(now.revision(), 3);
  EXPECT_EQ(store_->store_id(), store_id);
  const Engagement* after = now->FindEngagement(before.name);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->title, before.title);
  EXPECT_EQ(after->state, State::kHeld);
  EXPECT_EQ(after->hold_expire_time, before.hold_expire_time);
  EXPECT_EQ(after->interval, before.interval);
  EXPECT_EQ(after->participants, before.participants);
  EXPECT_EQ(after->organiser, kDesk);
  EXPECT_EQ(after->revision, 3);
  EXPECT_EQ(after->create_time, before.create_time);
  EXPECT_EQ(now->FindCalendar(kRoom)->hours.time_zone, "Europe/Amsterdam");
  EXPECT_EQ(now->FindCalendar(kDesk)->hours.time_zone, "Europe/Athens");
  EXPECT_THAT(Hold(Meeting(kHour)), FailsWith(absl::StatusCode::kAborted, "SLOT_TAKEN"));
  // The question it was held with is the one that is asked.
  EXPECT_THAT(PlanConfirm(*now, registry_.snapshot(), Who(kDesk), before.name, "", kNow), IsOk());
}

TEST_F(StoreTest, ARepetitionIsAnsweredWithTheEngagementAsItWasMade) {
  const std::string id = NewUuid(kNow);
  const auto first = Hold(Meeting(kHour), id);
  ASSERT_THAT(first, IsOk());
  Engagement cancelled = std::get<Engagement>(*first->made);
  cancelled.state = State::kCancelled;
  ASSERT_THAT(store_->Write({.caller = kDesk, .method = "test/Cancel"},
                            [&](const Schedule&, absl::Time) -> absl::StatusOr<Plan> {
                              return Plan{.changes = {cancelled}};
                            }),
              IsOk());

  const auto again = Hold(Meeting(kHour), id);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->committed.replayed);
  EXPECT_EQ(std::get<Engagement>(*again->made).name, cancelled.name);
  EXPECT_EQ(std::get<Engagement>(*again->made).state, State::kHeld);
  EXPECT_EQ(std::get<Engagement>(*again->made).revision, 1);
}

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

TEST_F(StoreTest, ARefusedBookingLeavesNothing) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  ASSERT_FALSE(Hold(Meeting(kHour)).ok());

  EXPECT_EQ(store_->View().revision(), 1);
  EXPECT_EQ(journal_->head().leaf_count, 1);
}

}  // namespace
}  // namespace comity::engagement_scheduling
