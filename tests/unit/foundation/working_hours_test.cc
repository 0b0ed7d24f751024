#include "common/time/working_hours.h"

#include <gmock/gmock.h>

namespace comity {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

WorkingHours Tbilisi() {
  return {.time_zone = "Asia/Tbilisi",
          .days = {1, 2, 3, 4, 5},
          .start_minute = 9 * 60,
          .end_minute = 18 * 60};
}

TEST(WorkingHoursTest, WhoIsAwayDoesNotWorkOnTheFirstAndTheLastDayEither) {
  WorkingHours hours = Tbilisi();
  hours.absences = {{"2026-12-01", "2026-12-02"}};
  const Interval week{At("2026-11-30T00:00:00Z"), At("2026-12-04T00:00:00Z")};

  EXPECT_THAT(WorkingIntervals(hours, week),
              ElementsAre(Interval{At("2026-11-30T05:00:00Z"), At("2026-11-30T14:00:00Z")},
                          Interval{At("2026-12-03T05:00:00Z"), At("2026-12-03T14:00:00Z")}));
}

TEST(WorkingHoursTest, DaysOfAbsenceAreThoseOfTheZone) {
  WorkingHours hours = Tbilisi();
  hours.start_minute = 0;
  hours.absences = {{"2026-12-01", "2026-12-01"}};
  // In Tbilisi it is the second of December already.
  EXPECT_THAT(WorkingIntervals(hours, {At("2026-12-01T20:30:00Z"), At("2026-12-01T21:00:00Z")}),
              ElementsAre(Interval{At("2026-12-01T20:30:00Z"), At("2026-12-01T21:00:00Z")}));
  EXPECT_THAT(WorkingIntervals(hours, {At("2026-11-30T20:30:00Z"), At("2026-11-30T21:00:00Z")}),
              IsEmpty());
}

}  // namespace
}  // namespace comity
