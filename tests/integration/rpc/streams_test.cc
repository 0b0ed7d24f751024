// Streams over real mutual TLS: what is pushed arrives, and streams end when they must.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace de = document_exchange::v1;
namespace pr = partner_registry::v1;

constexpr char kOther[] = "spiffe://agency.example/agency/desk-officer/it/a1";

class StreamsTest : public ::testing::Test {
 protected:
  explicit StreamsTest(TestServer::Options options = {}) : echo_(std::move(options)) {}

  // A watch of what comes after `after` that has seen the number rise by 1, so that it is open for
  // certain.
  struct OpenWatch {
    grpc::ClientContext context;
    std::unique_ptr<pr::PartnerRegistryService::Stub> stub;
    std::unique_ptr<grpc::ClientReader<pr::WatchResponse>> reader;
  };
  std::unique_ptr<OpenWatch> Open(const std::shared_ptr<grpc::Channel>& channel, int after = 0) {
    auto watch = Begin(channel, after);
    echo_.registry().Advance(1);
    pr::WatchResponse response;
    EXPECT_TRUE(watch->reader->Read(&response));
    return watch;
  }
  static std::unique_ptr<OpenWatch> Begin(const std::shared_ptr<grpc::Channel>& channel,
                                          int after) {
    auto watch = std::make_unique<OpenWatch>();
    watch->stub = pr::PartnerRegistryService::NewStub(channel);
    pr::WatchRequest request;
    request.mutable_after()->set_number(after);
    watch->reader = watch->stub->Watch(&watch->context, request);
    return watch;
  }
  // An upload that has said nothing yet.
  struct OpenUpload {
    explicit OpenUpload(de::DocumentExchangeService::Stub& stub) {
      rpc::SetDeadline(context, absl::Seconds(20));
      stream = stub.UploadPieces(&context);
    }
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<de::UploadPiecesRequest, de::UploadPiecesResponse>>
        stream;
  };
  // An upload of so many pieces, each acknowledged before the next.
  void UploadInStep(int pieces, std::int64_t bytes) {
    const auto stub = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
    grpc::ClientContext context;
    const auto stream = stub->UploadPieces(&context);
    de::UploadPiecesRequest request;
    request.set_data(std::string(static_cast<std::size_t>(bytes), 'x'));
    for (int i = 1; i <= pieces; ++i) {
      ASSERT_TRUE(stream->Write(request));
      de::UploadPiecesResponse response;
      ASSERT_TRUE(stream->Read(&response));
      ASSERT_EQ(response.content_offset(), i * bytes);
    }
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
  // Waits until the metrics say so.
  void WaitFor(absl::string_view line) {
    while (!absl::StrContains(server_.metrics().Text(), line)) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  // How it ended, messages left aside.
  static absl::Status End(OpenWatch& watch) {
    pr::WatchResponse response;
    while (watch.reader->Read(&response)) {
    }
    return rpc::ToAbslStatus(watch.reader->Finish());
  }

  EchoServer echo_;
  TestServer& server_ = echo_.server();
};

TEST_F(StreamsTest, ADownloadArrivesWholeAndInOrder) {
  const auto stub = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
  de::DownloadRequest request;
  request.set_length((32 << 20) + 17);
  grpc::ClientContext context;

  const auto reader = stub->Download(&context, request);
  de::DownloadResponse response;
  std::int64_t total = 0;
  while (reader->Read(&response)) {
    ASSERT_EQ(response.offset(), total);
    total += static_cast<std::int64_t>(response.data().size());
  }

  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(total, request.length());
}

TEST_F(StreamsTest, AnUploadIsReadToItsEndAndAnswered) {
  const auto stub = pr::PartnerRegistryService::NewStub(server_.Channel(kRegistryOperator));
  grpc::ClientContext context;
  pr::ImportFactsResponse response;

  const auto writer = stub->ImportFacts(&context, &response);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(writer->Write({}));
  writer->WritesDone();

  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(response.registry_revision().number(), 1000);
}

TEST_F(StreamsTest, AnExchangeAcknowledgesWhileItReads) { UploadInStep(20, 256 << 10); }

// Four times what may come without a message.
TEST_F(StreamsTest, AnUploadOfAnyLengthIsNoFlood) { UploadInStep(256, 1 << 20); }

TEST_F(StreamsTest, AWatchSendsWhatIsNewAndWaitsWithoutAThread) {
  const auto watch = Open(server_.Channel(kGeorgia));
  pr::WatchResponse response;

  for (int i = 2; i <= 5; ++i) {
    echo_.registry().Advance(1);
    ASSERT_TRUE(watch->reader->Read(&response));
    EXPECT_EQ(response.bookmark().number(), i);
  }
}

TEST_F(StreamsTest, AReaderWhoFallsBehindMissesNothing) {
  const auto watch = Open(server_.Channel(kGeorgia));

  echo_.registry().Advance(20000);

  pr::WatchResponse response;
  for (int i = 2; i <= 20001; ++i) {
    ASSERT_TRUE(watch->reader->Read(&response));
    ASSERT_EQ(response.bookmark().number(), i);
  }
}

TEST_F(StreamsTest, MoreWatchesThanThreadsAreServed) {
  const auto channel = server_.Channel(kGeorgia);
  std::vector<std::unique_ptr<OpenWatch>> watches(50);
  for (auto& watch : watches) watch = Open(channel);

  echo_.registry().Advance(1);

  for (const auto& watch : watches) {
    pr::WatchResponse response;
    do {
      ASSERT_TRUE(watch->reader->Read(&response));
    } while (response.bookmark().number() < 51);
  }
}

TEST_F(StreamsTest, IdleUploadsOfOnePartnersContactsHoldUpNobodyElse) {
  auto rows = EchoServer::Rows();
  std::string& upload = rows[absl::StrCat(kExchange, "/UploadPieces")];
  upload = absl::StrReplaceAll(upload, {{"'agency/*'", "'agency/*', 'partner'"}});
  server_.table().Replace(*rpc::AccessTable::Parse(TableToml(EchoServer::Services(), rows), "new",
                                                   *rpc::MethodsServed(EchoServer::Services())));
  std::vector<std::unique_ptr<de::DocumentExchangeService::Stub>> idlers;
  std::vector<std::unique_ptr<OpenUpload>> idle;
  for (const char* const contact : {"c1", "c2", "c3", "c4"}) {
    idlers.push_back(de::DocumentExchangeService::NewStub(server_.Channel(
        absl::StrCat("spiffe://georgia.example/partner/georgia/contact/", contact))));
    for (int i = 0; i < 4; ++i) idle.push_back(std::make_unique<OpenUpload>(*idlers.back()));
  }
  WaitFor("method=\"DocumentExchangeService/UploadPieces\",service=\"partner-registry\"} 16");

  const auto officer = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
  OpenUpload upload_of_another(*officer);
  de::UploadPiecesRequest request;
  request.set_data("x");
  ASSERT_TRUE(upload_of_another.stream->Write(request));
  de::UploadPiecesResponse response;
  EXPECT_TRUE(upload_of_another.stream->Read(&response));
  for (const auto& each : idle) each->context.TryCancel();
}

TEST_F(StreamsTest, IdleUploadsOfOneCallerHoldUpNobodyElse) {
  auto rows = EchoServer::Rows();
  std::string& submit = rows[absl::StrCat(kLedger, "/GetInclusionProof")];
  submit = absl::StrReplaceAll(submit, {{"write", "bulk"}});
  server_.table().Replace(*rpc::AccessTable::Parse(TableToml(EchoServer::Services(), rows), "new",
                                                   *rpc::MethodsServed(EchoServer::Services())));
  const auto idler = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
  std::vector<std::unique_ptr<OpenUpload>> idle(16);
  for (auto& upload : idle) upload = std::make_unique<OpenUpload>(*idler);
  WaitFor("method=\"DocumentExchangeService/UploadPieces\",service=\"partner-registry\"} 16");

  const auto channel = server_.Channel(kOther);
  const auto other = de::DocumentExchangeService::NewStub(channel);
  OpenUpload upload(*other);
  ASSERT_TRUE(upload.stream->Write({}));
  de::UploadPiecesResponse acknowledged;
  EXPECT_TRUE(upload.stream->Read(&acknowledged));
  upload.stream->WritesDone();
  EXPECT_TRUE(upload.stream->Finish().ok());
  grpc::ClientContext context;
  rpc::SetDeadline(context, absl::Seconds(10));
  ledger::v1::InclusionProof proof;
  EXPECT_TRUE(
      ledger::v1::LedgerService::NewStub(channel)->GetInclusionProof(&context, {}, &proof).ok());

  for (const auto& stream : idle) stream->context.TryCancel();
}

TEST_F(StreamsTest, ACallerWhoLeavesEndsHisWatch) {
  const auto watch = Open(server_.Channel(kGeorgia));

  watch->context.TryCancel();

  EXPECT_EQ(watch->reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  echo_.registry().WaitForEnded(1);
}

TEST_F(StreamsTest, ARevokedCallersIdleWatchEndsWithinTwoSecondsAndSaysWhy) {
  const IssuedCertificate certificate = echo_.pki().georgia().IssueTls(kGeorgia);
  const std::string folder = echo_.pki().path("revoked");
  WriteIdentity(folder, certificate);
  const auto watch = Open(*server_.ChannelFrom(folder));

  echo_.pki().georgia().Revoke(certificate);
  echo_.pki().WriteBundles();
  const absl::Time revoked = absl::Now();

  EXPECT_THAT(End(*watch), FailsWith(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REVOKED"));
  EXPECT_LT(absl::Now() - revoked, absl::Seconds(2));
}

TEST_F(StreamsTest, ARevokedCallersUploadEndsInTheMiddleOfItsBody) {
  const IssuedCertificate certificate = echo_.pki().agency().IssueTls(kRegistryOperator);
  const std::string folder = echo_.pki().path("revoked");
  WriteIdentity(folder, certificate);
  const auto stub = pr::PartnerRegistryService::NewStub(*server_.ChannelFrom(folder));
  grpc::ClientContext context;
  pr::ImportFactsResponse response;
  const auto writer = stub->ImportFacts(&context, &response);
  ASSERT_TRUE(writer->Write({}));

  echo_.pki().agency().Revoke(certificate);
  echo_.pki().WriteBundles();
  while (writer->Write({})) {
  }

  EXPECT_THAT(rpc::ToAbslStatus(writer->Finish()),
              FailsWith(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REVOKED"));
}

TEST_F(StreamsTest, AStreamOfACallerStruckFromTheTableEnds) {
  const auto watch = Open(server_.Channel(kGeorgia));

  server_.table().Replace(*rpc::AccessTable::Parse(TableToml(EchoServer::Services(), {}), "new",
                                                   *rpc::MethodsServed(EchoServer::Services())));

  EXPECT_THAT(End(*watch), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(StreamsTest, DrainingEndsWatches) {
  const auto watch = Open(server_.Channel(kGeorgia));

  server_.server().Drain();

  EXPECT_THAT(End(*watch), FailsWith(absl::StatusCode::kUnavailable, "DRAINING"));
  echo_.registry().WaitForEnded(1);
}

TEST_F(StreamsTest, AServerThatStopsAtOnceEndsUploadsInTheMiddle) {
  const auto stub = pr::PartnerRegistryService::NewStub(server_.Channel(kRegistryOperator));
  grpc::ClientContext context;
  pr::ImportFactsResponse response;
  const auto writer = stub->ImportFacts(&context, &response);
  ASSERT_TRUE(writer->Write({}));

  server_.Stop();

  writer->WritesDone();
  EXPECT_THAT(rpc::ToAbslStatus(writer->Finish()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(StreamsTest, ASessionAnswersEachMessageAndEndsWhenTheCallerHasSentAll) {
  const auto stub = pr::PartnerRegistryService::NewStub(server_.Channel(kService));
  grpc::ClientContext context;
  const auto stream = stub->Replicate(&context);

  for (int i = 1; i <= 100; ++i) {
    pr::ReplicateRequest request;
    request.set_renewal(i);
    ASSERT_TRUE(stream->Write(request));
    pr::ReplicateResponse response;
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.renewed(), i);
  }
  stream->WritesDone();

  EXPECT_TRUE(stream->Finish().ok());
}

class StalledStreamsTest : public StreamsTest {
 protected:
  StalledStreamsTest()
      : StreamsTest(TestServer::Options{.stall_timeout = absl::Milliseconds(200)}) {}
};

TEST_F(StalledStreamsTest, AnUploadThatStandsStillIsEndedAndToldSo) {
  const auto stub = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
  OpenUpload upload(*stub);

  EXPECT_THAT(rpc::ToAbslStatus(upload.stream->Finish()),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_STALLED"));
}

TEST_F(StalledStreamsTest, AnUploadThatTricklesIsEndedAndToldSo) {
  const auto stub = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
  OpenUpload upload(*stub);
  de::UploadPiecesRequest request;
  request.set_data("x");

  while (upload.stream->Write(request)) absl::SleepFor(absl::Milliseconds(20));

  EXPECT_THAT(rpc::ToAbslStatus(upload.stream->Finish()),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_STALLED"));
}

TEST_F(StalledStreamsTest, DownloadsThatNobodyReadsGiveTheirThreadsBackAndEnd) {
  const auto stub = de::DocumentExchangeService::NewStub(server_.Channel(kOfficer));
  de::DownloadRequest request;
  request.set_length(64 << 20);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<de::DownloadResponse>>> unread;
  for (int i = 0; i < 16; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    unread.push_back(stub->Download(contexts.back().get(), request));
  }

  grpc::ClientContext context;
  rpc::SetDeadline(context, absl::Seconds(20));
  request.set_length(1);
  const auto reader = stub->Download(&context, request);
  de::DownloadResponse response;
  EXPECT_TRUE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
  WaitFor(
      "code=\"DEADLINE_EXCEEDED\",method=\"DocumentExchangeService/Download\","
      "service=\"partner-registry\"} 16");
  for (const auto& each : unread) {
    while (each->Read(&response)) {
    }
    // Who did not read in time was cut off before he heard why.
    EXPECT_THAT(rpc::ToAbslStatus(each->Finish()),
                ::testing::AnyOf(FailsWith(absl::StatusCode::kUnavailable, "CALL_INTERRUPTED"),
                                 FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_STALLED")));
  }
}

class UnreadStreamsTest : public StreamsTest {
 protected:
  UnreadStreamsTest()
      : StreamsTest(TestServer::Options{.unread_timeout = absl::Milliseconds(200)}) {}
};

TEST_F(UnreadStreamsTest, AWatchThatNobodyReadsIsEndedAndToldSoAndOneWithNothingToReadStays) {
  // Far more than gRPC (some MiB) and the kernel take in for a caller who does not read.
  constexpr int kBehind = 2000;
  echo_.registry().padding = 16 << 10;
  echo_.registry().Advance(kBehind);
  const auto idle = Open(server_.Channel(kOfficer), kBehind);
  const auto channel = server_.Channel(kGeorgia);
  const auto unread = Begin(channel, 0);

  WaitFor("comity_streams_unread_total{service=\"partner-registry\"} 1");

  pr::WatchResponse response;
  int last = 0;
  while (unread->reader->Read(&response)) ASSERT_EQ(response.bookmark().number(), ++last);
  EXPECT_THAT(rpc::ToAbslStatus(unread->reader->Finish()),
              FailsWith(absl::StatusCode::kAborted, "CONSUMER_TOO_SLOW"));
  EXPECT_LT(last, kBehind);
  const auto resumed = Begin(channel, last);
  while (last < kBehind + 1) {
    ASSERT_TRUE(resumed->reader->Read(&response));
    ASSERT_EQ(response.bookmark().number(), ++last);
  }
  echo_.registry().Advance(1);
  EXPECT_TRUE(idle->reader->Read(&response));
  EXPECT_EQ(response.bookmark().number(), kBehind + 2);
}

TEST_F(StreamsTest, ADeniedStreamNeverStarts) {
  const auto stub = pr::PartnerRegistryService::NewStub(server_.Channel(kGeorgia));
  grpc::ClientContext context;
  const auto stream = stub->Replicate(&context);

  EXPECT_THAT(rpc::ToAbslStatus(stream->Finish()),
              FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

}  // namespace
}  // namespace comity::testing
