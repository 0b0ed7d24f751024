#include "common/release/release_lock.h"

namespace comity {

ReleasePermit ReleaseLock::Share() {
  {
    const auto open = [this] {
      mutex_.AssertReaderHeld();
      return !excluding_;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&open));
    ++permits_;
  }
  return {this, [self = shared_from_this()](const void*) { self->GiveBack(); }};
}

void ReleaseLock::Exclude(absl::FunctionRef<void()> apply) {
  const auto open = [this] {
    mutex_.AssertReaderHeld();
    return !excluding_;
  };
  const auto unused = [this] {
    mutex_.AssertReaderHeld();
    return permits_ == 0;
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&open));
  excluding_ = true;
  mutex_.Await(absl::Condition(&unused));
  apply();
  excluding_ = false;
}

void ReleaseLock::GiveBack() {
  const absl::MutexLock lock(&mutex_);
  --permits_;
}

}  // namespace comity
