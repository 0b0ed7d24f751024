#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

namespace comity {

// Leave to hand something over, for as long as it or a copy is kept; given back on any thread.
using ReleasePermit = std::shared_ptr<const void>;

// Between hand-overs and barriers: any number of the former at a time, or one of the latter. A
// barrier waits for the permits that are out and lets no new ones out meanwhile, so that a stream
// of releases cannot hold a withdrawal up. Thread-safe.
class ReleaseLock : public std::enable_shared_from_this<ReleaseLock> {
 public:
  // Waits while a barrier is being applied. A holder never asks for a second permit: a barrier
  // between the two would wait for the first, and the second for the barrier. The permit may
  // outlive whoever holds the lock.
  ReleasePermit Share();

  // Runs `apply` while no permit is out.
  void Exclude(absl::FunctionRef<void()> apply);

 private:
  void GiveBack();

  absl::Mutex mutex_;
  int permits_ ABSL_GUARDED_BY(mutex_) = 0;
  bool excluding_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace comity
