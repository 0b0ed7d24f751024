#include "common/rpc/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "common/status/error.h"
#include "common/time/clock.h"
#include "tests/testing/status_matchers.h"

namespace comity::rpc {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;

// One thread that waits until told, so that what follows is queued.
class Held {
 public:
  explicit Held(Executor& executor) {
    EXPECT_THAT(executor.Submit("holder",
                                [this] {
                                  running_.count_down();
                                  go_.wait();
                                }),
                IsOk());
    running_.wait();
  }
  void Release() { go_.count_down(); }

 private:
  std::latch running_{1};
  std::latch go_{1};
};

TEST(ExecutorTest, EverythingQueuedRunsBeforeDestruction) {
  std::atomic<int> ran = 0;
  {
    Executor executor({.name = "test", .threads = 4, .queue = 1000});
    for (int i = 0; i < 200; ++i) ASSERT_THAT(executor.Submit("a", [&] { ++ran; }), IsOk());
  }
  EXPECT_EQ(ran, 200);
}

TEST(ExecutorTest, CallersTakeTurns) {
  std::vector<std::string> order;
  {
    Executor executor({.name = "test", .threads = 1, .queue = 100});
    Held held(executor);
    for (const char* const work : {"a1", "a2", "a3"}) {
      ASSERT_THAT(executor.Submit("a", [&, work] { order.emplace_back(work); }), IsOk());
    }
    ASSERT_THAT(executor.Submit("b", [&] { order.emplace_back("b1"); }), IsOk());
    held.Release();
  }
  EXPECT_THAT(order, ElementsAre("a1", "b1", "a2", "a3"));
}

TEST(ExecutorTest, ACallerRunsOnHisShareOfTheThreadsAndOthersOnTheRest) {
  std::atomic<int> running = 0;
  std::atomic<int> ran = 0;
  {
    Executor executor({.name = "test", .threads = 4, .queue = 100, .running_of_a_caller = 2});
    std::latch go{1};
    for (int i = 0; i < 8; ++i) {
      ASSERT_THAT(executor.Submit("a",
                                  [&] {
                                    EXPECT_LE(++running, 2);
                                    go.wait();
                                    --running;
                                    ++ran;
                                  }),
                  IsOk());
    }
    std::latch others{2};
    for (const char* const caller : {"b", "c"}) {
      ASSERT_THAT(executor.Submit(caller, [&] { others.count_down(); }), IsOk());
    }
    others.wait();
    EXPECT_GE(executor.queued(), 6U);
    go.count_down();
  }
  EXPECT_EQ(ran, 8) << "what waited runs before destruction, too";
}

TEST(ExecutorTest, ACallerMayHoldAQuarterOfTheQueueAndTheLastPlacesAreForWhoHasNone) {
  Executor executor({.name = "test", .threads = 1, .queue = 8});
  Held held(executor);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(executor.Submit("a", [] {}), IsOk());

  const absl::Status share = executor.Submit("a", [] {});
  for (const char* const caller : {"b", "b", "c", "c", "d"}) {
    ASSERT_THAT(executor.Submit(caller, [] {}), IsOk());
  }
  const absl::Status last = executor.Submit("d", [] {});
  ASSERT_THAT(executor.Submit("e", [] {}), IsOk());
  const absl::Status whole = executor.Submit("f", [] {});
  std::latch finished{1};
  executor.SubmitAdmitted("e", [&] { finished.count_down(); });
  EXPECT_EQ(executor.queued(), 9U);
  held.Release();

  EXPECT_THAT(share, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
  EXPECT_TRUE(DetailsOf(share).retry_after.has_value());
  EXPECT_THAT(last, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
  EXPECT_THAT(whole, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_BUSY"));
  EXPECT_TRUE(DetailsOf(whole).retry_after.has_value());
  finished.wait();
}

TEST(ExecutorTest, AQueueThatStandsIsShorterThanOneOfABurst) {
  ManualClock clock(absl::FromUnixSeconds(0));
  Executor executor({.name = "test",
                     .threads = 1,
                     .queue = 64,
                     .standing_queue = 8,
                     .burst = absl::Milliseconds(100),
                     .clock = &clock});
  Held held(executor);
  for (const char* const caller : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
    ASSERT_THAT(executor.Submit(caller, [] {}), IsOk());
  }

  clock.Advance(absl::Milliseconds(101));
  const absl::Status standing = executor.Submit("j", [] {});
  held.Release();
  while (executor.queued() > 0) std::this_thread::yield();
  clock.Advance(absl::Milliseconds(1001));
  Held again(executor);
  for (int i = 0; i < 9; ++i) EXPECT_THAT(executor.Submit("a", [] {}), IsOk()) << "a burst anew";
  again.Release();

  EXPECT_THAT(standing, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_BUSY"));
}

TEST(ExecutorTest, AStandingQueueKeepsRoomForACallerBesideAGreedyOne) {
  ManualClock clock(absl::FromUnixSeconds(0));
  std::vector<std::string> order;
  {
    Executor executor(
        {.name = "test", .threads = 1, .queue = 64, .standing_queue = 8, .clock = &clock});
    Held held(executor);
    int greedy = 0;
    while (executor.Submit("greedy", [&] { order.emplace_back("greedy"); }).ok()) ++greedy;
    EXPECT_EQ(greedy, 16);
    clock.Advance(absl::Seconds(1));
    EXPECT_THAT(executor.Submit("greedy", [] {}),
                FailsWith(absl::StatusCode::kResourceExhausted, "TOO_BUSY"));
    held.Release();
    while (executor.queued() > 0) std::this_thread::yield();

    // The overload of before is not forgotten with the queue.
    Held again(executor);
    order.clear();
    for (int i = 0; i < 4; ++i) {
      ASSERT_THAT(executor.Submit("greedy", [&] { order.emplace_back("greedy"); }), IsOk());
    }
    EXPECT_THAT(executor.Submit("greedy", [] {}),
                FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
    ASSERT_THAT(executor.Submit("other", [&] { order.emplace_back("other"); }), IsOk());
    again.Release();
  }
  EXPECT_THAT(order, ElementsAre("greedy", "other", "greedy", "greedy", "greedy"));
}

}  // namespace
}  // namespace comity::rpc
