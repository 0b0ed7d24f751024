#include "common/rpc/table_refusals.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace comity::rpc {
namespace {

class Recorder final : public RefusalRecorder {
 public:
  absl::Status RecordRefusal(const Call&, const absl::Status&) override { return absl::OkStatus(); }
  absl::Status RecordTableRefusal(const TableRefusal& refusal) override {
    const absl::MutexLock lock(&mutex_);
    if (fails) return absl::UnavailableError("no disk");
    refusals_.push_back(refusal);
    changed_.SignalAll();
    return absl::OkStatus();
  }

  std::vector<TableRefusal> Wait(std::size_t count) {
    const absl::MutexLock lock(&mutex_);
    while (refusals_.size() < count) changed_.Wait(&mutex_);
    return refusals_;
  }

  bool fails = false;  // Set before use.

 private:
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::vector<TableRefusal> refusals_ ABSL_GUARDED_BY(mutex_);
};

class TableRefusalsTest : public ::testing::Test {
 protected:
  ManualClock clock_{absl::FromUnixSeconds(1795455720)};
  metrics::Metrics metrics_;
  metrics::Counter& dropped_ = metrics_.AddCounter("dropped_total", "Dropped.", {});
  Recorder recorder_;
};

TEST_F(TableRefusalsTest, TheFirstOfAMinuteIsRecordedAndTheRestCounted) {
  TableRefusals refusals(&recorder_, &clock_, &dropped_);
  for (int i = 0; i < 5; ++i) refusals.Add("a", "m", "ACCESS_DENIED");
  refusals.Add("b", "m", "ACCESS_DENIED");
  recorder_.Wait(2);

  clock_.Advance(absl::Seconds(61));
  refusals.RecordCounts();

  const std::vector<TableRefusal> recorded = recorder_.Wait(3);
  EXPECT_EQ(recorded[0].caller, "a");
  EXPECT_EQ(recorded[0].count, 1);
  EXPECT_EQ(recorded[1].caller, "b");
  EXPECT_EQ(recorded[2].caller, "a");
  EXPECT_EQ(recorded[2].count, 4);
}

TEST_F(TableRefusalsTest, CountsAreNotLostWhenTheProcessStops) {
  {
    TableRefusals refusals(&recorder_, &clock_, &dropped_);
    for (int i = 0; i < 3; ++i) refusals.Add("a", "m", "ACCESS_DENIED");
  }

  EXPECT_EQ(recorder_.Wait(2)[1].count, 2);
}

TEST_F(TableRefusalsTest, WhatCannotBeRecordedIsCounted) {
  recorder_.fails = true;
  {
    TableRefusals refusals(&recorder_, &clock_, &dropped_);
    for (int i = 0; i < 3; ++i) refusals.Add("a", "m", "ACCESS_DENIED");
  }

  EXPECT_EQ(dropped_.Value(), 3);
}

TEST_F(TableRefusalsTest, AFloodOfDifferentCallersIsBounded) {
  recorder_.fails = true;
  {
    TableRefusals refusals(&recorder_, &clock_, &dropped_);
    for (int i = 0; i < 10000; ++i) refusals.Add(std::to_string(i), "m", "ACCESS_DENIED");
  }

  EXPECT_EQ(dropped_.Value(), 10000);
}

}  // namespace
}  // namespace comity::rpc
