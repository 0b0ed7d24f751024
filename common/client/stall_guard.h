#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/steady_cond_var.h"

namespace grpc {
class ClientContext;
}  // namespace grpc

namespace comity::client {

// Cancels a call on which nothing has happened for a while: the other side may be gone without a
// word. Lives on the stack beside the call.
class StallGuard {
 public:
  // `context` is not owned.
  StallGuard(grpc::ClientContext* context, absl::Duration patience);
  // Waits for its thread.
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  // Something happened.
  void Touch();

 private:
  void Watch();

  grpc::ClientContext* const context_;
  const absl::Duration patience_;
  absl::Mutex mutex_;
  SteadyCondVar over_;
  bool touched_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace comity::client
