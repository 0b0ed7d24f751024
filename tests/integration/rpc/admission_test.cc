// What one caller may ask for over real mutual TLS: calls a second, streams a connection, bytes a
// message.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/rpc/transport_threads.h"
#include "common/rpc/unary_answer.h"
#include "common/status/error.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace de = document_exchange::v1;
namespace lv = ledger::v1;
namespace pr = partner_registry::v1;

// Of each kind of call: one a second, hence two at once.
constexpr rpc::RateLimits::Options kSlow{.per_second = {1, 1, 1, 1}};

template <typename Service, typename Request, typename Response>
absl::Status Ask(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                       Response*),
                 const std::shared_ptr<grpc::Channel>& channel,
                 absl::Duration deadline = absl::Seconds(20)) {
  grpc::ClientContext context;
  rpc::SetDeadline(context, deadline);
  Response response;
  return rpc::ToAbslStatus(((*Service::NewStub(channel)).*method)(&context, {}, &response));
}

absl::Status GetCheckpoint(const std::shared_ptr<grpc::Channel>& channel,
                           absl::Duration deadline = absl::Seconds(20)) {
  return Ask<lv::LedgerService>(&lv::LedgerService::Stub::GetCheckpoint, channel, deadline);
}

absl::Status GetInclusionProof(const std::shared_ptr<grpc::Channel>& channel) {
  return Ask<lv::LedgerService>(&lv::LedgerService::Stub::GetInclusionProof, channel);
}

// Waits in its body until the ledger releases it.
absl::Status GetConsistencyProof(const std::shared_ptr<grpc::Channel>& channel) {
  return Ask<lv::LedgerService>(&lv::LedgerService::Stub::GetConsistencyProof, channel);
}

absl::Status CreateContact(const std::shared_ptr<grpc::Channel>& channel) {
  return Ask<pr::PartnerRegistryService>(&pr::PartnerRegistryService::Stub::CreateContact, channel);
}

absl::Status Download(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  rpc::SetDeadline(context, absl::Seconds(20));
  de::DownloadRequest request;
  request.set_length(1);
  const auto stream = de::DocumentExchangeService::NewStub(channel)->Download(&context, request);
  de::DownloadResponse response;
  while (stream->Read(&response)) continue;
  return rpc::ToAbslStatus(stream->Finish());
}

// gRPC's own service answers an empty message with an empty message.
absl::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  rpc::SetDeadline(context, absl::Seconds(20));
  const grpc::ByteBuffer request(nullptr, 0);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> answered;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                 [&](grpc::Status status) { answered.set_value(std::move(status)); });
  return rpc::ToAbslStatus(answered.get_future().get());
}

// A Watch that has brought its first message.
class Watching {
 public:
  explicit Watching(const std::shared_ptr<grpc::Channel>& channel)
      : stream_(pr::PartnerRegistryService::NewStub(channel)->Watch(&context_, {})) {}

  bool Read() {
    pr::WatchResponse response;
    return stream_->Read(&response);
  }
  // How the server ended it, after Read has said that it did.
  absl::Status Outcome() { return rpc::ToAbslStatus(stream_->Finish()); }
  void End() {
    context_.TryCancel();
    while (Read()) continue;
    stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<pr::WatchResponse>> stream_;
};

TEST(AdmissionTest, ReadsAnsweredOnGrpcsThreadAreLimitedForEachCaller) {
  EchoServer echo({.rates = kSlow});
  const auto channel = echo.server().Channel(kOfficer);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(GetCheckpoint(channel), IsOk());

  const absl::Status refused = GetCheckpoint(channel);

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));
  ASSERT_TRUE(DetailsOf(refused).retry_after.has_value());
  EXPECT_GT(*DetailsOf(refused).retry_after, absl::ZeroDuration());
  EXPECT_LE(*DetailsOf(refused).retry_after, absl::Seconds(1));
  EXPECT_THAT(GetCheckpoint(echo.server().Channel(kOfficer)),
              FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"))
      << "another connection is no other caller";
  EXPECT_THAT(GetCheckpoint(echo.server().Channel(kOperator)), IsOk());
}

TEST(AdmissionTest, WhoIsToBlameForHisRefusalHearsItLater) {
  EchoServer echo({.rates = kSlow});
  const auto channel = echo.server().Channel(kOfficer);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(GetCheckpoint(channel), IsOk());
  const absl::Time asked = absl::Now();

  ASSERT_THAT(GetCheckpoint(channel),
              FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));

  // gRPC's timers count milliseconds.
  EXPECT_GE(absl::Now() - asked, rpc::kRefusalHeld - absl::Milliseconds(5));
}

// The nice values of this process's threads of a name.
std::multiset<int> NiceOf(absl::string_view wanted) {
  std::multiset<int> nice;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    const auto thread = static_cast<id_t>(std::stoul(task.path().filename().string()));
    if (name == wanted) nice.insert(::getpriority(PRIO_PROCESS, thread));
  }
  return nice;
}

TEST(AdmissionTest, ThreadsThatTakeCallsStandBackBehindWorkInProgress) {
  const int own = ::getpriority(PRIO_PROCESS, 0);
  const int lower = std::min(19, own + rpc::kNicer);
  EchoServer echo;

  const absl::Time patience = absl::Now() + absl::Seconds(20);
  while (NiceOf("nexting_thread").count(lower) < 2 && absl::Now() < patience) {
    ASSERT_THAT(GetCheckpoint(echo.server().Channel(kOfficer)), IsOk());
  }

  EXPECT_GE(NiceOf("nexting_thread").count(lower), 2);
  EXPECT_EQ(NiceOf("nexting_thread").count(own), 0);
  EXPECT_EQ(NiceOf("write").count(lower), 0);
  const std::multiset<int> bulk = NiceOf("bulk");
  ASSERT_FALSE(bulk.empty());
  EXPECT_GT(*bulk.begin(), lower) << "bulk work stands behind whoever reads";
}

TEST(AdmissionTest, AChannelOfTheClientLibraryDoesNotMakeAllTheCallsThatWouldBeRefused) {
  EchoServer echo({.rates = kSlow});
  const auto channel = echo.server().Channel(kOfficer);

  absl::Status outcome;
  for (int i = 0; i < 50 && ReasonOf(outcome) != "HELD_BACK"; ++i) outcome = GetCheckpoint(channel);

  EXPECT_THAT(outcome, FailsWith(absl::StatusCode::kResourceExhausted, "HELD_BACK"));
  EXPECT_TRUE(DetailsOf(outcome).retry_after.has_value());
}

TEST(AdmissionTest, CallsOfTheExecutorAndHealthAreLimitedToo) {
  EchoServer echo({.rates = kSlow});
  const auto channel = echo.server().Channel(kOfficer);
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(GetInclusionProof(channel), IsOk());
    ASSERT_THAT(CheckHealth(channel), IsOk());
  }

  EXPECT_THAT(GetInclusionProof(channel),
              FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));
  EXPECT_THAT(CheckHealth(channel),
              FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));
}

TEST(AdmissionTest, StreamsThatStayAreLimitedInHowOftenTheyBegin) {
  EchoServer echo({.rates = kSlow});
  echo.registry().Advance(1);
  const auto channel = echo.server().Channel(kOfficer);
  Watching first(channel);
  Watching second(channel);
  ASSERT_TRUE(first.Read());
  ASSERT_TRUE(second.Read());

  Watching third(channel);

  EXPECT_FALSE(third.Read());
  EXPECT_THAT(third.Outcome(), FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));
  first.End();
  second.End();
}

TEST(AdmissionTest, ACallBeyondTheStreamsOfAConnectionWaitsAtItsCallerForAPlace) {
  EchoServer echo({.server = {.max_streams_per_connection = 2}});
  echo.registry().Advance(1);
  const auto channel = echo.server().Channel(kOfficer);
  Watching first(channel);
  Watching second(channel);
  ASSERT_TRUE(first.Read());
  ASSERT_TRUE(second.Read());

  EXPECT_THAT(GetCheckpoint(channel, absl::Milliseconds(300)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(GetCheckpoint(echo.server().Channel(kOfficer)), IsOk());
  first.End();
  EXPECT_THAT(GetCheckpoint(channel), IsOk());
  second.End();
}

TEST(AdmissionTest, WhoHasUsedUpHisShareOfTheQueueHearsWhenToComeAgain) {
  EchoServer echo({.write_threads = 1, .queue = 8});
  const auto channel = echo.server().Channel(kOfficer);
  const auto begin = [&] { return std::async(std::launch::async, GetConsistencyProof, channel); };
  std::vector<std::future<absl::Status>> calls;
  calls.push_back(begin());
  echo.ledger().WaitForWaiting();
  for (int i = 0; i < 2; ++i) calls.push_back(begin());
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  while (echo.server().gate().write_executor().queued() < 2 && absl::Now() < patience) {
    std::this_thread::yield();
  }

  const absl::Status refused = GetConsistencyProof(channel);
  echo.ledger().Release();

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
  EXPECT_TRUE(DetailsOf(refused).retry_after.has_value());
  for (std::future<absl::Status>& call : calls) EXPECT_THAT(call.get(), IsOk());
}

// For each class of calls one in progress, and one place in its queue.
class FullQueueTest : public ::testing::Test {
 protected:
  FullQueueTest() {
    echo_.registry().Advance(1);
    echo_.registry().write = [](const rpc::Call&, rpc::WriteCall&) { return absl::OkStatus(); };
  }

  // Returns when one call waits.
  template <typename Queue>
  static void AwaitFull(const Queue& queue) {
    const absl::Time patience = absl::Now() + absl::Seconds(20);
    while (queue.queued() == 0 && absl::Now() < patience) std::this_thread::yield();
    EXPECT_EQ(queue.queued(), 1U);
  }

  static void ExpectTooBusy(const absl::Status& refused) {
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_BUSY"));
    EXPECT_TRUE(DetailsOf(refused).retry_after.has_value());
  }

  absl::Status Read() { return GetCheckpoint(guest_); }
  bool Watches() {
    Watching watching(guest_);
    const bool read = watching.Read();
    watching.End();
    return read;
  }

  EchoServer echo_{{.write_threads = 1, .bulk_threads = 1, .queue = 1}};
  rpc::GateCore& gate_ = echo_.server().gate();
  const std::shared_ptr<grpc::Channel> first_ = echo_.server().Channel(kOfficer);
  const std::shared_ptr<grpc::Channel> second_ = echo_.server().Channel(kOperator);
  const std::shared_ptr<grpc::Channel> guest_ = echo_.server().Channel(kRegistryOperator);
};

TEST_F(FullQueueTest, OfWritesThatBlockRefusesThoseAndNothingElse) {
  std::future<absl::Status> running = std::async(std::launch::async, GetConsistencyProof, first_);
  echo_.ledger().WaitForWaiting();
  std::future<absl::Status> waiting = std::async(std::launch::async, GetConsistencyProof, second_);
  AwaitFull(gate_.write_executor());

  ExpectTooBusy(GetConsistencyProof(guest_));

  EXPECT_THAT(CreateContact(guest_), IsOk());
  EXPECT_THAT(Download(guest_), IsOk());
  EXPECT_THAT(Read(), IsOk());
  EXPECT_TRUE(Watches());
  echo_.ledger().Release();
  EXPECT_THAT(running.get(), IsOk());
  EXPECT_THAT(waiting.get(), IsOk());
}

TEST_F(FullQueueTest, OfWritesThatHoldNoThreadRefusesThoseAndNothingElse) {
  echo_.ledger().Release();
  std::promise<rpc::Answer> promised;
  std::atomic<bool> first = true;
  echo_.registry().write = [&](const rpc::Call&, rpc::WriteCall& later) {
    if (first.exchange(false)) promised.set_value(later.Promise());
    return absl::OkStatus();
  };
  std::future<absl::Status> running = std::async(std::launch::async, CreateContact, first_);
  const rpc::Answer answer = promised.get_future().get();
  std::future<absl::Status> waiting = std::async(std::launch::async, CreateContact, second_);
  AwaitFull(gate_.write_turns());

  ExpectTooBusy(CreateContact(guest_));

  EXPECT_THAT(GetConsistencyProof(guest_), IsOk());
  EXPECT_THAT(Download(guest_), IsOk());
  EXPECT_THAT(Read(), IsOk());
  EXPECT_TRUE(Watches());
  answer(absl::OkStatus());
  EXPECT_THAT(running.get(), IsOk());
  EXPECT_THAT(waiting.get(), IsOk());
}

TEST_F(FullQueueTest, OfBulkWorkRefusesThatAndNothingElse) {
  echo_.ledger().Release();
  de::UploadPiecesRequest piece;
  piece.set_data("x");
  de::UploadPiecesResponse received;
  grpc::ClientContext running_context;
  rpc::SetDeadline(running_context, absl::Seconds(60));
  const auto running = de::DocumentExchangeService::NewStub(first_)->UploadPieces(&running_context);
  ASSERT_TRUE(running->Write(piece));
  ASSERT_TRUE(running->Read(&received));
  grpc::ClientContext waiting_context;
  rpc::SetDeadline(waiting_context, absl::Seconds(60));
  const auto waiting =
      de::DocumentExchangeService::NewStub(second_)->UploadPieces(&waiting_context);
  ASSERT_TRUE(waiting->Write(piece));
  AwaitFull(gate_.bulk_executor());

  ExpectTooBusy(Download(guest_));

  EXPECT_THAT(GetConsistencyProof(guest_), IsOk());
  EXPECT_THAT(CreateContact(guest_), IsOk());
  EXPECT_THAT(Read(), IsOk());
  EXPECT_TRUE(Watches());
  for (const auto* const upload : {&running, &waiting}) {
    (*upload)->WritesDone();
    while ((*upload)->Read(&received)) continue;
    EXPECT_THAT(rpc::ToAbslStatus((*upload)->Finish()), IsOk());
  }
}

TEST(AdmissionTest, AMessageLargerThanTheServerTakesIsRefusedWithItsReason) {
  EchoServer echo({.server = {.max_message_bytes = 64 << 10}});
  const auto channel = echo.server().Channel(kOfficer);
  const auto stub = de::DocumentExchangeService::NewStub(channel);
  grpc::ClientContext unary;
  lv::InclusionProof proof;
  lv::GetInclusionProofRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      1000, std::string(65 << 10, 'x'));
  grpc::ClientContext streaming;
  de::UploadPiecesRequest piece;
  piece.set_data(std::string(65 << 10, 'x'));

  EXPECT_THAT(rpc::ToAbslStatus(
                  lv::LedgerService::NewStub(channel)->GetInclusionProof(&unary, request, &proof)),
              FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  const auto stream = stub->UploadPieces(&streaming);
  stream->Write(piece);
  stream->WritesDone();
  EXPECT_THAT(rpc::ToAbslStatus(stream->Finish()),
              FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_THAT(GetCheckpoint(channel), IsOk()) << "the connection stays";
}

}  // namespace
}  // namespace comity::testing
