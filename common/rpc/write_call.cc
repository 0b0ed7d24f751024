#include "common/rpc/write_call.h"

#include <cstdio>
#include <cstdlib>

#include "common/rpc/unary_answer.h"

namespace comity::rpc {
namespace {

[[noreturn]] void Misused(const CallRecord& record, const char* how) {
  const std::string method(record.call->method());
  (void)std::fprintf(stderr, "%s: %s\n", method.c_str(), how);
  std::abort();
}

}  // namespace

void Answer::operator()(absl::Status outcome) const { call_->Give(std::move(outcome)); }

void Answer::From(std::function<absl::Status()> work) const { call_->Continue(std::move(work)); }

WriteCall::~WriteCall() {
  if (!answered_) Misused(record_, "nobody gave the answer that was promised");
}

Answer WriteCall::Promise() {
  if (std::exchange(promised_, true)) Misused(record_, "the answer was promised twice");
  return Answer(shared_from_this());
}

void WriteCall::Begin(Turns::Turn turn, absl::FunctionRef<absl::Status()> body) {
  turn_ = std::move(turn);
  absl::Status outcome = core_->StillWanted(record_);
  if (outcome.ok()) outcome = body();
  if (!promised_) {
    Give(std::move(outcome));
  } else if (!outcome.ok()) {
    Misused(record_, "the body failed after it had promised its answer");
  }
}

void WriteCall::Refuse(absl::Status refusal) {
  Answered();
  SendRefusal(*core_, *reactor_, record_, std::move(refusal));
}

void WriteCall::Give(absl::Status outcome) {
  if (!core_->WantsEvidence(record_, outcome)) return Send(outcome);
  Continue([outcome = std::move(outcome)] { return outcome; });
}

void WriteCall::Continue(std::function<absl::Status()> work) {
  core_->write_executor().SubmitAdmitted(record_.call->caller(),
                                         [self = shared_from_this(), work = std::move(work)] {
                                           self->Send(self->core_->Settle(self->record_, work()));
                                         });
}

void WriteCall::Send(const absl::Status& outcome) {
  Answered();
  SendAnswer(*core_, *reactor_, record_, outcome);
  turn_.End();
}

void WriteCall::Answered() {
  if (answered_.exchange(true)) Misused(record_, "the call was answered twice");
}

}  // namespace comity::rpc
