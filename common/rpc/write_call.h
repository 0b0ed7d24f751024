#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/rpc/gate_core.h"
#include "common/rpc/turns.h"

namespace comity::rpc {

class WriteCall;

// The answer that a call's body has promised. Given exactly once, on whatever thread, by one of its
// copies: a second answer, or none when the last copy is gone, ends the process. Until it is given,
// call, request and response live.
class Answer {
 public:
  explicit Answer(std::shared_ptr<WriteCall> call) : call_(std::move(call)) {}

  // Does not block.
  void operator()(absl::Status outcome) const;

  // Where it takes something that may block: `work` makes the answer, on the write executor.
  void From(std::function<absl::Status()> work) const;

 private:
  std::shared_ptr<WriteCall> call_;
};

// A unary call from when it has passed the gate until it is answered, without a thread of its own.
// Used through CallGate only; bodies see it as a place to promise their answer.
class WriteCall : public std::enable_shared_from_this<WriteCall> {
 public:
  WriteCall(GateCore* core, grpc::ServerUnaryReactor* reactor, CallRecord record)
      : core_(core), reactor_(reactor), record_(std::move(record)) {}
  ~WriteCall();
  WriteCall(const WriteCall&) = delete;
  WriteCall& operator=(const WriteCall&) = delete;

  const Call& call() const { return *record_.call; }

  // For bodies: the answer comes later, and what the body returns, OK, is none. Once.
  Answer Promise();

  // For the gate: `turn` has come, which ends with the call.
  void Begin(Turns::Turn turn, absl::FunctionRef<absl::Status()> body);
  // The call is refused without its turn.
  void Refuse(absl::Status refusal);

 private:
  friend class Answer;

  // The one answer is given now.
  void Answered();
  // Sends `outcome`, with its evidence if it needs any.
  void Give(absl::Status outcome);
  void Continue(std::function<absl::Status()> work);
  void Send(const absl::Status& outcome);

  GateCore* const core_;
  grpc::ServerUnaryReactor* const reactor_;
  CallRecord record_;
  Turns::Turn turn_;
  bool promised_ = false;  // Of the thread that runs the body.
  std::atomic<bool> answered_ = false;
};

}  // namespace comity::rpc
