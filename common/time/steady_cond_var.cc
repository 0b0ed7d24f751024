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

// One more who waits.
class SteadyCondVar::Waiting {
 public:
  explicit Waiting(SteadyCondVar* condition) : condition_(condition) { ++condition_->waiting_; }
  ~Waiting() { --condition_->waiting_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  SteadyCondVar* const condition_;
};

void SteadyCondVar::Wait(absl::Mutex* mutex) {
  const Waiting waiting(this);
  Lockable lockable(mutex);
  condition_.wait(lockable);
}

void SteadyCondVar::WaitFor(absl::Mutex* mutex, absl::Duration timeout) {
  const Waiting waiting(this);
  Lockable lockable(mutex);
  condition_.wait_for(lockable, Bounded(timeout));
}

bool SteadyCondVar::AwaitFor(absl::Mutex* mutex, absl::Duration timeout,
                             absl::FunctionRef<bool()> holds) {
  if (holds()) return true;
  const auto deadline = std::chrono::steady_clock::now() + Bounded(timeout);
  const Waiting waiting(this);
  Lockable lockable(mutex);
  do {
    if (condition_.wait_until(lockable, deadline) == std::cv_status::timeout) return holds();
  } while (!holds());
  return true;
}

}  // namespace comity
