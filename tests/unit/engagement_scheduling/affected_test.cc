#include "services/engagement-scheduling/domain/affected.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

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

}  // namespace
}  // namespace comity::engagement_scheduling
