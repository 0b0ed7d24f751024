#pragma once

#include "absl/synchronization/mutex.h"

namespace comity {

// For a process that is to be fast, before it locks anything: Debian builds Abseil for debugging,
// so that every lock, gRPC's too, would look for cycles. Tests let it look.
inline void LookForNoDeadlocks() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace comity
