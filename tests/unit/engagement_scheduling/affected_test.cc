#include "services/engagement-scheduling/domain/affected.h"

#include <gmock/gmock.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/engagement-scheduling/domain/attendance.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::engagement_scheduling {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = At("2026-12-01T08:00:00Z");

Engagement Held(Engagement engagement, int hour) {
  engagement.name = absl::StrCat("engagements/", hour);
  engagement.interval = {kStart + absl::Hours(hour), kStart + absl::Hours(hour + 1)};
  engagement.state = State::kConfirmed;
  engagement.organiser = kDesk;
  return engagement;
}

TEST(PlannedTest, ALookEndsAfterSoManyEngagementsWhateverTheyAre) {
  Schedule schedule;
  for (int hour = 0; hour < 4; ++hour) schedule.Apply(Held(Meeting({}), hour));
  schedule.Apply(Held(Coordination({}), 4));
  const auto look = [&](const StartPosition& after) {
    return PlannedOperational(schedule, Who(kDesk), kStart, kStart, after, 2);
  };

  Planned planned = look({absl::InfinitePast(), ""});
  EXPECT_THAT(planned.engagements, IsEmpty()) << "strategic ones share nothing";
  EXPECT_TRUE(planned.more);
  EXPECT_EQ(planned.last.second, "engagements/1");

  planned = look(planned.last);
  EXPECT_THAT(planned.engagements, IsEmpty());
  EXPECT_TRUE(planned.more);

  planned = look(planned.last);
  ASSERT_THAT(planned.engagements, SizeIs(1));
  EXPECT_EQ(planned.engagements[0].name, "engagements/4");
  EXPECT_FALSE(planned.more);
}

TEST(PlannedTest, AnEngagementHasTheDaysOfItsMoments) {
  const absl::CivilDay first(2026, 12, 1);
  EXPECT_THAT(DaysOf(Between("2026-12-01T20:00:00Z", "2026-12-02T04:00:00Z")),
              ::testing::ElementsAre(first, first + 1));
  EXPECT_THAT(DaysOf(Between("2026-12-01T20:00:00Z", "2026-12-01T23:00:00Z")),
              ::testing::ElementsAre(first))
      << "midnight in Brussels is no moment of it";
}

TEST(PlannedTest, WhatBeganBeforeTheDayAndGoesOnIsLookedAtOnThatDay) {
  Schedule schedule;
  Engagement night = Held(Coordination({}), 0);
  night.interval = Between("2026-12-01T20:00:00Z", "2026-12-02T04:00:00Z");
  schedule.Apply(night);
  const auto planned_from = [&](const char* from) {
    return PlannedOperational(schedule, Who(kDesk), At(from), kStart, {absl::InfinitePast(), ""},
                              10)
        .engagements;
  };
  EXPECT_THAT(planned_from("2026-12-01T23:00:00Z"), SizeIs(1));
  EXPECT_THAT(planned_from("2026-12-02T04:00:00Z"), IsEmpty());

  FixedRegistry registry;
  legal::Decision authorised = legal::Authorised("france", "georgia");
  registry.Record(authorised);
  legal::FactsBuilder builder(registry.snapshot().facts());
  authorised.valid_to = PartialDate(absl::CivilDay(2026, 12, 1));
  builder.Put(authorised);
  const auto affected = AffectedBy(night, registry.snapshot(), builder.Build({}));
  ASSERT_THAT(affected, SizeIs(1)) << "on the second day only";
  EXPECT_THAT(affected[0].sentence, ::testing::HasSubstr("2026-12-02"));
}

TEST(AffectedTest, AMeetingOfSeveralDaysIsNamedOnceForEachCounterpartOnTheFirstOfThem) {
  Engagement week = Held(Coordination({}), 0);
  week.interval = Between("2026-12-01T08:00:00Z", "2026-12-04T16:00:00Z");
  week.participants = {kDesk, kTbilisi, kLiaison};
  FixedRegistry registry;
  registry.Second(Seconded(PartialDate(absl::CivilDay(2026, 1, 1))));
  registry.Authorise();
  legal::FactsBuilder builder(registry.snapshot().facts());
  for (legal::Instrument instrument :
       registry.snapshot().facts().Find("partners/georgia")->instruments) {
    instrument.ended = PartialDate(absl::CivilDay(2026, 12, 1));
    instrument.SetCertainty(legal::Field::kEnded, legal::Certainty::kFound);
    builder.Put(std::move(instrument));
  }
  const auto affected = AffectedBy(week, registry.snapshot(), builder.Build({}));
  ASSERT_THAT(affected, SizeIs(2));
  EXPECT_EQ(affected[0].counterpart, "partners/georgia") << "also when nobody seconds him any more";
  EXPECT_EQ(affected[1].counterpart, "partners/georgia/authorities/prosecution");
  for (const legal::ChangedOutcome& one : affected) {
    EXPECT_THAT(one.sentence, ::testing::HasSubstr("2026-12-02")) << one.counterpart;
    EXPECT_THAT(one.sentence, ::testing::Not(::testing::HasSubstr("2026-12-03")));
  }
}

}  // namespace
}  // namespace comity::engagement_scheduling
