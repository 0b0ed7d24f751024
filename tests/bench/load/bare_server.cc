// The baseline: bare gRPC over mutual TLS, callback API, that answers the same methods with a
// message of the same size and does nothing else. Uploads end in nothing, downloads come from
// memory.
//
// Usage: bench-bare-server IDENTITY PARTNER.pb VERDICT.pb; prints "listening on <port>".

#include <grpcpp/grpcpp.h>

#include <iostream>
#include <string>

#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/threads/locks.h"
#include "tests/bench/load/tls.h"

namespace comity::bench {
namespace {

namespace registry = partner_registry::v1;
namespace exchange = document_exchange::v1;

constexpr std::size_t kMessageBytes = 256 << 10;

class BareRegistry final : public registry::PartnerRegistryService::CallbackService {
 public:
  BareRegistry(registry::Partner partner, registry::TransferVerdict verdict)
      : partner_(std::move(partner)), verdict_(std::move(verdict)) {}

  grpc::ServerUnaryReactor* GetPartner(grpc::CallbackServerContext* context,
                                       const registry::GetPartnerRequest*,
                                       registry::Partner* response) override {
    *response = partner_;
    return Done(context);
  }

  grpc::ServerUnaryReactor* EvaluateTransfer(grpc::CallbackServerContext* context,
                                             const registry::EvaluateTransferRequest*,
                                             registry::TransferVerdict* response) override {
    *response = verdict_;
    return Done(context);
  }

 private:
  static grpc::ServerUnaryReactor* Done(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  const registry::Partner partner_;
  const registry::TransferVerdict verdict_;
};

class BareExchange final : public exchange::DocumentExchangeService::CallbackService {
 public:
  grpc::ServerBidiReactor<exchange::UploadPiecesRequest, exchange::UploadPiecesResponse>*
  UploadPieces(grpc::CallbackServerContext*) override {
    class Sink final : public grpc::ServerBidiReactor<exchange::UploadPiecesRequest,
                                                      exchange::UploadPiecesResponse> {
     public:
      Sink() { StartRead(&request_); }
      void OnReadDone(bool ok) override {
        if (!ok) return StartWriteLast(&response_, {});
        response_.set_content_offset(response_.content_offset() +
                                     static_cast<std::int64_t>(request_.data().size()));
        StartRead(&request_);
      }
      void OnWriteDone(bool) override { Finish(grpc::Status::OK); }
      void OnDone() override { delete this; }

     private:
      exchange::UploadPiecesRequest request_;
      exchange::UploadPiecesResponse response_;
    };
    return new Sink;
  }

  grpc::ServerWriteReactor<exchange::DownloadResponse>* Download(
      grpc::CallbackServerContext*, const exchange::DownloadRequest* request) override {
    class Source final : public grpc::ServerWriteReactor<exchange::DownloadResponse> {
     public:
      explicit Source(std::int64_t length) : left_(length) {
        response_.set_data(std::string(kMessageBytes, 'x'));
        Next();
      }
      void OnWriteDone(bool ok) override { ok ? Next() : Finish(grpc::Status::CANCELLED); }
      void OnDone() override { delete this; }

     private:
      void Next() {
        if (left_ <= 0) return Finish(grpc::Status::OK);
        left_ -= static_cast<std::int64_t>(response_.data().size());
        StartWrite(&response_);
      }

      exchange::DownloadResponse response_;
      std::int64_t left_;
    };
    return new Source(request->length());
  }
};

int Main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "Usage: bench-bare-server IDENTITY PARTNER.pb VERDICT.pb\n";
    return 2;
  }
  registry::Partner partner;
  registry::TransferVerdict verdict;
  if (!partner.ParseFromString(ReadFileOrExit(argv[2])) ||
      !verdict.ParseFromString(ReadFileOrExit(argv[3]))) {
    std::cerr << "bench: not the messages expected\n";
    return 1;
  }
  BareRegistry bare_registry(std::move(partner), std::move(verdict));
  BareExchange bare_exchange;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", BareServerCredentials(argv[1]), &port);
  builder.RegisterService(&bare_registry);
  builder.RegisterService(&bare_exchange);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "listening on " << port << std::endl;
  server->Wait();
  return 0;
}

}  // namespace
}  // namespace comity::bench

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  return comity::bench::Main(argc, argv);
}
