#include "common/time/steady_cond_var.h"

#include <algorithm>
#include <chrono>

namespace comity {
namespace {

// As the standard library locks.
class Lockable {
 public:
  explicit Lockable(absl::Mutex* mutex) : mutex_(mutex) {}
  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_->Lock(); }
  void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_->Unlock(); }

 private:
  absl::Mutex* const mutex_;
};

// Longer ones would not fit the clock's range.
constexpr absl::Duration kLongest = absl::Hours(24 * 365);

std::chrono::nanoseconds Bounded(absl::Duration timeout) {
  return absl::ToChronoNanoseconds(std::clamp(timeout, absl::ZeroDuration(), kLongest));
}

}  // namespace

void SteadyCondVar::Wait(absl::Mutex* mutex) {
  Lockable lockable(mutex);
  condition_.wait(lockable);
}

void SteadyCondVar::WaitFor(absl::Mutex* mutex, absl::Duration timeout) {
  Lockable lockable(mutex);
  condition_.wait_for(lockable, Bounded(timeout));
}

bool SteadyCondVar::AwaitFor(absl::Mutex* mutex, absl::Duration timeout,
                             absl::FunctionRef<bool()> holds) {
  Lockable lockable(mutex);
  return condition_.wait_for(lockable, Bounded(timeout), holds);
}

}  // namespace comity
