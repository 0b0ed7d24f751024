// Somebody sets the system's clock an hour back and forth: what waits for a while waits no longer
// than that, and what is recorded stays in order.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/service/timekeeper.h"
#include "common/time/clock.h"
#include "common/time/steady_cond_var.h"
#include "tests/testing/faults/control.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity {
namespace {

using testing::IsOk;

// Far more than any wait here, far less than the jump.
constexpr absl::Duration kPatience = absl::Seconds(20);

void SetClock(absl::Duration ahead) {
  // Never by nothing: the shim then takes the clock for one that does not jump.
  testing::faults::ThisProcess().clock_nanos = absl::ToInt64Nanoseconds(ahead) + 1;
}

bool Eventually(const std::function<bool()>& holds) {
  const absl::Duration end = SystemClock().SinceBoot() + kPatience;
  while (!holds()) {
    if (SystemClock().SinceBoot() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

class ClockJumpsTest : public ::testing::Test {
 protected:
  ClockJumpsTest() { SetClock(absl::Hours(1)); }
  ~ClockJumpsTest() override { testing::faults::ThisProcess().clock_nanos = 0; }
};

TEST_F(ClockJumpsTest, TheClockOfTheTestReallyJumps) {
  const absl::Time before = SystemClock().Now();

  SetClock(absl::ZeroDuration());

  EXPECT_LT(SystemClock().Now(), before - absl::Minutes(50));
}

TEST_F(ClockJumpsTest, AWaitEndsAfterItsTimeThoughTheClockIsSetBack) {
  absl::Mutex mutex;
  SteadyCondVar changed;
  std::atomic<bool> held = false;
  std::atomic<bool> over = false;
  bool met = true;
  std::thread waiting([&] {
    const absl::MutexLock lock(&mutex);
    // Asked under the lock, just before it sleeps.
    met = changed.AwaitFor(&mutex, absl::Milliseconds(300), [&] {
      held = true;
      return false;
    });
    over = true;
  });
  EXPECT_TRUE(Eventually([&] { return held.load(); }));
  {
    // It sleeps: it has given the lock up.
    const absl::MutexLock lock(&mutex);
    SetClock(absl::ZeroDuration());
  }

  EXPECT_TRUE(Eventually([&] { return over.load(); }));
  {
    const absl::MutexLock lock(&mutex);
    changed.SignalAll();
  }
  waiting.join();
  EXPECT_FALSE(met);
}

TEST_F(ClockJumpsTest, AWaitDoesNotEndBeforeItsTimeThoughTheClockIsSetForward) {
  absl::Mutex mutex;
  SteadyCondVar changed;
  std::atomic<bool> held = false;
  std::atomic<bool> over = false;
  bool wanted = false;
  bool met = false;
  std::thread waiting([&] {
    const absl::MutexLock lock(&mutex);
    met = changed.AwaitFor(&mutex, absl::Minutes(10), [&] {
      held = true;
      return wanted;
    });
    over = true;
  });
  EXPECT_TRUE(Eventually([&] { return held.load(); }));
  {
    const absl::MutexLock lock(&mutex);
    SetClock(absl::Hours(2));
    // Abseil's waits would end at this.
    wanted = true;
    EXPECT_FALSE(over);
    changed.SignalAll();
  }
  waiting.join();
  EXPECT_TRUE(met);
}

TEST_F(ClockJumpsTest, WhatIsDoneRegularlyGoesOnBeingDone) {
  std::atomic<int> turns = 0;
  service::Timekeeper timekeeper(absl::Milliseconds(20), [&] { ++turns; });
  for (int round = 0; round < 4; ++round) {
    const int before = turns;
    ASSERT_TRUE(Eventually([&] { return turns > before; }));

    SetClock(round % 2 == 0 ? absl::ZeroDuration() : absl::Hours(1));

    ASSERT_TRUE(Eventually([&] { return turns > before + 3; })) << "round " << round;
  }
}

TEST_F(ClockJumpsTest, CheckpointsGoOnBeingPublishedAndTheLedgerStaysInOrder) {
  const testing::TempDirectory root;
  auto opened = journal::Journal::Open(testing::TestJournalOptions(root.path()));
  ASSERT_THAT(opened, IsOk());
  journal::Journal& journal = **opened;

  constexpr int kRounds = 6;
  constexpr int kEach = 8;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kEach; ++i) {
      const std::string id = absl::StrCat(round, "-", i);
      ASSERT_THAT(
          journal.Mutate(
              {.caller = "clock", .method = "test/Write"},
              [&](journal::Turn& turn) {
                turn.SetResource(id);
                if (auto put = turn.Put("thing", id, id); !put.ok()) return put;
                return turn.AddLeaf({.kind = journal::kMutationEntry, .resource = id}).status();
              }),
          IsOk());
    }
    // The publisher waits for more to gather just now.
    SetClock(round % 2 == 0 ? absl::ZeroDuration() : absl::Hours(1));

    ASSERT_TRUE(Eventually([&] { return journal.stats().leaves_unpublished == 0; }))
        << "round " << round << ": " << journal.stats().leaves_unpublished
        << " entries are under no published checkpoint";
  }

  const auto entries = journal.ReadEntries(0, kRounds * kEach + 1);
  ASSERT_THAT(entries, IsOk());
  ASSERT_EQ(entries->size(), static_cast<std::size_t>(kRounds * kEach));
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const journal::Entry& entry = (*entries)[i];
    EXPECT_EQ(entry.leaf_index, static_cast<std::int64_t>(i));
    EXPECT_EQ(entry.revision, static_cast<std::int64_t>(i) + 1);
    if (i > 0) {
      EXPECT_GE(entry.commit_time, (*entries)[i - 1].commit_time) << i;
    }
  }
}

}  // namespace
}  // namespace comity
