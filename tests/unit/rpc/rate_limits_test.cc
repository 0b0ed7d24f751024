#include "common/rpc/rate_limits.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::rpc {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class RateLimitsTest : public ::testing::Test {
 protected:
  static constexpr int kReads = 100;  // A second, hence 200 at once.

  // How many calls are let through before one is not.
  int Empty(const std::string& caller, Admission admission = Admission::kRead) {
    int taken = 0;
    while (limits_.Take(caller, admission).ok()) ++taken;
    return taken;
  }

  ManualClock clock_{absl::FromUnixSeconds(0)};
  RateLimits limits_{{.per_second = {kReads, 50, 20, 10}, .callers = 16}, &clock_};
};

TEST_F(RateLimitsTest, ACallerMayMakeTheCallsOfTwoSecondsAtOnceThenAsManyAsTimeBrings) {
  EXPECT_EQ(Empty("a"), 2 * kReads);

  clock_.Advance(absl::Milliseconds(50));
  EXPECT_EQ(Empty("a"), 5);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Empty("a"), 2 * kReads) << "no more than the bucket holds, however long it was idle";
}

TEST_F(RateLimitsTest, TheRefusalSaysWhenThereIsATokenAgain) {
  Empty("a");
  clock_.Advance(absl::Milliseconds(4));

  const absl::Status refused = limits_.Take("a", Admission::kRead);

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));
  ASSERT_TRUE(DetailsOf(refused).retry_after.has_value());
  clock_.Advance(*DetailsOf(refused).retry_after);
  EXPECT_THAT(limits_.Take("a", Admission::kRead), IsOk());
}

TEST_F(RateLimitsTest, CallersAndKindsOfCallsHaveTheirOwnBuckets) {
  Empty("a");

  EXPECT_EQ(Empty("b"), 2 * kReads);
  EXPECT_EQ(Empty("a", Admission::kWrite), 100);
  EXPECT_EQ(Empty("a", Admission::kBulk), 40);
  EXPECT_EQ(Empty("a", Admission::kWatch), 20);
}

TEST_F(RateLimitsTest, CallersWithoutARoomOfTheirOwnShareOneUntilBucketsAreFullAgain) {
  for (int i = 0; i < 1000; ++i) Empty(absl::StrCat("caller-", i), Admission::kWatch);
  EXPECT_THAT(limits_.Take("late", Admission::kWatch),
              FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));

  clock_.Advance(RateLimits::kBurst);

  EXPECT_EQ(Empty("late", Admission::kWatch), 20);
}

TEST_F(RateLimitsTest, ManyThreadsOfOneCallerGetNoMoreThanOne) {
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { taken += Empty("a"); });
  threads.clear();  // Joins.

  EXPECT_EQ(taken, 2 * kReads);
}

}  // namespace
}  // namespace comity::rpc
