#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace comity {

// Tells the time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time: for what is recorded and shown, never for order.
  virtual absl::Time Now() const = 0;

  // Time since boot, suspension included (CLOCK_BOOTTIME): for leases and timeouts.
  virtual absl::Duration SinceBoot() const = 0;
};

// The machine's clocks. Lives for the whole process.
const Clock& SystemClock();

// A clock that stands still until it is moved; both readings move together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}

  absl::Time Now() const override;
  absl::Duration SinceBoot() const override;

  void Advance(absl::Duration by);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration since_boot_ ABSL_GUARDED_BY(mutex_) = absl::Hours(1);
};

}  // namespace comity
