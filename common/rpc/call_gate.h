#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call.h"
#include "common/rpc/gate_core.h"
#include "common/rpc/stream_reactor.h"
#include "common/rpc/streams.h"
#include "common/rpc/unary_answer.h"
#include "common/rpc/write_call.h"

namespace comity::rpc {

// Stands around every handler of one service: finds the caller, refuses while draining and past the
// deadline, runs the body where the access table says, records refusals as evidence, counts, logs,
// and turns absl::Status into google.rpc.Status. A handler is one line:
//
//   grpc::ServerUnaryReactor* GetPartner(grpc::CallbackServerContext* context,
//                                        const v1::GetPartnerRequest* request,
//                                        v1::Partner* response) override {
//     return gate_.Unary(context, "GetPartner", request, response,
//                        [this](const rpc::Call& call, const v1::GetPartnerRequest& get,
//                               v1::Partner* partner) { return registry_.Get(call, get, partner);
//                               });
//   }
//
// The method's name is its short name; one the service does not have ends the process when first
// called. Bodies return absl::Status made with common/status/error.h. Cheap to copy.
class CallGate {
 public:
  // `core` is not owned. `service` is the full proto name and is copied.
  CallGate(GateCore* core, absl::string_view service) : core_(core), service_(service) {}

  // `body`: absl::Status(const Call&, const Request&, Response*). With admission "read" and
  // evidence "none" it runs on gRPC's thread and must answer from memory; otherwise on the write
  // executor ("bulk": the bulk executor), where it may block.
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, absl::string_view method,
                                  const Request* request, Response* response, Body body) const {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    CallRecord record = core_->Begin(context, Method(method), /*stream=*/false, request);
    if (!record.refused.ok()) {
      SendRefusal(*core_, *reactor, record, record.refused);
      return reactor;
    }
    if (record.admission == Admission::kRead && record.evidence == Evidence::kNone) {
      SendAnswer(*core_, *reactor, record, body(*record.call, *request, response));
      return reactor;
    }
    Executor& executor =
        record.admission == Admission::kBulk ? core_->bulk_executor() : core_->write_executor();
    GateCore* const core = core_;
    const absl::Status queued = executor.Submit(
        record.call->caller(),
        [core, reactor, record, request, response, body = std::move(body)]() mutable {
          absl::Status outcome = core->StillWanted(record);
          if (outcome.ok()) outcome = core->Settle(record, body(*record.call, *request, response));
          SendAnswer(*core, *reactor, record, outcome);
        });
    if (!queued.ok()) SendRefusal(*core_, *reactor, std::move(record), queued);
    return reactor;
  }

  // As Unary with admission "write", for a body that does not block: absl::Status(const Call&,
  // const Request&, Response*, WriteCall&). It runs at once, or when its turn comes, on whatever
  // thread, and returns the answer, or OK after WriteCall::Promise: then the answer comes later,
  // and no thread waits for it.
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context, absl::string_view method,
                                  const Request* request, Response* response, Body body) const {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    CallRecord record = core_->Begin(context, Method(method), /*stream=*/false, request);
    if (!record.refused.ok()) {
      SendRefusal(*core_, *reactor, record, record.refused);
      return reactor;
    }
    const auto write = std::make_shared<WriteCall>(core_, reactor, std::move(record));
    const absl::Status queued = core_->write_turns().Submit(
        write->call().caller(),
        [write, request, response, body = std::move(body)](Turns::Turn turn) {
          write->Begin(std::move(turn),
                       [&] { return body(write->call(), *request, response, *write); });
        });
    if (!queued.ok()) write->Refuse(queued);
    return reactor;
  }

  // A download. `body`: absl::Status(const Call&, const Request&, Writer<Response>&), on the bulk
  // executor; what it pushes goes out while it runs.
  template <typename Request, typename Response, typename Body>
  grpc::ServerWriteReactor<Response>* Download(grpc::CallbackServerContext* context,
                                               absl::string_view method, const Request* request,
                                               Body body) const {
    using Stream = StreamReactor<grpc::ServerWriteReactor<Response>, NoMessage, Response>;
    return Stream::RunBody(core_, context, Method(method), request,
                           [request, body = std::move(body)](const Call& call, Stream& stream) {
                             return body(call, *request, static_cast<Writer<Response>&>(stream));
                           });
  }

  // An upload. `body`: absl::Status(const Call&, Reader<Request>&, Response*), on the bulk
  // executor.
  template <typename Request, typename Response, typename Body>
  grpc::ServerReadReactor<Request>* Upload(grpc::CallbackServerContext* context,
                                           absl::string_view method, Response* response,
                                           Body body) const {
    using Stream = StreamReactor<grpc::ServerReadReactor<Request>, Request, NoMessage>;
    return Stream::RunBody(core_, context, Method(method), nullptr,
                           [response, body = std::move(body)](const Call& call, Stream& stream) {
                             return body(call, static_cast<Reader<Request>&>(stream), response);
                           });
  }

  // An upload with acknowledgements. `body`: absl::Status(const Call&, Exchange<Request,
  // Response>&), on the bulk executor.
  template <typename Request, typename Response, typename Body>
  grpc::ServerBidiReactor<Request, Response>* BulkExchange(grpc::CallbackServerContext* context,
                                                           absl::string_view method,
                                                           Body body) const {
    using Stream = StreamReactor<grpc::ServerBidiReactor<Request, Response>, Request, Response>;
    return Stream::RunBody(core_, context, Method(method), nullptr,
                           [body = std::move(body)](const Call& call, Stream& stream) {
                             return body(call, static_cast<Exchange<Request, Response>&>(stream));
                           });
  }

  // A stream that stays. `start`: absl::Status(const Request&, std::shared_ptr<Outflow<Response>>),
  // on the watch executor; it sets the pump and returns. An error ends the stream with it.
  template <typename Request, typename Response, typename Start>
  grpc::ServerWriteReactor<Response>* Watch(grpc::CallbackServerContext* context,
                                            absl::string_view method, const Request* request,
                                            Start start) const {
    using Stream = StreamReactor<grpc::ServerWriteReactor<Response>, NoMessage, Response>;
    return Stream::RunSession(core_, context, Method(method), request,
                              [request, start = std::move(start)](std::shared_ptr<Stream> stream) {
                                return start(*request,
                                             std::shared_ptr<Outflow<Response>>(std::move(stream)));
                              });
  }

  // A stream that stays, both ways. `start`: absl::Status(std::shared_ptr<Session<Request,
  // Response>>), on the watch executor.
  template <typename Request, typename Response, typename Start>
  grpc::ServerBidiReactor<Request, Response>* OpenSession(grpc::CallbackServerContext* context,
                                                          absl::string_view method,
                                                          Start start) const {
    using Stream = StreamReactor<grpc::ServerBidiReactor<Request, Response>, Request, Response>;
    return Stream::RunSession(
        core_, context, Method(method), nullptr,
        [start = std::move(start)](std::shared_ptr<Stream> stream) {
          return start(std::shared_ptr<Session<Request, Response>>(std::move(stream)));
        });
  }

 private:
  const MethodEntry* Method(absl::string_view method) const {
    return core_->FindMethod(service_, method);
  }

  GateCore* core_;
  std::string service_;
};

}  // namespace comity::rpc
