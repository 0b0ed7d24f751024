// What is asked of all that is booked is looked at in pieces, whatever is in them.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "services/engagement-scheduling/domain/reliances.h"
#include "services/engagement-scheduling/domain/volume.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const absl::Time kStart = At("2026-12-01T08:00:00Z");
const Interval kYear = Between("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
constexpr char kFact[] = "partners/georgia/instruments/cooperation-agreement";

// Confirmed the later the later it begins; its check rested on `fact`.
Engagement Confirmed(int hour, const std::string& fact) {
  Engagement engagement = Meeting({kStart + absl::Hours(hour), kStart + absl::Hours(hour + 1)});
  engagement.name = absl::StrCat("engagements/", 9 - hour);
  engagement.state = State::kConfirmed;
  engagement.confirmation =
      Confirmation{.time = kStart - absl::Hours(100 - hour),
                   .cited = {{"partners/georgia/authorities/prosecution", {fact}}}};
  return engagement;
}

Schedule OneThatCountsAndTwoThatDoNot() {
  Schedule schedule;
  schedule.Apply(Confirmed(0, kFact));
  schedule.Apply(Confirmed(1, "another"));
  schedule.Apply(Confirmed(2, "another"));
  return schedule;
}

TEST(ReliancesTest, ALookEndsAfterSoManyConfirmationsWhateverTheyCite) {
  const Schedule schedule = OneThatCountsAndTwoThatDoNot();

  Relied relied = ReliancesOn(schedule, {.fact = kFact}, kNewest, 2);
  EXPECT_THAT(relied.reliances, IsEmpty());
  EXPECT_TRUE(relied.more);
  EXPECT_EQ(relied.last.second, "engagements/8") << "newest first";

  relied = ReliancesOn(schedule, {.fact = kFact}, relied.last, 2);
  ASSERT_THAT(relied.reliances, SizeIs(1));
  EXPECT_EQ(relied.reliances[0].engagement, "engagements/9");
  EXPECT_FALSE(relied.more);
}

TEST(ReliancesTest, WhatIsConfirmedAnewStandsAtItsNewPlaceOnly) {
  Schedule schedule = OneThatCountsAndTwoThatDoNot();
  Engagement again = Confirmed(0, kFact);
  again.confirmation->time = kStart;
  schedule.Apply(again);

  const Relied relied = ReliancesOn(schedule, {.fact = kFact}, kNewest, 1);
  ASSERT_THAT(relied.reliances, SizeIs(1));
  EXPECT_EQ(relied.reliances[0].confirm_time, kStart);
  EXPECT_THAT(schedule.by_confirmation(), SizeIs(3));
}

TEST(ReliancesTest, AFactIsFoundWhereverItStandsAmongThoseOfSeveralDays) {
  Engagement of_two_days = Confirmed(0, "z, on the first day");
  of_two_days.confirmation->cited.begin()->second.push_back("a, on the second");
  Schedule schedule;
  schedule.Apply(of_two_days);

  for (const char* const fact : {"z, on the first day", "a, on the second"}) {
    EXPECT_THAT(ReliancesOn(schedule, {.fact = fact}, kNewest, 1).reliances, SizeIs(1)) << fact;
  }
}

TEST(VolumeTest, ACountGoesOnWhereItEnded) {
  const Schedule schedule = OneThatCountsAndTwoThatDoNot();
  const absl::Time after_two = kStart + absl::Hours(2);
  Volume volume;

  CountEngagements(schedule, kYear, "", after_two, 1, volume);
  EXPECT_TRUE(volume.more);
  EXPECT_THAT(volume.engagements, ElementsAre(Pair("partners/georgia", 1)));

  CountEngagements(schedule, kYear, "", after_two, 2, volume);
  EXPECT_FALSE(volume.more);
  EXPECT_THAT(volume.engagements, ElementsAre(Pair("partners/georgia", 2))) << "one is not over";
}

}  // namespace
}  // namespace comity::engagement_scheduling
