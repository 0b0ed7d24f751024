#pragma once

#include <cstdint>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/steady_cond_var.h"

namespace comity::storage {

// The order in which the writers of one SQLite file come to write: that in which they asked. SQLite
// itself lets them try again after a pause, so that one that writes without end keeps the others
// out. Thread-safe.
class WriteTurns {
 public:
  // Waits for a turn. False: `patience` was over first.
  bool Take(absl::Duration patience);

  void GiveBack();

 private:
  absl::Mutex mutex_;
  SteadyCondVar changed_;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::int64_t> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::storage
