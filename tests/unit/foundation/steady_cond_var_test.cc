#include "common/time/steady_cond_var.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace comity {
namespace {

TEST(SteadyCondVarTest, EverySignalReachesWhoWaits) {
  absl::Mutex mutex;
  SteadyCondVar changed;
  bool turn = false;
  // Two who take turns; each signal has to wake the other.
  const auto play = [&](bool own) {
    for (int i = 0; i < 10'000; ++i) {
      const absl::MutexLock lock(&mutex);
      if (!changed.AwaitFor(&mutex, absl::Minutes(1), [&] { return turn == own; })) return false;
      turn = !own;
      if (i % 2 == 0) {
        changed.Signal();
      } else {
        changed.SignalAll();
      }
    }
    return true;
  };

  bool one = false;
  std::thread thread([&] { one = play(true); });
  const bool other = play(false);
  thread.join();

  EXPECT_TRUE(one);
  EXPECT_TRUE(other);
}

TEST(SteadyCondVarTest, WhatHoldsIsLookedAtOnce) {
  absl::Mutex mutex;
  SteadyCondVar changed;
  int looked = 0;
  const absl::MutexLock lock(&mutex);

  EXPECT_TRUE(changed.AwaitFor(&mutex, absl::InfiniteDuration(), [&] { return ++looked > 0; }));

  EXPECT_EQ(looked, 1);
}

TEST(SteadyCondVarTest, WhatDoesNotHoldIsNotAwaitedWithoutPatience) {
  absl::Mutex mutex;
  SteadyCondVar changed;
  const absl::MutexLock lock(&mutex);

  EXPECT_FALSE(changed.AwaitFor(&mutex, absl::ZeroDuration(), [] { return false; }));
}

}  // namespace
}  // namespace comity
