#include "common/rpc/grpc_status.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/cord.h"
#include "common/status/error.h"
#include "tests/testing/status_matchers.h"

namespace comity::rpc {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr char kDomain[] = "partner-registry.comity.example";

google::rpc::ErrorInfo InfoOf(const grpc::Status& status) {
  google::rpc::Status packed;
  EXPECT_TRUE(packed.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  for (const auto& detail : packed.details()) {
    if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&info);
  }
  return info;
}

TEST(GrpcStatusTest, DetailsGoThereAndBack) {
  const absl::Status sent = MakeError(absl::StatusCode::kFailedPrecondition, "no.",
                                      {.reason = "NO",
                                       .metadata = {{"a", "b"}},
                                       .fields = {{"partner.name", "is empty"}},
                                       .preconditions = {{"STATE", "partners/x", "is ended"}},
                                       .retry_after = absl::Seconds(2)});

  const absl::Status got = ToAbslStatus(ToGrpcStatus(sent, kDomain, "id"));

  EXPECT_THAT(got, FailsWith(absl::StatusCode::kFailedPrecondition, "NO"));
  EXPECT_EQ(got.message(), "no.");
  EXPECT_EQ(DetailsOf(got).metadata.at("a"), "b");
  EXPECT_EQ(DetailsOf(got).fields.at(0).field, "partner.name");
  EXPECT_EQ(DetailsOf(got).preconditions.at(0).subject, "partners/x");
  EXPECT_EQ(DetailsOf(got).retry_after, absl::Seconds(2));
}

TEST(GrpcStatusTest, TheDomainIsTheServicesAndAReasonIsAlwaysThere) {
  const google::rpc::ErrorInfo info =
      InfoOf(ToGrpcStatus(absl::NotFoundError("none"), kDomain, "id"));

  EXPECT_EQ(info.domain(), kDomain);
  EXPECT_EQ(info.reason(), "NOT_FOUND");
}

TEST(GrpcStatusTest, PayloadsThatAreNotGoogleRpcDoNotLeave) {
  absl::Status status = absl::AbortedError("stale");
  status.SetPayload("comity/internal", absl::Cord("secret"));

  EXPECT_EQ(ToGrpcStatus(status, kDomain, "id").error_details().find("secret"), std::string::npos);
}

TEST(GrpcStatusTest, FaultsOfOurOwnHideTextAndDetails) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnknown, absl::StatusCode::kDataLoss}) {
    const grpc::Status status = ToGrpcStatus(
        MakeError(code, "row 7 is broken", {.reason = "ROW_BROKEN", .metadata = {{"row", "7"}}}),
        kDomain, "request-1");

    EXPECT_EQ(status.error_message().find("row"), std::string::npos);
    EXPECT_EQ(status.error_details().find("row"), std::string::npos);
    EXPECT_EQ(InfoOf(status).metadata().at("request_id"), "request-1");
  }
}

TEST(GrpcStatusTest, ABareRefusalCarriesItsReasonInTheMessage) {
  const grpc::Status bare = ToBareGrpcStatus(MakeError(
      absl::StatusCode::kPermissionDenied, "not you: never.", {.reason = "ACCESS_DENIED"}));

  EXPECT_EQ(bare.error_message(), "ACCESS_DENIED: not you: never.");
  EXPECT_THAT(ToAbslStatus(bare), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  EXPECT_EQ(ToAbslStatus(bare).message(), "not you: never.");
}

TEST(GrpcStatusTest, WhoIsToComeAgainIsTakenToHaveBeenToldWhen) {
  const auto retry_after = [](absl::StatusCode code) {
    return DetailsOf(ToAbslStatus(ToBareGrpcStatus(MakeError(code, "not now.", {.reason = "X"}))))
        .retry_after;
  };

  EXPECT_EQ(retry_after(absl::StatusCode::kUnavailable), absl::Seconds(2));
  EXPECT_EQ(retry_after(absl::StatusCode::kPermissionDenied), std::nullopt);
}

TEST(GrpcStatusTest, ACancellationNobodyAskedForIsUnavailable) {
  const grpc::Status cancelled(grpc::StatusCode::CANCELLED, "Cancelled");

  EXPECT_THAT(ToAbslStatus(cancelled),
              FailsWith(absl::StatusCode::kUnavailable, "CALL_INTERRUPTED"));
  EXPECT_THAT(ToAbslStatus(cancelled, /*asked=*/true),
              FailsWith(absl::StatusCode::kCancelled, "CANCELLED"));
}

TEST(GrpcStatusTest, WhatTheClientsVerifierSaidIsFoundInGrpcsWords) {
  const grpc::Status status(
      grpc::StatusCode::UNAVAILABLE,
      "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Custom "
      "verification check failed with error: UNAUTHENTICATED: SERVER_NOT_EXPECTED: the server is "
      "not spiffe://a.example/service/x; check the address.");

  EXPECT_THAT(ToAbslStatus(status),
              FailsWith(absl::StatusCode::kUnavailable, "SERVER_NOT_EXPECTED"));
}

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), kDomain, "").ok());
  EXPECT_THAT(ToAbslStatus(grpc::Status::OK), IsOk());
}

}  // namespace
}  // namespace comity::rpc
