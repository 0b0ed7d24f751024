#include "common/client/stall_guard.h"

#include <grpcpp/client_context.h>

namespace comity::client {

StallGuard::StallGuard(grpc::ClientContext* context, absl::Duration patience)
    : context_(context), patience_(patience), thread_([this] { Watch(); }) {}

StallGuard::~StallGuard() {
  {
    const absl::MutexLock lock(&mutex_);
    done_ = true;
  }
  thread_.join();
}

void StallGuard::Touch() {
  const absl::MutexLock lock(&mutex_);
  touched_ = true;
}

void StallGuard::Watch() {
  const absl::MutexLock lock(&mutex_);
  while (!mutex_.AwaitWithTimeout(absl::Condition(&done_), patience_)) {
    if (!touched_) {
      context_->TryCancel();
      return;
    }
    touched_ = false;
  }
}

}  // namespace comity::client
