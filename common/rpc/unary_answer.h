#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/gate_core.h"

namespace grpc {
class ServerUnaryReactor;
}

namespace comity::rpc {

// How long who has more calls on their way than his share, or calls too often, waits to hear so.
inline constexpr absl::Duration kRefusalHeld = absl::Milliseconds(100);

// Answers a unary call. `core` outlives all calls.
void SendAnswer(GateCore& core, grpc::ServerUnaryReactor& reactor, const CallRecord& record,
                const absl::Status& outcome);

// Answers a unary call that was refused before its body ran. A refusal costs nearly what an answer
// costs, and a caller who takes each as leave to call again would have the service do nothing else:
// one that is of his own doing is held for `kRefusalHeld`, so that he makes no more of them a
// second than ten times the calls he has on their way. No thread waits meanwhile.
void SendRefusal(GateCore& core, grpc::ServerUnaryReactor& reactor, CallRecord record,
                 absl::Status refusal);

}  // namespace comity::rpc
