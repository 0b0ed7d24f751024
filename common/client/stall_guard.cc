#include "common/client/stall_guard.h"

#include <grpcpp/client_context.h>

namespace comity::client {

StallGuard::StallGuard(grpc::ClientContext* context, absl::Duration patience)
    : context_(context), patience_(patience), thread_([this] { Watch(); }) {}

StallGuard::~StallGuard() {
  {
    const absl::MutexLock lock(&mutex_);
    done_ = true;
    over_.SignalAll();
  }
  thread_.join();
}

void StallGuard::Touch() {
  const absl::MutexLock lock(&mutex_);
  touched_ = true;
}

void StallGuard::Watch() {
  const absl::MutexLock lock(&mutex_);
  const auto done = [this] {
    mutex_.AssertHeld();
    return done_;
  };
  while (!over_.AwaitFor(&mutex_, patience_, done)) {
    if (!touched_) {
      context_->TryCancel();
      return;
    }
    touched_ = false;
  }
}

}  // namespace comity::client
