// Who no longer counts has no open connection a second later, whatever he does on it.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/metrics/names.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/integration/rpc/relay.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace de = document_exchange::v1;
namespace lv = ledger::v1;
namespace pr = partner_registry::v1;

constexpr absl::Duration kLimit = absl::Seconds(1);

// Everything is for everybody: only the caller's standing and certificate decide.
std::string OpenTable() {
  std::map<std::string, std::string> rows;
  const std::vector<std::string> methods = *rpc::MethodsServed(EchoServer::Services());
  for (const std::string& method : methods) {
    const bool read = method.find("GetCheckpoint") != std::string::npos;
    rows[method] = std::string("callers = [\"*\"]\nevidence = \"none\"\nadmission = \"") +
                   (read ? "read\"\n" : "write\"\n");
  }
  return TableToml(EchoServer::Services(), rows);
}

// One client's connection and what it does on it. Calls stay open until the server ends them.
class Kind {
 public:
  Kind(std::string name, EchoServer& echo, const std::string& folder)
      : name_(std::move(name)), relay_(echo.server().port()) {
    channel_ = *rpc::Connect({.address = relay_.address(),
                              .certificate_file = folder + "/tls.pem",
                              .key_file = folder + "/tls.key",
                              .bundles_folder = echo.pki().path("client-bundles"),
                              .expected_service = "partner-registry",
                              .trust_domain = "agency.example"});
  }
  virtual ~Kind() = default;

  // Returns once the server is at it.
  virtual void Begin() = 0;
  // After the server has closed: the client's calls end too.
  virtual void End() {}
  // Whether the client reads, and so learns why.
  virtual absl::Status Reason() { return absl::OkStatus(); }

  const std::string& name() const { return name_; }
  Relay& relay() { return relay_; }

 protected:
  std::string name_;
  Relay relay_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
};

class WithoutACall final : public Kind {
 public:
  using Kind::Kind;
  void Begin() override {
    ASSERT_TRUE(
        channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20)));
  }
};

class IdleAfterACall final : public Kind {
 public:
  using Kind::Kind;
  void Begin() override {
    lv::Checkpoint checkpoint;
    ASSERT_TRUE(
        lv::LedgerService::NewStub(channel_)->GetCheckpoint(&context_, {}, &checkpoint).ok());
  }
};

class UnaryInItsHandler final : public Kind {
 public:
  UnaryInItsHandler(EchoServer& echo, const std::string& folder)
      : Kind("a unary call in its handler", echo, folder), echo_(echo) {}
  void Begin() override {
    call_ = std::async(std::launch::async, [this] {
      lv::ConsistencyProof proof;
      return lv::LedgerService::NewStub(channel_)->GetConsistencyProof(&context_, {}, &proof);
    });
    echo_.ledger().WaitForWaiting();
  }
  void End() override {
    EXPECT_FALSE(call_.get().ok());
    echo_.ledger().Release();
  }

 private:
  EchoServer& echo_;
  std::future<grpc::Status> call_;
};

class Watch final : public Kind {
 public:
  enum class Reading { kIdle, kBusy, kNot };
  Watch(const std::string& name, EchoServer& echo, const std::string& folder, Reading reading)
      : Kind(name, echo, folder), echo_(echo), reading_(reading) {}
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
    if (reading_ == Reading::kNot) {
      pr::WatchResponse response;
      while (reader_->Read(&response)) {
      }
      outcome_ = reader_->Finish();
    } else {
      outcome_ = call_.get();
    }
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
class DownloadNotRead final : public Kind {
 public:
  using Kind::Kind;
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
  void End() override {
    de::DownloadResponse response;
    while (reader_->Read(&response)) {
    }
    EXPECT_FALSE(reader_->Finish().ok());
  }

 private:
  std::unique_ptr<de::DocumentExchangeService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<de::DownloadResponse>> reader_;
};

class Upload final : public Kind {
 public:
  using Kind::Kind;
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

class ExchangeOfPieces final : public Kind {
 public:
  using Kind::Kind;
  void Begin() override {
    stub_ = de::DocumentExchangeService::NewStub(channel_);
    stream_ = stub_->UploadPieces(&context_);
    de::UploadPiecesRequest request;
    request.set_data("x");
    ASSERT_TRUE(stream_->Write(request));
    de::UploadPiecesResponse response;
    ASSERT_TRUE(stream_->Read(&response));
  }
  void End() override {
    de::UploadPiecesResponse response;
    while (stream_->Read(&response)) {
    }
    outcome_ = stream_->Finish();
  }
  absl::Status Reason() override { return rpc::ToAbslStatus(outcome_); }

 private:
  std::unique_ptr<de::DocumentExchangeService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<de::UploadPiecesRequest, de::UploadPiecesResponse>>
      stream_;
  grpc::Status outcome_;
};

class Session final : public Kind {
 public:
  using Kind::Kind;
  void Begin() override {
    stub_ = pr::PartnerRegistryService::NewStub(channel_);
    stream_ = stub_->Replicate(&context_);
    ASSERT_TRUE(stream_->Write({}));
    pr::ReplicateResponse response;
    ASSERT_TRUE(stream_->Read(&response));
  }
  void End() override {
    pr::ReplicateResponse response;
    while (stream_->Read(&response)) {
    }
    outcome_ = stream_->Finish();
  }
  absl::Status Reason() override { return rpc::ToAbslStatus(outcome_); }

 private:
  std::unique_ptr<pr::PartnerRegistryService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<pr::ReplicateRequest, pr::ReplicateResponse>> stream_;
  grpc::Status outcome_;
};

// A stream of a service that gRPC brings along.
class LibraryStream final : public Kind {
 public:
  LibraryStream(const std::string& method, const std::string& request, EchoServer& echo,
                const std::string& folder)
      : Kind(method, echo, folder), request_(request) {}
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

struct Cause {
  std::string name;
  std::string reason;
};

void PrintTo(const Cause& cause, std::ostream* os) { *os << cause.name; }

class RevocationTest : public ::testing::TestWithParam<Cause> {
 protected:
  RevocationTest() {
    TestServer::Options options;
    options.table = OpenTable();
    options.standing = [this](const identity::Principal& principal) -> absl::Status {
      if (!suspended_ || principal.kind != identity::PrincipalKind::kPartner) {
        return absl::OkStatus();
      }
      return MakeError(absl::StatusCode::kPermissionDenied, "The exchanges are suspended.",
                       {.reason = "EXCHANGES_SUSPENDED"});
    };
    echo_ = std::make_unique<EchoServer>(std::move(options));
    // The client has its own.
    std::filesystem::copy(echo_->pki().bundles_folder(), echo_->pki().path("client-bundles"),
                          std::filesystem::copy_options::recursive);
    certificate_ = echo_->pki().georgia().IssueTls(kGeorgia);
    folder_ = echo_->pki().path("contact");
    WriteIdentity(folder_, certificate_);
  }

  void Revoke() {
    if (GetParam().name == "Suspended") {
      suspended_ = true;
    } else if (GetParam().name == "BundleRemoved") {
      std::filesystem::remove_all(echo_->pki().bundles_folder() + "/georgia.example");
    } else {
      echo_->pki().georgia().Revoke(certificate_);
      echo_->pki().WriteBundles();
    }
  }

  std::vector<std::unique_ptr<Kind>> AllKinds() {
    EchoServer& echo = *echo_;
    std::vector<std::unique_ptr<Kind>> kinds;
    kinds.push_back(std::make_unique<IdleAfterACall>("idle after a call", echo, folder_));
    kinds.push_back(std::make_unique<UnaryInItsHandler>(echo, folder_));
    kinds.push_back(std::make_unique<Watch>("an idle watch", echo, folder_, Watch::Reading::kIdle));
    kinds.push_back(std::make_unique<Watch>("a busy watch", echo, folder_, Watch::Reading::kBusy));
    kinds.push_back(
        std::make_unique<Watch>("a watch not read", echo, folder_, Watch::Reading::kNot));
    kinds.push_back(std::make_unique<DownloadNotRead>("a download not read", echo, folder_));
    kinds.push_back(std::make_unique<Upload>("an upload", echo, folder_));
    kinds.push_back(std::make_unique<ExchangeOfPieces>("an exchange", echo, folder_));
    kinds.push_back(std::make_unique<Session>("a session", echo, folder_));
    kinds.push_back(
        std::make_unique<LibraryStream>("/grpc.health.v1.Health/Watch", "", echo, folder_));
    kinds.push_back(std::make_unique<LibraryStream>(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", std::string("\x3a\0", 2),
        echo, folder_));
    // Nobody's yet: what the registry says of a contact cannot be held against it.
    if (GetParam().name != "Suspended") {
      kinds.push_back(std::make_unique<WithoutACall>("no call yet", echo, folder_));
    }
    return kinds;
  }

  std::atomic<bool> suspended_ = false;
  std::unique_ptr<EchoServer> echo_;
  IssuedCertificate certificate_;
  std::string folder_;
};

TEST_P(RevocationTest, EveryConnectionIsClosedWithinASecondWhateverIsGoingOnOnIt) {
  std::vector<std::unique_ptr<Kind>> kinds = AllKinds();
  for (const auto& kind : kinds) {
    SCOPED_TRACE(kind->name());
    ASSERT_NO_FATAL_FAILURE(kind->Begin());
  }
  // Another caller on the same server, at work all the while.
  const std::string officer = echo_->pki().IssueFolder("officer", kOfficer);
  Watch other("another caller", *echo_, officer, Watch::Reading::kIdle);
  other.Begin();
  for (const auto& kind : kinds) EXPECT_FALSE(kind->relay().closed()) << kind->name();

  Revoke();
  const absl::Time revoked = absl::Now();

  for (const auto& kind : kinds) {
    SCOPED_TRACE(kind->name());
    const absl::Duration took = kind->relay().WaitForClose(absl::Seconds(10)) - revoked;
    EXPECT_LT(took, kLimit);
    RecordProperty(kind->name(), absl::FormatDuration(took));
    kind->End();
    if (const absl::Status reason = kind->Reason(); !reason.ok()) {
      EXPECT_EQ(ReasonOf(reason), GetParam().reason) << reason;
    }
  }
  EXPECT_FALSE(other.relay().closed());
}

INSTANTIATE_TEST_SUITE_P(All, RevocationTest,
                         ::testing::Values(Cause{"Revoked", "CERTIFICATE_REVOKED"},
                                           Cause{"BundleRemoved", "TRUST_DOMAIN_UNKNOWN"},
                                           Cause{"Suspended", "EXCHANGES_SUSPENDED"}),
                         [](const auto& cause) { return cause.param.name; });

TEST(OpenConnectionsTest, AHundredCallersRevokedAtOnceAreGoneWithinASecond) {
  EchoServer echo;
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < 100; ++i) {
    const IssuedCertificate certificate = echo.pki().agency().IssueTls(
        absl::StrCat("spiffe://agency.example/agency/operator/-/o", i));
    const std::string folder = echo.pki().path("revoked");
    WriteIdentity(folder, certificate);
    channels.push_back(*echo.server().ChannelFrom(folder));
    grpc::ClientContext context;
    lv::Checkpoint checkpoint;
    ASSERT_TRUE(
        lv::LedgerService::NewStub(channels.back())->GetCheckpoint(&context, {}, &checkpoint).ok());
    echo.pki().agency().Revoke(certificate);
  }

  echo.pki().WriteBundles();

  const std::string name = metrics::kRevocationEnforcement;
  const auto value = [&](const std::string& what) {
    const std::string text = echo.server().metrics().Text();
    const std::size_t at = text.find(absl::StrCat("\n", name, what, " "));
    return at == std::string::npos ? -1 : std::stoi(text.substr(text.find(' ', at)));
  };
  while (value("_count") < 100) {
  }
  EXPECT_EQ(value("_bucket{le=\"1\"}"), 100);
}

// Also proves that a call finds its connection by the peer's name, in every form it can have.
class FirstCallTest : public ::testing::TestWithParam<std::string> {};

TEST_P(FirstCallTest, OnlyAConnectionWithoutACallEndsWhenItsTimeIsUp) {
  TestServer::Options options;
  options.server.listener.address = absl::StrCat(GetParam(), ":0");
  options.server.first_call_timeout = absl::Seconds(1);
  EchoServer echo(std::move(options));
  const std::string folder = echo.pki().IssueFolder("officer", kOfficer);
  const std::string host = GetParam() == "[::1]" ? "[::1]" : "127.0.0.1";
  const auto connect = [&] {
    return *rpc::Connect({.address = absl::StrCat(host, ":", echo.server().port()),
                          .certificate_file = folder + "/tls.pem",
                          .key_file = folder + "/tls.key",
                          .bundles_folder = echo.pki().bundles_folder(),
                          .expected_service = "partner-registry",
                          .trust_domain = "agency.example"});
  };
  const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(20);
  const auto with = connect();
  grpc::ClientContext context;
  lv::Checkpoint checkpoint;
  ASSERT_TRUE(lv::LedgerService::NewStub(with)->GetCheckpoint(&context, {}, &checkpoint).ok());
  const auto without = connect();
  ASSERT_TRUE(without->WaitForConnected(deadline));

  ASSERT_TRUE(without->WaitForStateChange(GRPC_CHANNEL_READY, deadline));

  EXPECT_EQ(with->GetState(false), GRPC_CHANNEL_READY);
}

INSTANTIATE_TEST_SUITE_P(All, FirstCallTest, ::testing::Values("127.0.0.1", "[::1]", "[::]"),
                         [](const auto& address) {
                           return address.param == "[::1]"  ? "Six"
                                  : address.param == "[::]" ? "FourOverSix"
                                                            : "Four";
                         });

}  // namespace
}  // namespace comity::testing
