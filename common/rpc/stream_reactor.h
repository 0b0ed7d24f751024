#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/gate_core.h"
#include "common/rpc/open_streams.h"
#include "common/rpc/streams.h"
#include "common/time/steady_cond_var.h"

namespace comity::rpc {

// Stands for "no message" where a stream goes one way only.
struct NoMessage {};

// One stream of the callback API, whatever its shape: the bridge between gRPC's reactions and the
// bodies, pumps and sessions of streams.h. Owns itself until gRPC is done with the call; used
// through CallGate only.
//
// gRPC's rules, which the state below keeps: at most one read and one write in flight; Finish once,
// and never while a write is in flight; nothing after OnDone. Operations start with the mutex held,
// so that none starts after a Finish; gRPC never calls a reaction from within them. A body or start
// function uses the request and response, which gRPC owns: nothing finishes the call before it has
// returned.
template <typename Reactor, typename Request, typename Response>
class StreamReactor final
    : public Reactor,
      public Exchange<Request, Response>,
      public Session<Request, Response>,
      public OpenStream,
      public std::enable_shared_from_this<StreamReactor<Reactor, Request, Response>> {
  static constexpr bool kReads = !std::is_same_v<Request, NoMessage>;
  static constexpr bool kWrites = !std::is_same_v<Response, NoMessage>;
  // Messages on their way out. Four of a few hundred KiB keep a fast connection busy.
  static constexpr std::size_t kRoom = 4;
  using Pump = typename Outflow<Response>::Pump;

 public:
  using Body = std::function<absl::Status(const Call&, StreamReactor&)>;
  using StartFunction = std::function<absl::Status(std::shared_ptr<StreamReactor>)>;

  // Begins the call and runs `body` on the bulk executor.
  static Reactor* RunBody(GateCore* core, grpc::CallbackServerContext* context,
                          const MethodEntry* method, const google::protobuf::Message* request,
                          Body body) {
    const std::shared_ptr<StreamReactor> stream = Make(core, context, method, request);
    if (!stream->record_.refused.ok()) return stream->Refuse(stream->record_.refused);
    const absl::Status queued = core->bulk_executor().Submit(
        stream->record_.call->share(), [stream, body = std::move(body)] {
          absl::Status outcome = stream->core_->StillWanted(stream->record_);
          if (outcome.ok()) {
            outcome = stream->core_->Settle(stream->record_, body(stream->call(), *stream));
          }
          stream->Returned(std::move(outcome));
        });
    if (!queued.ok()) return stream->Refuse(queued);
    return stream.get();
  }

  // Begins the call and runs `start` on the watch executor; the stream stays when it has returned.
  static Reactor* RunSession(GateCore* core, grpc::CallbackServerContext* context,
                             const MethodEntry* method, const google::protobuf::Message* request,
                             StartFunction start) {
    const std::shared_ptr<StreamReactor> stream = Make(core, context, method, request);
    if (!stream->record_.refused.ok()) return stream->Refuse(stream->record_.refused);
    const absl::Status queued = core->watch_executor().Submit(
        stream->record_.call->caller(), [stream, start = std::move(start)] {
          absl::Status outcome = stream->core_->StillWanted(stream->record_);
          if (outcome.ok()) outcome = stream->core_->Settle(stream->record_, start(stream));
          if (outcome.ok()) {
            stream->Started();
          } else {
            stream->Returned(std::move(outcome));
          }
        });
    if (!queued.ok()) return stream->Refuse(queued);
    return stream.get();
  }

  // --- Reader and Writer ---

  absl::StatusOr<bool> Read(Request* request) override {
    if constexpr (kReads) {
      const absl::MutexLock lock(&mutex_);
      ReadNext();
      const auto ready = [this] {
        mutex_.AssertHeld();
        return arrived_ || sent_all_ || Over();
      };
      if (!Await(ready)) return Stall();
      if (Over()) return WhyOver();
      if (!arrived_) return false;
      Earn(slot_.ByteSizeLong());
      *request = std::move(slot_);
      slot_ = Request();
      arrived_ = false;
      // One ahead, so that the network works while the body does.
      ReadNext();
      return true;
    } else {
      return false;
    }
  }

  absl::Status Push(Response response) override {
    const absl::MutexLock lock(&mutex_);
    const auto ready = [this] {
      mutex_.AssertHeld();
      return queue_.size() < kRoom || Over();
    };
    if (!Await(ready)) return Stall();
    if (Over()) return WhyOver();
    if constexpr (kWrites) Earn(response.ByteSizeLong());
    queue_.push_back(std::move(response));
    Advance();
    return absl::OkStatus();
  }

  // --- Outflow and Session ---

  const Call& call() const override { return *record_.call; }

  void SetPump(Pump pump) override {
    {
      const absl::MutexLock lock(&mutex_);
      pump.swap(pump_);
    }
    Wake();
  }

  void Wake() override {
    {
      const absl::MutexLock lock(&mutex_);
      if (Over() || !started_ || !pump_) return;  // Started() wakes.
      again_ = true;
      if (pumping_) return;
      pumping_ = true;
    }
    core_->watch_executor().SubmitAdmitted(call().caller(),
                                           [self = this->shared_from_this()] { self->RunPump(); });
  }

  bool HasRoom() const override {
    const absl::MutexLock lock(&mutex_);
    return !Over() && queue_.size() < kRoom;
  }

  bool TryPush(Response response) override {
    const absl::MutexLock lock(&mutex_);
    if (Over() || queue_.size() >= kRoom) return false;
    queue_.push_back(std::move(response));
    Advance();
    return true;
  }

  void Finish(absl::Status status) override {
    const absl::MutexLock lock(&mutex_);
    if (finishing_) return;
    finishing_ = true;
    outcome_ = std::move(status);
    changed_.SignalAll();
    Advance();
  }

  void OnEnd(std::function<void()> then) override {
    {
      const absl::MutexLock lock(&mutex_);
      if (!done_) {
        at_end_.push_back(std::move(then));
        return;
      }
    }
    then();
  }

  void OnMessage(std::function<absl::Status(Request)> then) override {
    const absl::MutexLock lock(&mutex_);
    on_message_ = std::move(then);
  }

  // --- OpenStream ---

  absl::Status Recheck() const override { return core_->Recheck(record_); }

  bool IsUnread() const override {
    const absl::MutexLock lock(&mutex_);
    // A body's waiting has a limit of its own.
    return started_ && writing_ && !Over() &&
           core_->clock().SinceBoot() - write_began_ > core_->unread_timeout();
  }

  void EndFromOutside(absl::Status status) override {
    Pump pump;  // Destroyed without the lock: what it holds may call back.
    const absl::MutexLock lock(&mutex_);
    if (finishing_) return;
    End(std::move(status));
    // The peer may take long to hear of it: what the pump holds is let go now.
    if (!pumping_) pump.swap(pump_);
  }

  void Cut() override {
    const absl::MutexLock lock(&mutex_);
    if (!done_) context_->TryCancel();
  }

  // --- gRPC's reactions; some shapes lack some, hence no `override` ---

  void OnReadDone(bool ok) {
    {
      const absl::MutexLock lock(&mutex_);
      reading_ = false;
      arrived_ = ok;
      if (!ok) sent_all_ = true;
      changed_.SignalAll();
      if (!on_message_ || !started_) return;
      if (ok) Deliver();
    }
    if (!ok) Finish(absl::OkStatus());
  }

  void OnWriteDone(bool ok) {
    bool wake = false;
    {
      const absl::MutexLock lock(&mutex_);
      writing_ = false;
      queue_.pop_front();
      if (!ok) broken_ = true;
      wake = queue_.size() <= kRoom / 2;
      changed_.SignalAll();
      Advance();
    }
    if (wake) Wake();
  }

  void OnCancel() override {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (record_.call != nullptr) record_.call->MarkOver();
    changed_.SignalAll();
    // A body notices by itself and finishes; nobody else would finish a stream that stays.
    if (started_ && !finishing_) {
      finishing_ = true;
      outcome_ = absl::CancelledError("the caller ended the call");
    }
    Advance();
  }

  void OnDone() override {
    std::vector<std::function<void()>> then;
    Pump pump;
    {
      const absl::MutexLock lock(&mutex_);
      done_ = true;
      if (record_.call != nullptr) record_.call->MarkOver();
      then.swap(at_end_);
      changed_.SignalAll();
      // Whoever still holds the stream must not keep alive what its functions hold.
      if (!pumping_) pump.swap(pump_);
    }
    const std::shared_ptr<StreamReactor> self = std::move(self_);
    core_->open_streams().Remove(self);
    if (!then.empty()) {
      core_->watch_executor().SubmitAdmitted(call().caller(), [self, then = std::move(then)] {
        for (const auto& function : then) function();
      });
    }
  }

 private:
  StreamReactor(GateCore* core, grpc::CallbackServerContext* context)
      : core_(core), context_(context) {}

  static std::shared_ptr<StreamReactor> Make(GateCore* core, grpc::CallbackServerContext* context,
                                             const MethodEntry* method,
                                             const google::protobuf::Message* request) {
    std::shared_ptr<StreamReactor> stream(new StreamReactor(core, context));
    stream->self_ = stream;
    stream->record_ = core->Begin(context, method, /*stream=*/true, request);
    if (stream->record_.refused.ok()) core->open_streams().Add(stream);
    return stream;
  }

  // Ends a call whose body never runs.
  Reactor* Refuse(absl::Status status) {
    Returned(std::move(status));
    return this;
  }

  // The body has returned `outcome`; what ended the call before stays the outcome.
  void Returned(absl::Status outcome) {
    const absl::MutexLock lock(&mutex_);
    running_ = false;
    if (!finishing_) {
      finishing_ = true;
      outcome_ = std::move(outcome);
    }
    Advance();
    if (stalled_) core_->CutSoon(this->weak_from_this());
  }

  // Whether nothing can be sent or received any more, except the outcome.
  bool Over() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return finishing_ || broken_ || cancelled_ || done_;
  }

  absl::Status WhyOver() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finishing_ && !outcome_.ok()) return outcome_;
    if (record_.call != nullptr && record_.call->deadline() < core_->Now()) {
      return absl::DeadlineExceededError("the deadline of the call has passed");
    }
    return absl::CancelledError("the caller ended the call");
  }

  // What has not begun to leave is dropped.
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    finishing_ = true;
    outcome_ = std::move(status);
    // The message in flight stays; gRPC reads it.
    if (!queue_.empty()) queue_.erase(queue_.begin() + (writing_ ? 1 : 0), queue_.end());
    changed_.SignalAll();
    Advance();
  }

  // False if the caller has let the body's thread wait for longer than his credit. A process that
  // slept charges him a slice of it.
  template <typename Condition>
  bool Await(const Condition& condition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const absl::Duration slice = core_->stall_timeout() / 4;
    while (credit_ > absl::ZeroDuration()) {
      const absl::Duration most = std::min(credit_, slice);
      const auto begin = std::chrono::steady_clock::now();
      const bool came = changed_.AwaitFor(&mutex_, most, condition);
      const auto took = absl::FromChrono(std::chrono::steady_clock::now() - begin);
      credit_ -= came ? std::min(took, most) : most;
      if (came) return true;
    }
    return condition();
  }

  // What moves earns its caller credit again: a second for every KiB.
  void Earn(std::size_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    constexpr absl::Duration kForAKibibyte = absl::Seconds(1);
    credit_ = std::min(core_->stall_timeout(),
                       credit_ + kForAKibibyte * (static_cast<double>(bytes) / 1024));
  }

  // Ends what the caller left waiting, and says how.
  absl::Status Stall() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    stalled_ = true;
    End(core_->Stalled());
    return outcome_;
  }

  void ReadNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if constexpr (kReads) {
      if (reading_ || arrived_ || sent_all_ || Over()) return;
      reading_ = true;
      Reactor::StartRead(&slot_);
    }
  }

  // Sends what comes next: a message, or the outcome.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finish_sent_) return;
    if constexpr (kWrites) {
      if (!queue_.empty() && !broken_ && !cancelled_) {
        writing_ = true;
        write_began_ = core_->clock().SinceBoot();
        Reactor::StartWrite(&queue_.front());
        return;
      }
    }
    if (!finishing_ || running_) return;
    finish_sent_ = true;
    Reactor::Finish(core_->End(record_, outcome_));
    if (record_.call != nullptr) record_.call->MarkSent();
  }

  // Hands slot_ to the session, which then reads on.
  void Deliver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    core_->watch_executor().SubmitAdmitted(
        call().caller(), [self = this->shared_from_this()] { self->RunOnMessage(); });
  }

  // The start function has returned: pumps and messages may run.
  void Started() {
    {
      const absl::MutexLock lock(&mutex_);
      running_ = false;
      started_ = true;
      if (cancelled_ && !finishing_) {
        finishing_ = true;
        outcome_ = absl::CancelledError("the caller ended the call");
      }
      Advance();
      if (on_message_) ReadNext();
    }
    Wake();
  }

  void RunPump() {
    Pump over;
    while (true) {
      Pump* pump = nullptr;
      {
        const absl::MutexLock lock(&mutex_);
        if (!again_ || Over()) {
          pumping_ = false;
          if (Over()) over.swap(pump_);
          return;
        }
        again_ = false;
        pump = &pump_;
      }
      absl::Status status = (*pump)(*this);
      if (!status.ok()) Finish(std::move(status));
    }
  }

  void RunOnMessage() {
    Request message;
    const std::function<absl::Status(Request)>* then = nullptr;
    {
      const absl::MutexLock lock(&mutex_);
      if (Over()) return;
      message = std::move(slot_);
      slot_ = Request();
      arrived_ = false;
      then = &on_message_;
    }
    absl::Status status = (*then)(std::move(message));
    if (!status.ok()) {
      Finish(std::move(status));
      return;
    }
    const absl::MutexLock lock(&mutex_);
    ReadNext();
  }

  GateCore* const core_;
  grpc::CallbackServerContext* const context_;  // Valid until OnDone.
  CallRecord record_;
  // Itself: set before anybody knows of the stream, taken by gRPC's last reaction.
  std::shared_ptr<StreamReactor> self_;

  mutable absl::Mutex mutex_;
  SteadyCondVar changed_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mutex_);  // The front is gRPC's while writing_.
  Request slot_ ABSL_GUARDED_BY(mutex_);                // gRPC's while reading_.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration write_began_ ABSL_GUARDED_BY(mutex_);  // Since boot.
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool arrived_ ABSL_GUARDED_BY(mutex_) = false;   // slot_ holds a message.
  bool sent_all_ ABSL_GUARDED_BY(mutex_) = false;  // The caller has half-closed, or reading broke.
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;    // Writing broke.
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool running_ ABSL_GUARDED_BY(mutex_) = true;   // The body or start function has not returned.
  bool started_ ABSL_GUARDED_BY(mutex_) = false;  // A stream that stays, after its start function.
  bool pumping_ ABSL_GUARDED_BY(mutex_) = false;  // A pump runs or is queued.
  bool again_ ABSL_GUARDED_BY(mutex_) = false;    // There may be something new for it.
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finish_sent_ ABSL_GUARDED_BY(mutex_) = false;
  bool stalled_ ABSL_GUARDED_BY(mutex_) = false;  // Its caller let the body wait for too long.
  // For how long he still may.
  absl::Duration credit_ ABSL_GUARDED_BY(mutex_) = core_->stall_timeout();
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status outcome_ ABSL_GUARDED_BY(mutex_);
  // Set in the start function; a pump or message in progress uses them without the lock.
  Pump pump_ ABSL_GUARDED_BY(mutex_);
  std::function<absl::Status(Request)> on_message_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> at_end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::rpc
