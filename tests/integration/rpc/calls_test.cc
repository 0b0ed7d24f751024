// Calls over real mutual TLS: who is let in, what comes back.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace lv = ledger::v1;

absl::StatusOr<lv::Checkpoint> GetCheckpoint(const std::shared_ptr<grpc::Channel>& channel,
                                             grpc::ClientContext* context = nullptr) {
  grpc::ClientContext own;
  if (context == nullptr) {
    rpc::SetDeadline(own, absl::Seconds(20));
    context = &own;
  }
  lv::Checkpoint checkpoint;
  const grpc::Status status =
      lv::LedgerService::NewStub(channel)->GetCheckpoint(context, {}, &checkpoint);
  if (!status.ok()) return rpc::ToAbslStatus(status);
  return checkpoint;
}

absl::Status GetInclusionProof(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  rpc::SetDeadline(context, absl::Seconds(20));
  lv::InclusionProof proof;
  return rpc::ToAbslStatus(
      lv::LedgerService::NewStub(channel)->GetInclusionProof(&context, {}, &proof));
}

class CallsTest : public ::testing::Test {
 protected:
  EchoServer echo_;
  TestServer& server_ = echo_.server();
};

TEST_F(CallsTest, AListedCallerIsAnsweredAndKnownByTheIdOfTheCertificate) {
  const auto checkpoint = GetCheckpoint(server_.Channel(kOfficer));

  ASSERT_THAT(checkpoint, IsOk());
  EXPECT_EQ(checkpoint->note(), kOfficer);
}

TEST_F(CallsTest, ACallerWhoIsNotListedIsDeniedWithAReason) {
  EXPECT_THAT(GetCheckpoint(server_.Channel(kGeorgia)),
              FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(CallsTest, AMethodNobodyMayCallAndAMethodThatDoesNotExistAreDeniedAlike) {
  const auto channel = server_.Channel(kOperator);
  grpc::ClientContext context;
  lv::ListEntriesResponse entries;
  const grpc::Status closed =
      lv::LedgerService::NewStub(channel)->ListEntries(&context, {}, &entries);
  grpc::TemplatedGenericStub<lv::GetCheckpointRequest, lv::Checkpoint> generic(channel);
  grpc::ClientContext other;
  const lv::GetCheckpointRequest request;
  lv::Checkpoint checkpoint;
  std::promise<grpc::Status> answered;
  generic.UnaryCall(&other, "/comity.ledger.v1.LedgerService/Absent", {}, &request, &checkpoint,
                    [&](grpc::Status status) { answered.set_value(std::move(status)); });
  const grpc::Status unknown = answered.get_future().get();

  EXPECT_EQ(closed.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(unknown.error_code(), closed.error_code());
  EXPECT_EQ(unknown.error_message(), closed.error_message());
}

TEST_F(CallsTest, AListedMethodThatIsNotWrittenIsUnimplemented) {
  grpc::ClientContext context;
  lv::Tile tile;

  EXPECT_EQ(lv::LedgerService::NewStub(server_.Channel(kOfficer))
                ->GetTile(&context, {}, &tile)
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(CallsTest, TheRecorderGetsRefusalsAtTheTableOnceAMinute) {
  const auto channel = server_.Channel(kGeorgia);

  for (int i = 0; i < 3; ++i) EXPECT_FALSE(GetCheckpoint(channel).ok());

  const auto refusals = echo_.recorder().WaitForTableRefusals(1);
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].caller, kGeorgia);
  EXPECT_EQ(refusals[0].method, "comity.ledger.v1.LedgerService/GetCheckpoint");
  EXPECT_EQ(refusals[0].reason, "ACCESS_DENIED");
}

TEST_F(CallsTest, ErrorsArriveWithTheirDetails) {
  echo_.ledger().outcome = [](const rpc::Call&) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "not today.",
                     {.reason = "NOT_TODAY",
                      .metadata = {{"day", "monday"}},
                      .preconditions = {{"TRANSFER_CHECK", "EJR 47(5)", "ask."}},
                      .retry_after = absl::Milliseconds(1500)});
  };

  const absl::Status status = GetInclusionProof(server_.Channel(kOfficer));

  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_TODAY"));
  EXPECT_EQ(status.message(), "not today.");
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.metadata.at("day"), "monday");
  ASSERT_EQ(details.preconditions.size(), 1U);
  EXPECT_EQ(details.preconditions[0].subject, "EJR 47(5)");
  EXPECT_EQ(details.retry_after, absl::Milliseconds(1500));
}

TEST_F(CallsTest, AnInternalErrorKeepsItsTextToItself) {
  echo_.ledger().outcome = [](const rpc::Call&) {
    return MakeError(absl::StatusCode::kInternal, "the table of keys is broken", {.reason = "BUG"});
  };

  const absl::Status status = GetInclusionProof(server_.Channel(kOfficer));

  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_EQ(status.ToString().find("keys"), std::string::npos);
  EXPECT_EQ(DetailsOf(status).metadata.at("request_id").size(), 36U);
}

TEST_F(CallsTest, WhatACallKeepsIsKeptUntilItsAnswerWasGivenToGrpc) {
  std::promise<std::string> counted;
  echo_.ledger().outcome = [&](const rpc::Call& call) {
    call.KeepUntilSent(std::shared_ptr<const void>(
        this, [&](const void*) { counted.set_value(server_.metrics().Text()); }));
    return absl::OkStatus();
  };

  ASSERT_THAT(GetInclusionProof(server_.Channel(kOfficer)), IsOk());

  // Calls are counted when their answer is made.
  EXPECT_THAT(counted.get_future().get(),
              ::testing::HasSubstr("comity_grpc_server_calls_total{code=\"OK\",method="
                                   "\"LedgerService/GetInclusionProof\","
                                   "service=\"partner-registry\"} 1"));
}

TEST_F(CallsTest, ARefusedAttemptLeavesEvidenceUnlessTheHandlerLeftItsOwn) {
  const auto channel = server_.Channel(kOfficer);
  echo_.ledger().outcome = [](const rpc::Call&) {
    return MakeError(absl::StatusCode::kNotFound, "no.", {.reason = "NO_LEAF"});
  };
  EXPECT_FALSE(GetInclusionProof(channel).ok());
  echo_.ledger().outcome = [](const rpc::Call& call) {
    call.MarkEvidenced();
    return MakeError(absl::StatusCode::kAborted, "no.", {.reason = "OWN_LEAF"});
  };
  EXPECT_FALSE(GetInclusionProof(channel).ok());

  EXPECT_THAT(echo_.recorder().refusals(),
              ::testing::ElementsAre(std::string(kOfficer) + " NO_LEAF"));
}

TEST_F(CallsTest, ARefusalWhoseEvidenceCannotBeWrittenIsUnavailable) {
  echo_.recorder().fails = true;
  echo_.ledger().outcome = [](const rpc::Call&) {
    return MakeError(absl::StatusCode::kNotFound, "no.", {.reason = "NO_LEAF"});
  };

  EXPECT_THAT(GetInclusionProof(server_.Channel(kOfficer)),
              FailsWith(absl::StatusCode::kUnavailable, "EVIDENCE_UNAVAILABLE"));
}

TEST_F(CallsTest, TheMinimalRevisionReachesTheBody) {
  const auto channel = server_.Channel(kOfficer);
  grpc::ClientContext good;
  rpc::SetMinRevision(good, "0123456789abcdef0123456789abcdef", 42);
  grpc::ClientContext bad;
  bad.AddMetadata("comity-min-revision", "42");

  const auto checkpoint = GetCheckpoint(channel, &good);
  ASSERT_THAT(checkpoint, IsOk());
  EXPECT_EQ(checkpoint->tree_size(), 42);
  EXPECT_THAT(GetCheckpoint(channel, &bad),
              FailsWith(absl::StatusCode::kInvalidArgument, "MIN_REVISION_INVALID"));
}

TEST_F(CallsTest, ACallPastItsDeadlineGetsNoAnswer) {
  const auto channel = server_.Channel(kOfficer);
  ASSERT_THAT(GetCheckpoint(channel), IsOk());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(1));

  EXPECT_THAT(GetCheckpoint(channel, &context), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(CallsTest, ASuspendedContactIsRefused) {
  EchoServer echo({.standing = [](const identity::Principal& principal) {
    if (principal.spiffe_id != kOfficer) return absl::OkStatus();
    return MakeError(absl::StatusCode::kPermissionDenied, "this contact is suspended.",
                     {.reason = "CONTACT_SUSPENDED"});
  }});

  EXPECT_THAT(GetCheckpoint(echo.server().Channel(kOfficer)),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
  EXPECT_THAT(GetCheckpoint(echo.server().Channel(kOperator)), IsOk());
}

TEST_F(CallsTest, WhoCannotBeVouchedForIsToldToComeAgainWhichIsNoEvidence) {
  std::atomic<absl::StatusCode> code = absl::StatusCode::kUnavailable;
  EchoServer echo({.standing = [&code](const identity::Principal& principal) {
    if (principal.spiffe_id != kOfficer) return absl::OkStatus();
    return MakeError(code, "not now.",
                     {.reason = absl::StrCat("SAID_", static_cast<int>(code.load()))});
  }});
  const auto channel = echo.server().Channel(kOfficer);

  const absl::Status refused = GetCheckpoint(channel).status();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kUnavailable, "SAID_14"));
  EXPECT_TRUE(DetailsOf(refused).retry_after.has_value());
  EXPECT_THAT(GetCheckpoint(echo.server().Channel(kOperator)), IsOk());

  code = absl::StatusCode::kPermissionDenied;
  EXPECT_THAT(GetCheckpoint(channel), FailsWith(absl::StatusCode::kPermissionDenied, "SAID_7"));
  EXPECT_EQ(echo.recorder().WaitForTableRefusals(1)[0].reason, "SAID_7") << "only that one";
}

TEST_F(CallsTest, WhomExchangesAreSuspendedWithCallsWhatTheTableSays) {
  // What an officer of whom `reason` is said gets where the row says `more`.
  const auto ask = [](const char* reason, const char* more) {
    std::map<std::string, std::string> rows = EchoServer::Rows();
    rows.at(absl::StrCat(kLedger, "/GetCheckpoint")) += more;
    EchoServer echo({.table = TableToml(EchoServer::Services(), rows),
                     .standing = [reason](const identity::Principal& principal) {
                       if (principal.spiffe_id != kOfficer) return absl::OkStatus();
                       return MakeError(absl::StatusCode::kPermissionDenied, "not now.",
                                        {.reason = reason});
                     }});
    return GetCheckpoint(echo.server().Channel(kOfficer)).status();
  };
  EXPECT_THAT(ask("EXCHANGES_SUSPENDED", ""),
              FailsWith(absl::StatusCode::kPermissionDenied, "EXCHANGES_SUSPENDED"));
  EXPECT_THAT(ask("EXCHANGES_SUSPENDED", "suspended = true\n"), IsOk());
  for (const char* const other : {"CONTACT_SUSPENDED", "SECONDMENT_NOT_IN_EFFECT"}) {
    EXPECT_THAT(ask(other, "suspended = true\n"),
                FailsWith(absl::StatusCode::kPermissionDenied, other));
  }
}

TEST_F(CallsTest, ANewAccessTableCountsFromTheNextCall) {
  const auto channel = server_.Channel(kOfficer);
  ASSERT_THAT(GetCheckpoint(channel), IsOk());
  auto table = rpc::AccessTable::Parse(TableToml(EchoServer::Services(), {}), "new",
                                       *rpc::MethodsServed(EchoServer::Services()));
  ASSERT_THAT(table, IsOk());

  server_.table().Replace(*std::move(table));

  EXPECT_THAT(GetCheckpoint(channel),
              FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(CallsTest, DrainingFinishesWhatIsRunningAndRefusesWhatIsNew) {
  const auto channel = server_.Channel(kOfficer);
  const auto stub = lv::LedgerService::NewStub(channel);
  std::future<grpc::Status> running = std::async(std::launch::async, [&] {
    grpc::ClientContext context;
    lv::ConsistencyProof proof;
    return stub->GetConsistencyProof(&context, {}, &proof);
  });
  echo_.ledger().WaitForWaiting();

  std::future<void> drained = std::async(std::launch::async, [&] { server_.server().Drain(); });
  absl::Status refused;
  do {
    refused = GetCheckpoint(channel).status();
  } while (refused.ok());
  echo_.ledger().Release();
  drained.get();

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kUnavailable, "DRAINING"));
  EXPECT_TRUE(running.get().ok());
  EXPECT_THAT(GetCheckpoint(server_.Channel(kOfficer)),
              FailsWith(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE"));
}

TEST_F(CallsTest, CallsAndRefusalsAreCounted) {
  ASSERT_THAT(GetCheckpoint(server_.Channel(kOfficer)), IsOk());
  ASSERT_FALSE(GetCheckpoint(server_.Channel(kGeorgia)).ok());

  const std::string text = server_.metrics().Text();

  EXPECT_THAT(text, ::testing::HasSubstr(
                        "comity_grpc_server_calls_total{code=\"OK\",method=\"LedgerService/"
                        "GetCheckpoint\",service=\"partner-registry\"} 1"));
  EXPECT_THAT(text,
              ::testing::HasSubstr(
                  "comity_access_refusals_total{method=\"comity.ledger.v1.LedgerService/"
                  "GetCheckpoint\",reason=\"ACCESS_DENIED\",service=\"partner-registry\"} 1"));
}

}  // namespace
}  // namespace comity::testing
