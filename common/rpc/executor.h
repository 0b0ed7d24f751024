#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace comity::rpc {

// A fixed number of threads behind a bounded queue that callers share fairly: the next piece of
// work is that of the caller served least recently, no caller may hold more than a quarter of the
// queue, nor more than is left for the others, nor, where work may wait for its caller, more than
// his share of the threads. Thread-safe.
//
// A queue that does not empty makes everybody late and nobody's work done sooner. So the whole of
// it is for bursts; once it has stood for `burst`, and until a second has passed without a refusal,
// the bound is `standing_queue`: what is admitted waits about as long as that much takes to run,
// however fast the machine.
class Executor {
 public:
  struct Options {
    std::string name;  // For thread names and errors.
    std::size_t threads = 16;
    std::size_t queue = 1024;        // Pieces of work waiting, at most.
    std::size_t standing_queue = 0;  // The same once the queue stands. 0: `queue`.
    absl::Duration burst = absl::Milliseconds(100);
    const Clock* clock = &SystemClock();  // Not owned.
    // Pieces of one caller's work that run at the same time, at most; his others wait. 0: no limit.
    std::size_t running_of_a_caller = 0;
  };
  explicit Executor(Options options);
  // Runs what is queued, then joins.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Queues `work` for `caller`. RESOURCE_EXHAUSTED `TOO_BUSY` or `TOO_MANY_CALLS` (this caller's
  // share is used up), both with a time to wait; `work` is dropped then.
  absl::Status Submit(absl::string_view caller, std::function<void()> work);

  // The same past every limit: for work that finishes something already admitted.
  void SubmitAdmitted(absl::string_view caller, std::function<void()> work);

  // Pieces of work waiting.
  std::size_t queued() const;

 private:
  // One caller's work.
  struct Line {
    std::deque<std::function<void()>> work;
    std::size_t running = 0;
  };
  using Lines = std::unordered_map<std::string, Line>;
  void Enqueue(absl::string_view caller, std::function<void()> work);
  // `line` has no turn: it gets one if it has work that may run.
  void TakeTurn(const Lines::value_type& line);
  void Run();

  const Options options_;
  const absl::Status too_busy_;  // Made once: under overload refusing must cost little.
  const absl::Status too_many_calls_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Lines lines_;                  // By caller; guarded by mutex_, as all below.
  std::list<std::string> turn_;  // Callers with work that may run, next first.
  std::size_t queued_ = 0;
  absl::Duration standing_since_;    // When the queue was last empty, since boot.
  absl::Duration overloaded_until_;  // A second after the last call that a standing queue refused.
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace comity::rpc
