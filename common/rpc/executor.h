#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/fair_queue.h"
#include "common/time/clock.h"

namespace comity::rpc {

// A fixed number of threads behind a FairQueue, for work that blocks. Thread-safe.
class Executor {
 public:
  struct Options {
    std::string name;  // For thread names.
    std::size_t threads = 16;
    // As of FairQueue.
    std::size_t queue = 1024;
    std::size_t standing_queue = 0;
    absl::Duration burst = absl::Milliseconds(100);
    const Clock* clock = &SystemClock();
    std::size_t running_of_a_caller = 0;
    // By how much the threads are nicer than the one that makes them (MakeNicer).
    int nicer = 0;
  };
  explicit Executor(Options options);
  // Runs what is queued, then joins.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Queues `work` for `caller`; refuses as FairQueue::Push.
  absl::Status Submit(absl::string_view caller, std::function<void()> work);

  // The same past every limit: for work that finishes something already admitted.
  void SubmitAdmitted(absl::string_view caller, std::function<void()> work);

  // Pieces of work waiting.
  std::size_t queued() const;

 private:
  using Queue = FairQueue<std::function<void()>>;
  void Run();

  mutable absl::Mutex mutex_;
  absl::CondVar wake_;
  Queue queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace comity::rpc
