#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/metrics/metrics.h"
#include "common/rpc/evidence.h"
#include "common/time/clock.h"
#include "common/time/steady_cond_var.h"

namespace comity::rpc {

// Turns refusals before any handler into evidence without holding up gRPC's threads: the first of
// each (caller, method, reason) a minute is recorded at once, the rest of that minute as one count.
// Bounded; what it drops is counted. Thread-safe.
class TableRefusals {
 public:
  // None is owned. `dropped` counts what could not be recorded.
  TableRefusals(RefusalRecorder* recorder, const Clock* clock, metrics::Counter* dropped);
  // Records what is pending.
  ~TableRefusals();

  void Add(absl::string_view caller, absl::string_view method, absl::string_view reason);

  // Records the counts of minutes that are over; the thread does so every second.
  void RecordCounts();

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Minute {
    absl::Time since;
    absl::Time first_counted;
    std::int64_t count = 0;  // After the first, which was recorded.
  };
  void Run();
  void Record(const TableRefusal& refusal);
  void CollectCounts(bool all) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RefusalRecorder* const recorder_;
  const Clock* const clock_;
  metrics::Counter* const dropped_;
  absl::Mutex mutex_;
  SteadyCondVar wake_;
  std::map<Key, Minute> minutes_ ABSL_GUARDED_BY(mutex_);
  std::deque<TableRefusal> pending_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace comity::rpc
