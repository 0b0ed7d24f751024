#include "tests/contract/engagement_scheduling/schedule_store_contract.h"

#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"

namespace comity::engagement_scheduling {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(ScheduleStoreContractTest, ANewStoreIsEmptyAndHasAnIdOfItsOwn) {
  EXPECT_THAT(store_->View()->engagements(), IsEmpty());
  EXPECT_EQ(store_->View().revision(), 0);
  EXPECT_THAT(store_->store_id(), ::testing::MatchesRegex("[0-9a-f]{32}"));
}

TEST_P(ScheduleStoreContractTest, AViewStaysAsItWas) {
  ASSERT_THAT(Set({.owner = kRoom, .hours = Office()}), IsOk());
  const ScheduleStore::State::Guard before = store_->View();

  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());

  EXPECT_THAT(before->engagements(), IsEmpty());
  EXPECT_THAT(store_->View()->engagements(), SizeIs(1));
}

TEST_P(ScheduleStoreContractTest, EveryChangeOfAPlanIsCommittedAndTheFirstIsTheAnswer) {
  const auto written = Write([](const Schedule&, absl::Time) -> absl::StatusOr<Plan> {
    return Plan{.changes = {Calendar{.owner = kRoom, .hours = Office()},
                            Calendar{.owner = kDesk, .hours = Office()}}};
  });

  ASSERT_THAT(written, IsOk());
  ASSERT_TRUE(written->made.has_value());
  EXPECT_EQ(std::get<Calendar>(*written->made).owner, kRoom);
  EXPECT_EQ(written->committed.revision, 1);
  EXPECT_NE(store_->View()->FindCalendar(kRoom), nullptr);
  EXPECT_NE(store_->View()->FindCalendar(kDesk), nullptr);
}

TEST_P(ScheduleStoreContractTest, APlanWithoutChangesIsAnsweredWithWhatStands) {
  ASSERT_THAT(Set({.owner = kRoom, .hours = Office()}), IsOk());

  const auto stands = Write([](const Schedule& latest, absl::Time) -> absl::StatusOr<Plan> {
    return Plan{.standing = *latest.FindCalendar(kRoom)};
  });
  const auto nothing =
      Write([](const Schedule&, absl::Time) -> absl::StatusOr<Plan> { return Plan{}; });

  ASSERT_THAT(stands, IsOk());
  EXPECT_TRUE(stands->committed.unchanged);
  EXPECT_EQ(std::get<Calendar>(*stands->made).owner, kRoom);
  ASSERT_THAT(nothing, IsOk());
  EXPECT_FALSE(nothing->made.has_value());
  EXPECT_EQ(store_->View().revision(), 1);
}

TEST_P(ScheduleStoreContractTest, OfManyWhoWantOneSlotExactlyOneGetsIt) {
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

TEST_P(ScheduleStoreContractTest, NobodyIsEverInTwoPlacesWhateverIsAskedAtOnce) {
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
                IsEmpty());
  }
}

TEST_P(ScheduleStoreContractTest, ARestartKeepsEverything) {
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

TEST_P(ScheduleStoreContractTest, ARepetitionIsAnsweredWithTheEngagementAsItWasMade) {
  const std::string id = NewUuid(kNow);
  const auto first = Hold(Meeting(kHour), id);
  ASSERT_THAT(first, IsOk());
  Engagement cancelled = std::get<Engagement>(*first->made);
  cancelled.state = State::kCancelled;
  ASSERT_THAT(Write([&](const Schedule&, absl::Time) -> absl::StatusOr<Plan> {
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

TEST_P(ScheduleStoreContractTest, ARequestIdIsNotTakenForAnotherRequest) {
  const std::string id = NewUuid(kNow);
  ASSERT_THAT(Hold(Meeting(kHour), id), IsOk());
  Engagement other = Meeting({kHour.end, kHour.end + absl::Hours(1)});
  other.title = "Another";

  EXPECT_THAT(Hold(other, id), FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_P(ScheduleStoreContractTest, ARefusedBookingLeavesNothing) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  ASSERT_FALSE(Hold(Meeting(kHour)).ok());

  EXPECT_EQ(store_->View().revision(), 1);
  EXPECT_EQ(journal_->head().leaf_count, 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, ScheduleStoreContractTest, journal::AllBackends(),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::engagement_scheduling
