#include "services/engagement-scheduling/domain/slots.h"

#include <gmock/gmock.h>

#include <map>

#include "services/engagement-scheduling/domain/known_hours.h"
#include "services/engagement-scheduling/domain/working_hours.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = At("2026-11-23T08:00:00Z");

class SlotsTest : public ::testing::Test {
 protected:
  SlotAnswer Search(const SlotQuestion& question, absl::Time now = kNow) {
    EXPECT_THAT(CheckSlotQuestion(question), IsOk());
    return SearchSlots(
        schedule_, question,
        [this](const std::string& who) -> std::optional<WorkingHours> {
          const auto found = hours_.find(who);
          return found == hours_.end() ? std::nullopt : std::optional(found->second);
        },
        now);
  }

  void Book(const std::string& name, const Interval& interval, const std::string& who) {
    Engagement engagement = Meeting(interval);
    engagement.name = name;
    engagement.participants = {who};
    engagement.state = State::kConfirmed;
    schedule_.Apply(engagement);
  }

  SlotQuestion Ask(const std::string& start, const std::string& end) {
    return {.participants = {kDesk, kTbilisi},
            .duration = absl::Hours(1),
            .window = Between(start, end)};
  }

  Schedule schedule_;
  std::map<std::string, WorkingHours> hours_ = {{kDesk, Office()},
                                                {kTbilisi, Hours("Asia/Tbilisi", 9, 18)}};
};

TEST_F(SlotsTest, TheFirstSlotIsWhereBothWork) {
  SlotQuestion question = Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
  question.max_results = 2;

  EXPECT_THAT(Search(question).slots,
              ElementsAre(Between("2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z"),
                          Between("2026-12-01T08:15:00Z", "2026-12-01T09:15:00Z")));
  EXPECT_EQ(LocalText(At("2026-12-01T08:00:00Z"), "Asia/Tbilisi"),
            "2026-12-01T12:00+04:00 Asia/Tbilisi");
}

TEST_F(SlotsTest, AllSlotsOfADayEndWhenTheFirstGoesHome) {
  SlotQuestion question = Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
  question.max_results = 100;
  const SlotAnswer answer = Search(question);

  EXPECT_EQ(answer.slots.back(), Between("2026-12-01T13:00:00Z", "2026-12-01T14:00:00Z"));
  EXPECT_THAT(answer.slots, SizeIs(21));
}

TEST_F(SlotsTest, NineOClockIsNineOClockAcrossTheChangeOfTheClockOnBothSides) {
  // New York changes on 14 March 2027, Amsterdam on 28 March.
  hours_[kPanama] = Hours("America/New_York", 9, 17);
  SlotQuestion question = Ask("2027-03-12T00:00:00Z", "2027-03-13T00:00:00Z");
  question.participants = {kDesk, kPanama};
  const auto first = [&](const char* start, const char* end) {
    question.window = Between(start, end);
    return Search(question).slots.front().start;
  };

  EXPECT_EQ(first("2027-03-12T00:00:00Z", "2027-03-13T00:00:00Z"), At("2027-03-12T14:00:00Z"));
  EXPECT_EQ(first("2027-03-15T00:00:00Z", "2027-03-16T00:00:00Z"), At("2027-03-15T13:00:00Z"));
  EXPECT_EQ(first("2027-03-29T00:00:00Z", "2027-03-30T00:00:00Z"), At("2027-03-29T13:00:00Z"));
  question.participants = {kDesk};
  EXPECT_EQ(first("2027-03-26T00:00:00Z", "2027-03-27T00:00:00Z"), At("2027-03-26T08:00:00Z"));
  EXPECT_EQ(first("2027-03-29T00:00:00Z", "2027-03-30T00:00:00Z"), At("2027-03-29T07:00:00Z"));
  EXPECT_EQ(first("2027-11-01T00:00:00Z", "2027-11-02T00:00:00Z"), At("2027-11-01T08:00:00Z"));
}

TEST_F(SlotsTest, WhoBeginsInASkippedHourBeginsWithTheFirstOneAfterIt) {
  WorkingHours night = {.time_zone = "Europe/Amsterdam",
                        .days = {7},
                        .start_minute = 2 * 60 + 30,
                        .end_minute = 4 * 60};

  EXPECT_THAT(WorkingIntervals(night, Between("2027-03-27T00:00:00Z", "2027-03-29T00:00:00Z")),
              ElementsAre(Between("2027-03-28T01:00:00Z", "2027-03-28T02:00:00Z")));
}

TEST_F(SlotsTest, WhoWorksAroundTheClockHasNoBreakAtMidnight) {
  const WorkingHours always = {.time_zone = "Europe/Amsterdam",
                               .days = {1, 2, 3, 4, 5, 6, 7},
                               .start_minute = 0,
                               .end_minute = 24 * 60};
  const Interval week = Between("2027-03-24T10:00:00Z", "2027-03-31T10:00:00Z");

  EXPECT_THAT(WorkingIntervals(always, week), ElementsAre(week));
}

TEST_F(SlotsTest, NoSlotIsOfferedWhileSomebodyIsAway) {
  hours_[kTbilisi].absences = {{"2026-12-01", "2026-12-02"}};

  EXPECT_EQ(Search(Ask("2026-12-01T00:00:00Z", "2026-12-04T00:00:00Z")).slots.front().start,
            At("2026-12-03T08:00:00Z"));
  const SlotAnswer none = Search(Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"));
  EXPECT_THAT(none.slots, IsEmpty());
  EXPECT_THAT(none.obstacles, ElementsAre(Field(&Obstacle::reason, "HOLIDAY")));
}

TEST_F(SlotsTest, WeekendsOfTheOtherSideCount) {
  hours_[kTbilisi].days = {7, 1, 2, 3, 4};

  EXPECT_EQ(Search(Ask("2026-12-04T00:00:00Z", "2026-12-12T00:00:00Z")).slots.front().start,
            At("2026-12-07T08:00:00Z"));
}

TEST_F(SlotsTest, HolidaysAreNamedAsWhatStandsInTheWay) {
  hours_[kTbilisi].holidays = {"2026-12-01"};
  const SlotAnswer answer = Search(Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"));

  EXPECT_THAT(answer.slots, IsEmpty());
  EXPECT_THAT(answer.obstacles, ElementsAre(AllOf(Field(&Obstacle::who, kTbilisi),
                                                  Field(&Obstacle::reason, "HOLIDAY"))));
}

TEST_F(SlotsTest, HoursThatNeverMeetAreNamed) {
  hours_[kTbilisi] = Hours("Pacific/Auckland", 9, 17);
  const SlotAnswer answer = Search(Ask("2026-12-01T00:00:00Z", "2026-12-04T00:00:00Z"));

  EXPECT_THAT(answer.obstacles,
              ElementsAre(AllOf(Field(&Obstacle::who, kTbilisi),
                                Field(&Obstacle::reason, "NO_COMMON_WORKING_HOURS"))));
}

TEST_F(SlotsTest, WhoIsAlwaysTakenIsNamed) {
  Book("engagements/1", Between("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"), kTbilisi);
  const SlotAnswer answer = Search(Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"));

  EXPECT_THAT(answer.obstacles, ElementsAre(AllOf(Field(&Obstacle::who, kTbilisi),
                                                  Field(&Obstacle::reason, "BUSY"))));
}

TEST_F(SlotsTest, EverybodyWhoseHoursNobodyKnowsIsNamed) {
  SlotQuestion question = Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
  question.participants.push_back(kPanama);
  question.resources = {kRoom};

  EXPECT_THAT(
      Search(question).obstacles,
      ElementsAre(AllOf(Field(&Obstacle::who, kPanama), Field(&Obstacle::reason, "NO_CALENDAR")),
                  AllOf(Field(&Obstacle::who, kRoom), Field(&Obstacle::reason, "NO_CALENDAR"))));
}

TEST_F(SlotsTest, WhatIsTakenIsCutOutAndStepsStayOnTheHour) {
  Book("engagements/1", Between("2026-12-01T08:00:00Z", "2026-12-01T08:20:00Z"), kDesk);
  Book("engagements/2", Between("2026-12-01T09:30:00Z", "2026-12-01T12:00:00Z"), kTbilisi);
  SlotQuestion question = Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
  question.max_results = 2;

  EXPECT_THAT(Search(question).slots,
              ElementsAre(Between("2026-12-01T08:30:00Z", "2026-12-01T09:30:00Z"),
                          Between("2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z")));
}

TEST_F(SlotsTest, NothingBeforeNowIsOffered) {
  const SlotQuestion question = Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");

  EXPECT_EQ(Search(question, At("2026-12-01T10:07:00Z")).slots.front().start,
            At("2026-12-01T10:15:00Z"));
  EXPECT_THAT(Search(question, At("2026-12-03T00:00:00Z")).obstacles, SizeIs(1));
}

TEST_F(SlotsTest, QuestionsOutOfBoundsAreRefused) {
  const SlotQuestion good = Ask("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
  const auto refused = [&](auto change, const char* reason) {
    SlotQuestion question = good;
    change(question);
    EXPECT_THAT(CheckSlotQuestion(question), FailsWith(absl::StatusCode::kInvalidArgument, reason));
  };

  refused([](SlotQuestion& q) { q.participants.clear(); }, "PARTICIPANTS_INVALID");
  refused([](SlotQuestion& q) { q.participants.push_back(kDesk); }, "PARTICIPANTS_INVALID");
  refused([](SlotQuestion& q) { q.resources = {"rooms/1"}; }, "RESOURCES_INVALID");
  refused([](SlotQuestion& q) { q.duration = absl::Minutes(4); }, "DURATION_INVALID");
  refused([](SlotQuestion& q) { q.window.end = q.window.start; }, "WINDOW_INVALID");
  refused([](SlotQuestion& q) { q.window.end += absl::Hours(24 * 366); }, "WINDOW_INVALID");
  refused([](SlotQuestion& q) { q.granularity = absl::Seconds(1); }, "GRANULARITY_INVALID");
  refused([](SlotQuestion& q) { q.max_results = -1; }, "MAX_RESULTS_INVALID");
}

TEST_F(SlotsTest, TheAgencysPersonsWorkOfficeHoursUnlessTheySaidOtherwise) {
  const FixedRegistry registry;
  const auto zone = [&](const char* who) {
    const auto hours = KnownHours(who, schedule_, &registry.snapshot(), Office());
    return hours.has_value() ? hours->time_zone : "";
  };

  EXPECT_EQ(zone(kDesk), "Europe/Amsterdam");
  EXPECT_EQ(zone(kTbilisi), "Asia/Tbilisi");
  EXPECT_EQ(zone(kRoom), "");
  schedule_.Apply(Calendar{.owner = kDesk, .hours = Hours("Europe/Athens", 8, 16)});
  schedule_.Apply(Calendar{.owner = kRoom, .hours = Office()});
  EXPECT_EQ(zone(kDesk), "Europe/Athens");
  EXPECT_EQ(zone(kRoom), "Europe/Amsterdam");
}

}  // namespace
}  // namespace comity::engagement_scheduling
