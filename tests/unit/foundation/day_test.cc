#include "common/time/day.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace comity {
namespace {

using testing::FailsWith;
using testing::IsOk;

TEST(PartialDateTest, AMonthIsAnIntervalOfUncertainty) {
  const auto date = PartialDate::Parse("2024-02");

  ASSERT_THAT(date, IsOk());
  EXPECT_EQ(date->earliest(), absl::CivilDay(2024, 2, 1));
  EXPECT_EQ(date->latest(), absl::CivilDay(2024, 2, 29));
  EXPECT_FALSE(date->exact());
  EXPECT_EQ(date->ToString(), "2024-02");
}

TEST(PartialDateTest, AllOfItsDaysAreOverOrHaveComeOrNone) {
  const auto date = PartialDate::Parse("2024-02");

  ASSERT_THAT(date, IsOk());
  EXPECT_TRUE(date->SurelyAhead(absl::CivilDay(2024, 1, 31)));
  EXPECT_FALSE(date->SurelyAhead(absl::CivilDay(2024, 2, 1)));
  EXPECT_FALSE(date->SurelyReached(absl::CivilDay(2024, 2, 28)));
  EXPECT_TRUE(date->SurelyReached(absl::CivilDay(2024, 2, 29)));
  EXPECT_FALSE(date->SurelyOver(absl::CivilDay(2024, 2, 29)));
  EXPECT_TRUE(date->SurelyOver(absl::CivilDay(2024, 3, 1)));
  EXPECT_EQ(PartialDate(absl::CivilDay(2024, 2, 10)).WholeMonth(), *date);
  EXPECT_EQ(date->WholeYear().ToString(), "2024");
}

TEST(PartialDateTest, NothingIsUnknownAndNotAnOpenInterval) {
  const auto date = PartialDate::Parse("");

  ASSERT_THAT(date, IsOk());
  EXPECT_FALSE(date->known());
}

TEST(PartialDateTest, RefusesWhatIsNoDay) {
  for (const char* text : {"2024-13", "2023-02-29", "24", "2024-1-1", "2024-01-01T00", "20x4",
                           "1899", "3000", "-024", "2024-+1"}) {
    EXPECT_THAT(PartialDate::Parse(text),
                FailsWith(absl::StatusCode::kInvalidArgument, "DAY_INVALID"))
        << text;
  }
}

TEST(DayTest, WhereAWholeDayIsNeededAYearIsNotSaidToDo) {
  const auto refused = ParseDay("2019");
  ASSERT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "DAY_INVALID"));
  EXPECT_EQ(refused.status().message().find("year"), absl::string_view::npos) << refused.status();
}

TEST(DayTest, RunsInBrussels) {
  EXPECT_EQ(DayInBrussels(absl::FromUnixSeconds(1572562799)), absl::CivilDay(2019, 10, 31));
  EXPECT_EQ(DayInBrussels(absl::FromUnixSeconds(1572562800)), absl::CivilDay(2019, 11, 1));
}

}  // namespace
}  // namespace comity
