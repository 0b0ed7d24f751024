#include "common/client/task.h"

#include <grpcpp/client_context.h>

#include "common/status/error.h"

namespace comity::client {

void Cancellation::Cancel() {
  const absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* const call : calls_) call->TryCancel();
}

bool Cancellation::cancelled() const {
  const absl::MutexLock lock(&mutex_);
  return cancelled_;
}

absl::Status Cancellation::Check() const {
  if (!cancelled()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kCancelled,
                   "It was stopped; what was done so far is kept, and the same call goes on.",
                   {.reason = "CANCELLED_BY_CALLER"});
}

Cancellation::Scope::Scope(Cancellation* cancellation, grpc::ClientContext* context)
    : cancellation_(cancellation), context_(context) {
  if (cancellation_ == nullptr) return;
  const absl::MutexLock lock(&cancellation_->mutex_);
  cancellation_->calls_.insert(context_);
  if (cancellation_->cancelled_) context_->TryCancel();
}

Cancellation::Scope::~Scope() {
  if (cancellation_ == nullptr) return;
  const absl::MutexLock lock(&cancellation_->mutex_);
  cancellation_->calls_.erase(context_);
}

}  // namespace comity::client
