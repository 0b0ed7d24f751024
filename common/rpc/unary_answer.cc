#include "common/rpc/unary_answer.h"

#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <utility>

#include "common/status/error.h"

namespace comity::rpc {
namespace {

// Not that the service is busy, for which others are to blame as well.
bool IsCallersDoing(const absl::Status& refusal) {
  return absl::IsResourceExhausted(refusal) && ReasonOf(refusal) != "TOO_BUSY";
}

}  // namespace

void SendAnswer(GateCore& core, grpc::ServerUnaryReactor& reactor, const CallRecord& record,
                const absl::Status& outcome) {
  reactor.Finish(core.End(record, outcome));
  if (record.call != nullptr) record.call->MarkSent();
}

void SendRefusal(GateCore& core, grpc::ServerUnaryReactor& reactor, CallRecord record,
                 absl::Status refusal) {
  if (!IsCallersDoing(refusal)) return SendAnswer(core, reactor, record, refusal);
  auto* const alarm = new grpc::Alarm;
  alarm->Set(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kRefusalHeld),
             [alarm, &core, &reactor, record = std::move(record),
              refusal = std::move(refusal)](bool /*due*/) {
               SendAnswer(core, reactor, record, refusal);
               delete alarm;
             });
}

}  // namespace comity::rpc
