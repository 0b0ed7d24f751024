#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace grpc::experimental {
class ClientInterceptorFactoryInterface;
}

namespace comity::rpc {

// What a client does not even ask of a service that has no room: a refusal costs the service nearly
// as much as an answer, so whoever goes on asking takes from it what answering needs.
//
// While calls are refused for want of room, a fifth more are made than the service takes on, and
// the others fail here: enough to notice within seconds that there is room again. Whoever makes few
// calls is hardly held back. The way is that of Site Reliability Engineering (O'Reilly 2016),
// chapter 21, "client-side throttling", with the memory of about a second. Thread-safe.
class ClientThrottle {
 public:
  // `clock` is not owned.
  explicit ClientThrottle(const Clock* clock);

  // Before a call. RESOURCE_EXHAUSTED `HELD_BACK`, with a time to wait: it must not be made.
  absl::Status Admit();
  // After a call that was made: whether it was refused for want of room.
  void Note(bool refused);

 private:
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);  // What has become old.

  const Clock* const clock_;
  const absl::Status held_back_;  // Made once.
  absl::Mutex mutex_;
  absl::Duration last_ ABSL_GUARDED_BY(mutex_);  // When it last forgot, since boot.
  // Calls of late, held back or answered, the older the less; those the service took on; the part
  // of a call that should have been held back and was not.
  double wanted_ ABSL_GUARDED_BY(mutex_) = 0;
  double taken_ ABSL_GUARDED_BY(mutex_) = 0;
  double due_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Throttles the unary calls of one channel, each method for itself: a flood of reads keeps no
// withdrawal from being made. `clock` is not owned and outlives it.
std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> ThrottleUnaryCalls(
    const Clock* clock);

}  // namespace comity::rpc
