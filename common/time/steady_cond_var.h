#pragma once

#include <atomic>
#include <condition_variable>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace comity {

// A condition variable for an absl::Mutex whose time limits run by the steady clock.
//
// Abseil's own timed waits are for a moment of CLOCK_REALTIME in the version we build with: when
// somebody sets the clock back an hour, whoever waits for 200 ms wakes an hour late. Therefore no
// code of a service waits with absl::CondVar::WaitWithTimeout, absl::Mutex::AwaitWithTimeout or
// absl::Notification::WaitForNotificationWithTimeout.
//
// Unlike with absl::Condition, whoever changes what is waited for must signal. He changes it under
// the mutex, and signals then or later; it costs him a load while nobody waits. Thread-safe.
class SteadyCondVar {
 public:
  SteadyCondVar() = default;
  SteadyCondVar(const SteadyCondVar&) = delete;
  SteadyCondVar& operator=(const SteadyCondVar&) = delete;

  // May return without a signal.
  void Wait(absl::Mutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // As Wait, for at most `timeout`.
  void WaitFor(absl::Mutex* mutex, absl::Duration timeout) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // Waits until `holds` (called under `mutex`) or `timeout` is over; whether it holds.
  bool AwaitFor(absl::Mutex* mutex, absl::Duration timeout, absl::FunctionRef<bool()> holds)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  void Signal() {
    if (waiting_ > 0) condition_.notify_one();
  }
  void SignalAll() {
    if (waiting_ > 0) condition_.notify_all();
  }

 private:
  class Waiting;

  std::atomic<int> waiting_ = 0;           // Raised under the mutex.
  std::condition_variable_any condition_;  // Standard lock: Abseil has no wait by this clock.
};

}  // namespace comity
