#include "common/rpc/client_throttle.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::rpc {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class ClientThrottleTest : public ::testing::Test {
 protected:
  struct Seen {
    int made = 0;
    int taken = 0;
  };

  // A second of `wanted` calls, of which the service takes on `room`, evenly spread.
  Seen Second(int wanted, int room) {
    Seen seen;
    double places = 0;
    for (int i = 0; i < wanted; ++i) {
      clock_.Advance(absl::Seconds(1) / wanted);
      places = std::min(1.0, places + static_cast<double>(room) / wanted);
      if (!throttle_.Admit().ok()) continue;
      ++seen.made;
      const bool taken = places >= 1;
      if (taken) places -= 1;
      seen.taken += taken ? 1 : 0;
      throttle_.Note(!taken);
    }
    return seen;
  }

  ManualClock clock_{absl::FromUnixSeconds(0)};
  ClientThrottle throttle_{&clock_};
};

TEST_F(ClientThrottleTest, WhileThereIsRoomEveryCallIsMade) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Second(1000, 1000).made, 1000);
}

TEST_F(ClientThrottleTest, UnderOverloadAFifthMoreCallsAreMadeThanAreTakenOn) {
  for (int i = 0; i < 5; ++i) Second(1000, 500);

  const Seen seen = Second(1000, 500);

  EXPECT_NEAR(seen.made, 1.2 * seen.taken, 20);
  EXPECT_GT(seen.taken, 400) << "what there is room for is used";
}

TEST_F(ClientThrottleTest, WhatIsHeldBackSaysWhenToComeAgain) {
  absl::Status held_back = throttle_.Admit();
  for (int i = 0; i < 100 && held_back.ok(); ++i) {
    throttle_.Note(/*refused=*/true);
    held_back = throttle_.Admit();
  }

  EXPECT_THAT(held_back, FailsWith(absl::StatusCode::kResourceExhausted, "HELD_BACK"));
  EXPECT_TRUE(DetailsOf(held_back).retry_after.has_value());
}

TEST_F(ClientThrottleTest, EvenWhereNothingIsTakenOnSomeCallsFindOut) {
  for (int i = 0; i < 10; ++i) EXPECT_GT(Second(1000, 0).made, 0);

  for (int i = 0; i < 20; ++i) Second(1000, 1000);
  EXPECT_EQ(Second(1000, 1000).made, 1000) << "the service has room again";
}

TEST_F(ClientThrottleTest, OneRefusalHoldsNobodyBackAndIsForgotten) {
  throttle_.Note(/*refused=*/true);
  EXPECT_THAT(throttle_.Admit(), IsOk());
  clock_.Advance(absl::Minutes(1));
  for (int i = 0; i < 5; ++i) EXPECT_THAT(throttle_.Admit(), IsOk());
}

}  // namespace
}  // namespace comity::rpc
