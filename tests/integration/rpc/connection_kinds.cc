#include "tests/integration/rpc/connection_kinds.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"

namespace comity::testing {
namespace {

namespace de = document_exchange::v1;
namespace lv = ledger::v1;
namespace pr = partner_registry::v1;

// What the server ends the call with; what it sends until then is read.
template <typename Response, typename Stream>
grpc::Status Drained(Stream& stream) {
  Response response;
  while (stream.Read(&response)) {
  }
  return stream.Finish();
}

class NoCall final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    ASSERT_TRUE(
        channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20)));
  }
};

class Idle final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    lv::Checkpoint checkpoint;
    ASSERT_TRUE(
        lv::LedgerService::NewStub(channel_)->GetCheckpoint(&context_, {}, &checkpoint).ok());
  }
};

// A unary call that the server does not answer before the client's has ended.
class Unanswered : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    call_ = std::async(std::launch::async, [this] { return Call(); });
    WaitForServer();
  }
  void End() override {
    EXPECT_FALSE(call_.get().ok());
    Answer();
  }

 private:
  virtual grpc::Status Call() = 0;
  virtual void WaitForServer() = 0;
  virtual void Answer() = 0;

  std::future<grpc::Status> call_;
};

class UnaryInItsHandler final : public Unanswered {
 public:
  UnaryInItsHandler(EchoServer& echo, const std::string& folder)
      : Unanswered("a unary call in its handler", echo, folder), echo_(echo) {}

 private:
  grpc::Status Call() override {
    lv::ConsistencyProof proof;
    return lv::LedgerService::NewStub(channel_)->GetConsistencyProof(&context_, {}, &proof);
  }
  void WaitForServer() override { echo_.ledger().WaitForWaiting(); }
  void Answer() override { echo_.ledger().Release(); }

  EchoServer& echo_;
};

class Watch final : public ConnectionKind {
 public:
  enum class Reading { kIdle, kBusy, kNot };
  Watch(const std::string& name, EchoServer& echo, const std::string& folder, Reading reading)
      : ConnectionKind(name, echo, folder), echo_(echo), reading_(reading) {}
  // What the server has not ended is not waited for.
  ~Watch() override { context_.TryCancel(); }
  void Begin() override {
    stub_ = pr::PartnerRegistryService::NewStub(channel_);
    reader_ = stub_->Watch(&context_, {});
    echo_.registry().Advance(1);
    pr::WatchResponse response;
    ASSERT_TRUE(reader_->Read(&response));
    if (reading_ == Reading::kNot) {
      relay_.StopReading();
      echo_.registry().Advance(20'000);
      return;
    }
    call_ = std::async(std::launch::async, [this] {
      pr::WatchResponse next;
      while (reader_->Read(&next)) {
        if (reading_ == Reading::kBusy) echo_.registry().Advance(1);
      }
      return reader_->Finish();
    });
  }
  void End() override {
    outcome_ = reading_ == Reading::kNot ? Drained<pr::WatchResponse>(*reader_) : call_.get();
    EXPECT_FALSE(outcome_.ok());
  }
  absl::Status Reason() override {
    return reading_ == Reading::kNot ? absl::OkStatus() : rpc::ToAbslStatus(outcome_);
  }

 private:
  EchoServer& echo_;
  const Reading reading_;
  std::unique_ptr<pr::PartnerRegistryService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<pr::WatchResponse>> reader_;
  std::future<grpc::Status> call_;
  grpc::Status outcome_;
};

// The peer's machine does not take bytes off the network any more.
class DownloadNotRead final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    stub_ = de::DocumentExchangeService::NewStub(channel_);
    de::DownloadRequest request;
    request.set_length(std::int64_t{1} << 30);
    reader_ = stub_->Download(&context_, request);
    de::DownloadResponse response;
    ASSERT_TRUE(reader_->Read(&response));
    relay_.StopReading();
    relay_.WaitForSilence();
  }
  void End() override { EXPECT_FALSE(Drained<de::DownloadResponse>(*reader_).ok()); }

 private:
  std::unique_ptr<de::DocumentExchangeService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<de::DownloadResponse>> reader_;
};

class DownloadRead final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    stub_ = de::DocumentExchangeService::NewStub(channel_);
    de::DownloadRequest request;
    request.set_length(std::int64_t{1} << 40);
    reader_ = stub_->Download(&context_, request);
    de::DownloadResponse response;
    ASSERT_TRUE(reader_->Read(&response));
    call_ = std::async(std::launch::async, [this] {
      de::DownloadResponse next;
      // Not as fast as it can: the others are to have their share of the machine.
      while (reader_->Read(&next)) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return reader_->Finish();
    });
  }
  void End() override { outcome_ = call_.get(); }
  absl::Status Reason() override { return rpc::ToAbslStatus(outcome_); }

 private:
  std::unique_ptr<de::DocumentExchangeService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<de::DownloadResponse>> reader_;
  std::future<grpc::Status> call_;
  grpc::Status outcome_;
};

// Its body has returned, and the journal would answer later.
class PromisedWrite final : public Unanswered {
 public:
  PromisedWrite(EchoServer& echo, const std::string& folder)
      : Unanswered("a write whose answer is promised", echo, folder) {
    echo.registry().write = [this](const rpc::Call&, rpc::WriteCall& later) {
      answer_.emplace(later.Promise());
      promised_.Notify();
      return absl::OkStatus();
    };
  }

 private:
  grpc::Status Call() override {
    pr::Contact contact;
    return pr::PartnerRegistryService::NewStub(channel_)->CreateContact(&context_, {}, &contact);
  }
  void WaitForServer() override { promised_.WaitForNotification(); }
  void Answer() override { (*answer_)(absl::OkStatus()); }

  absl::Notification promised_;
  std::optional<rpc::Answer> answer_;
};

class BulkUnary final : public Unanswered {
 public:
  BulkUnary(EchoServer& echo, const std::string& folder)
      : Unanswered("a bulk unary call", echo, folder) {
    echo.ledger().outcome = [this](const rpc::Call&) {
      running_.Notify();
      over_.WaitForNotification();
      return absl::OkStatus();
    };
  }

 private:
  grpc::Status Call() override {
    lv::InclusionProof proof;
    return lv::LedgerService::NewStub(channel_)->GetInclusionProof(&context_, {}, &proof);
  }
  void WaitForServer() override { running_.WaitForNotification(); }
  void Answer() override { over_.Notify(); }

  absl::Notification running_;
  absl::Notification over_;
};

class Upload final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    stub_ = pr::PartnerRegistryService::NewStub(channel_);
    writer_ = stub_->ImportFacts(&context_, &response_);
    ASSERT_TRUE(writer_->Write({}));
    // Answered after the write, on the same connection.
    grpc::ClientContext context;
    lv::Checkpoint checkpoint;
    ASSERT_TRUE(
        lv::LedgerService::NewStub(channel_)->GetCheckpoint(&context, {}, &checkpoint).ok());
  }
  void End() override { outcome_ = writer_->Finish(); }
  absl::Status Reason() override { return rpc::ToAbslStatus(outcome_); }

 private:
  std::unique_ptr<pr::PartnerRegistryService::Stub> stub_;
  std::unique_ptr<grpc::ClientWriter<pr::ImportFactsRequest>> writer_;
  pr::ImportFactsResponse response_;
  grpc::Status outcome_;
};

class ExchangeOfPieces final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    stub_ = de::DocumentExchangeService::NewStub(channel_);
    stream_ = stub_->UploadPieces(&context_);
    de::UploadPiecesRequest request;
    request.set_data("x");
    ASSERT_TRUE(stream_->Write(request));
    de::UploadPiecesResponse response;
    ASSERT_TRUE(stream_->Read(&response));
  }
  void End() override { outcome_ = Drained<de::UploadPiecesResponse>(*stream_); }
  absl::Status Reason() override { return rpc::ToAbslStatus(outcome_); }

 private:
  std::unique_ptr<de::DocumentExchangeService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<de::UploadPiecesRequest, de::UploadPiecesResponse>>
      stream_;
  grpc::Status outcome_;
};

class Session final : public ConnectionKind {
 public:
  using ConnectionKind::ConnectionKind;
  void Begin() override {
    stub_ = pr::PartnerRegistryService::NewStub(channel_);
    stream_ = stub_->Replicate(&context_);
    ASSERT_TRUE(stream_->Write({}));
    pr::ReplicateResponse response;
    ASSERT_TRUE(stream_->Read(&response));
  }
  void End() override { outcome_ = Drained<pr::ReplicateResponse>(*stream_); }
  absl::Status Reason() override { return rpc::ToAbslStatus(outcome_); }

 private:
  std::unique_ptr<pr::PartnerRegistryService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<pr::ReplicateRequest, pr::ReplicateResponse>> stream_;
  grpc::Status outcome_;
};

// A stream of a service that gRPC brings along.
class LibraryStream final : public ConnectionKind {
 public:
  LibraryStream(const std::string& method, const std::string& request, EchoServer& echo,
                const std::string& folder)
      : ConnectionKind(method, echo, folder), request_(request) {}
  void Begin() override {
    stub_ = std::make_unique<grpc::GenericStub>(channel_);
    stream_ = stub_->PrepareCall(&context_, name_, &queue_);
    stream_->StartCall(this);
    ASSERT_TRUE(Next());
    const grpc::Slice slice(request_);
    stream_->Write(grpc::ByteBuffer(&slice, 1), this);
    ASSERT_TRUE(Next());
    stream_->Read(&response_, this);
    ASSERT_TRUE(Next());
  }
  void End() override {
    grpc::Status status;
    stream_->Finish(&status, this);
    Next();
    EXPECT_FALSE(status.ok());
    queue_.Shutdown();
    Next();
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  const std::string request_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer response_;
};

}  // namespace

ConnectionKind::ConnectionKind(std::string name, EchoServer& echo, const std::string& folder)
    : name_(std::move(name)), relay_(echo.server().port()) {
  channel_ = *rpc::Connect({.address = relay_.address(),
                            .certificate_file = folder + "/tls.pem",
                            .key_file = folder + "/tls.key",
                            .bundles_folder = echo.pki().path("client-bundles"),
                            .expected_service = "partner-registry",
                            .trust_domain = "agency.example"});
}

std::unique_ptr<ConnectionKind> IdleAfterACall(EchoServer& echo, const std::string& folder) {
  return std::make_unique<Idle>("idle after a call", echo, folder);
}

std::unique_ptr<ConnectionKind> WithoutACall(EchoServer& echo, const std::string& folder) {
  return std::make_unique<NoCall>("no call yet", echo, folder);
}

std::unique_ptr<ConnectionKind> IdleWatch(EchoServer& echo, const std::string& folder) {
  return std::make_unique<Watch>("an idle watch", echo, folder, Watch::Reading::kIdle);
}

std::vector<std::unique_ptr<ConnectionKind>> KindsWithACall(EchoServer& echo,
                                                            const std::string& folder) {
  std::vector<std::unique_ptr<ConnectionKind>> kinds;
  kinds.push_back(IdleAfterACall(echo, folder));
  kinds.push_back(std::make_unique<UnaryInItsHandler>(echo, folder));
  kinds.push_back(IdleWatch(echo, folder));
  kinds.push_back(std::make_unique<Watch>("a busy watch", echo, folder, Watch::Reading::kBusy));
  kinds.push_back(std::make_unique<Watch>("a watch not read", echo, folder, Watch::Reading::kNot));
  kinds.push_back(std::make_unique<DownloadNotRead>("a download not read", echo, folder));
  kinds.push_back(std::make_unique<DownloadRead>("a download being read", echo, folder));
  kinds.push_back(std::make_unique<PromisedWrite>(echo, folder));
  kinds.push_back(std::make_unique<BulkUnary>(echo, folder));
  kinds.push_back(std::make_unique<Upload>("an upload", echo, folder));
  kinds.push_back(std::make_unique<ExchangeOfPieces>("an exchange", echo, folder));
  kinds.push_back(std::make_unique<Session>("a session", echo, folder));
  kinds.push_back(
      std::make_unique<LibraryStream>("/grpc.health.v1.Health/Watch", "", echo, folder));
  kinds.push_back(std::make_unique<LibraryStream>(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", std::string("\x3a\0", 2),
      echo, folder));
  return kinds;
}

}  // namespace comity::testing
