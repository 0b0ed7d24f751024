#include "services/cli/text.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace comity::cli {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOkAndHolds;

TEST(TextTest, AMomentIsOneThatAMessageCanHold) {
  const auto parse = [](const char* text) { return ParseMoment("--at", text); };
  EXPECT_THAT(parse("0001-01-01T00:00:00Z"), IsOkAndHolds(absl::FromUnixSeconds(-62'135'596'800)));
  EXPECT_THAT(parse("9999-12-31T23:59:59.999999999Z"),
              IsOkAndHolds(absl::FromUnixSeconds(253'402'300'800) - absl::Nanoseconds(1)));
  for (const char* const text :
       {"0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "10000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-00:01", "infinite-future", "infinite-past"}) {
    EXPECT_THAT(parse(text), FailsWith(absl::StatusCode::kInvalidArgument, "TIME_INVALID")) << text;
  }
}

TEST(TextTest, ADurationIsOneThatAMessageCanHold) {
  const auto parse = [](const char* text) { return ParseDuration("--duration", text); };
  EXPECT_THAT(parse("1h30m"), IsOkAndHolds(absl::Minutes(90)));
  EXPECT_THAT(parse("87660000h"), IsOkAndHolds(absl::Seconds(315'576'000'000)));
  for (const char* const text : {"87660000h1ns", "inf", "0s", "-1h"}) {
    EXPECT_THAT(parse(text), FailsWith(absl::StatusCode::kInvalidArgument, "DURATION_INVALID"))
        << text;
  }
}

}  // namespace
}  // namespace comity::cli
