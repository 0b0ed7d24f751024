#include "common/time/clock.h"

#include <ctime>

namespace comity {
namespace {

class MachineClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }

  absl::Duration SinceBoot() const override {
    timespec reading{};
    clock_gettime(CLOCK_BOOTTIME, &reading);
    return absl::DurationFromTimespec(reading);
  }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

absl::Time ManualClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

absl::Duration ManualClock::SinceBoot() const {
  absl::MutexLock lock(&mutex_);
  return since_boot_;
}

void ManualClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  now_ += by;
  since_boot_ += by;
}

}  // namespace comity
