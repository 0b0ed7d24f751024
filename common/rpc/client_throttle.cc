#include "common/rpc/client_throttle.h"

#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "common/rpc/grpc_status.h"
#include "common/status/error.h"

namespace comity::rpc {
namespace {

constexpr absl::Duration kMemory = absl::Seconds(1);  // What is so old counts a third.
constexpr double kMore = 1.2;                         // Times what is taken on.
constexpr double kFew = 10;                           // Calls that hardly throttle anybody.

using grpc::experimental::ClientInterceptorFactoryInterface;
using grpc::experimental::ClientRpcInfo;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;

bool WantsRoom(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         DetailsOf(ToAbslStatus(status)).retry_after.has_value();
}

// One call on its way. Held back, it is answered here and nothing is sent.
class Throttled final : public Interceptor {
 public:
  explicit Throttled(std::shared_ptr<ClientThrottle> throttle) : throttle_(std::move(throttle)) {}

  void Intercept(InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      held_back_ = throttle_->Admit();
      if (!held_back_.ok()) return batch->Hijack();
    }
    if (!held_back_.ok() &&
        batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_RECV_STATUS)) {
      *batch->GetRecvStatus() = ToGrpcStatus(held_back_, "client.comity.example", "");
    }
    if (held_back_.ok() &&
        batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS)) {
      throttle_->Note(WantsRoom(*batch->GetRecvStatus()));
    }
    batch->Proceed();
  }

 private:
  const std::shared_ptr<ClientThrottle> throttle_;
  absl::Status held_back_;
};

class Throttling final : public ClientInterceptorFactoryInterface {
 public:
  explicit Throttling(const Clock* clock) : clock_(clock) {}

  Interceptor* CreateClientInterceptor(ClientRpcInfo* info) override {
    if (info->type() != ClientRpcInfo::Type::UNARY) return nullptr;
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<ClientThrottle>& throttle = by_method_[info->method()];
    if (throttle == nullptr) throttle = std::make_shared<ClientThrottle>(clock_);
    return new Throttled(throttle);
  }

 private:
  const Clock* const clock_;
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<ClientThrottle>, std::less<>> by_method_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace

ClientThrottle::ClientThrottle(const Clock* clock)
    : clock_(clock),
      held_back_(MakeError(absl::StatusCode::kResourceExhausted,
                           "the service refuses calls for want of room, so this one was not made; "
                           "try again later, or make fewer.",
                           {.reason = "HELD_BACK", .retry_after = absl::Seconds(1)})),
      last_(clock->SinceBoot()) {}

absl::Status ClientThrottle::Admit() {
  absl::MutexLock lock(&mutex_);
  Forget();
  due_ = std::max(0.0, due_ + (wanted_ - kMore * taken_) / (wanted_ + kFew));
  if (due_ < 1) return absl::OkStatus();
  due_ -= 1;
  wanted_ += 1;
  return held_back_;
}

void ClientThrottle::Note(bool refused) {
  absl::MutexLock lock(&mutex_);
  Forget();
  wanted_ += 1;
  if (!refused) taken_ += 1;
}

void ClientThrottle::Forget() {
  const absl::Duration now = clock_->SinceBoot();
  const double left = std::exp(-absl::FDivDuration(now - last_, kMemory));
  wanted_ *= left;
  taken_ *= left;
  last_ = now;
}

std::unique_ptr<ClientInterceptorFactoryInterface> ThrottleUnaryCalls(const Clock* clock) {
  return std::make_unique<Throttling>(clock);
}

}  // namespace comity::rpc
