#include "services/engagement-scheduling/domain/schedule.h"

#include <gmock/gmock.h>

#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pointee;
using ::testing::SizeIs;

const absl::Time kNow = At("2026-11-23T08:00:00Z");
const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");

Engagement Named(const std::string& name, const Interval& interval, State state) {
  Engagement engagement = Meeting(interval);
  engagement.name = name;
  engagement.state = state;
  if (state == State::kHeld) engagement.hold_expire_time = kNow + absl::Minutes(15);
  return engagement;
}

std::size_t Taken(const Schedule& schedule, const Interval& interval, absl::Time now = kNow) {
  return schedule.Collisions(interval, {kDesk}, {}, now, "").size();
}

TEST(ScheduleTest, WhatTouchesDoesNotCollide) {
  Schedule schedule;
  schedule.Apply(Named("engagements/1", kHour, State::kConfirmed));

  EXPECT_EQ(Taken(schedule, Between("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z")), 0U);
  EXPECT_EQ(Taken(schedule, Between("2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z")), 0U);
  EXPECT_EQ(Taken(schedule, Between("2026-12-01T10:59:59Z", "2026-12-01T12:00:00Z")), 1U);
  EXPECT_EQ(Taken(schedule, Between("2026-12-01T09:00:00Z", "2026-12-01T12:00:00Z")), 1U);
  EXPECT_EQ(Taken(schedule, Between("2026-12-01T10:20:00Z", "2026-12-01T10:30:00Z")), 1U);
}

TEST(ScheduleTest, TheLongestEngagementIsFoundAtItsEnd) {
  Schedule schedule;
  schedule.Apply(
      Named("engagements/1", {kHour.start, kHour.start + kLongestEngagement}, State::kConfirmed));
  const absl::Time end = kHour.start + kLongestEngagement;

  EXPECT_EQ(Taken(schedule, {end - absl::Minutes(5), end + absl::Hours(1)}), 1U);
  EXPECT_EQ(Taken(schedule, {end, end + absl::Hours(1)}), 0U);
}

TEST(ScheduleTest, EveryoneWhoAndEverythingThatIsTakenIsNamedOnceForEachEngagement) {
  Schedule schedule;
  Engagement engagement = Named("engagements/1", kHour, State::kConfirmed);
  engagement.resources = {kRoom};
  schedule.Apply(engagement);

  EXPECT_THAT(schedule.Collisions(kHour, {kTbilisi, kColleague}, {kRoom}, kNow, ""),
              ElementsAre(Field(&Collision::who, kTbilisi), Field(&Collision::who, kRoom)));
  EXPECT_THAT(schedule.Collisions(kHour, {kTbilisi}, {kRoom}, kNow, "engagements/1"), IsEmpty());
}

TEST(ScheduleTest, AHoldThatRanOutOccupiesNothingBeforeItIsMarked) {
  Schedule schedule;
  schedule.Apply(Named("engagements/1", kHour, State::kHeld));
  const absl::Time over = kNow + absl::Minutes(15);

  EXPECT_EQ(Taken(schedule, kHour, over - absl::Nanoseconds(1)), 1U);
  EXPECT_EQ(Taken(schedule, kHour, over), 0U);
  EXPECT_THAT(schedule.RunOut(over - absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(schedule.RunOut(over),
              ElementsAre(Pointee(Field(&Engagement::name, "engagements/1"))));
}

TEST(ScheduleTest, ChangesMoveThroughEveryIndex) {
  Schedule schedule;
  schedule.Apply(Named("engagements/1", kHour, State::kHeld));
  schedule.Apply(Named("engagements/1", kHour, State::kConfirmed));
  EXPECT_THAT(schedule.RunOut(absl::InfiniteFuture()), IsEmpty());
  EXPECT_THAT(schedule.Busy(kDesk, kHour, kNow), ElementsAre(kHour));

  schedule.Apply(Named("engagements/1", kHour, State::kCancelled));
  EXPECT_THAT(schedule.Busy(kDesk, kHour, kNow), IsEmpty());
  EXPECT_THAT(schedule.by_start(), SizeIs(1));
  EXPECT_EQ(schedule.FindEngagement("engagements/1")->state, State::kCancelled);
}

}  // namespace
}  // namespace comity::engagement_scheduling
