// Who no longer counts has no open connection a second later, whatever he does on it.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/metrics/names.h"
#include "common/rpc/channel.h"
#include "common/status/error.h"
#include "tests/integration/rpc/connection_kinds.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace lv = ledger::v1;

constexpr absl::Duration kLimit = absl::Seconds(1);

// Everything is for everybody: only the caller's standing and certificate decide.
std::string OpenTable() {
  std::map<std::string, std::string> rows;
  const std::vector<std::string> methods = *rpc::MethodsServed(EchoServer::Services());
  for (const std::string& method : methods) {
    const bool read = method.find("GetCheckpoint") != std::string::npos;
    const bool bulk = method.find("GetInclusionProof") != std::string::npos;
    rows[method] = absl::StrCat("callers = [\"*\"]\nevidence = \"none\"\nadmission = \"",
                                read   ? "read"
                                : bulk ? "bulk"
                                       : "write",
                                "\"\n");
  }
  return TableToml(EchoServer::Services(), rows);
}

struct Cause {
  std::string name;
  std::string reason;
  // What is said of the contact's standing; OK if it is certificates that change.
  absl::StatusCode standing = absl::StatusCode::kOk;
};

void PrintTo(const Cause& cause, std::ostream* os) { *os << cause.name; }

class RevocationTest : public ::testing::TestWithParam<Cause> {
 protected:
  RevocationTest() {
    TestServer::Options options;
    options.table = OpenTable();
    options.bulk_threads = 32;  // One caller runs a quarter of them.
    options.standing = [this](const identity::Principal& principal) -> absl::Status {
      if (!refused_ || principal.kind != identity::PrincipalKind::kPartner) {
        return absl::OkStatus();
      }
      return MakeError(GetParam().standing, "Not now.", {.reason = GetParam().reason});
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
    if (GetParam().standing != absl::StatusCode::kOk) {
      refused_ = true;
      echo_->server()
          .identity()
          .verifier()
          .RaiseGeneration();  // As a service whose replica changes.
    } else if (GetParam().name == "BundleRemoved") {
      std::filesystem::remove_all(echo_->pki().bundles_folder() + "/georgia.example");
    } else {
      echo_->pki().georgia().Revoke(certificate_);
      echo_->pki().WriteBundles();
    }
  }

  std::vector<std::unique_ptr<ConnectionKind>> AllKinds() {
    std::vector<std::unique_ptr<ConnectionKind>> kinds = KindsWithACall(*echo_, folder_);
    // Nobody's yet: what the registry says of a contact cannot be held against it.
    if (GetParam().standing == absl::StatusCode::kOk) {
      kinds.push_back(WithoutACall(*echo_, folder_));
    }
    return kinds;
  }

  // Of a line of the server's metrics.
  int Value(const std::string& what) {
    const std::string text = echo_->server().metrics().Text();
    const std::size_t at = text.find(absl::StrCat("\n", what, " "));
    return at == std::string::npos ? -1 : std::stoi(text.substr(text.find(' ', at)));
  }

  std::atomic<bool> refused_ = false;
  std::unique_ptr<EchoServer> echo_;
  IssuedCertificate certificate_;
  std::string folder_;
};

TEST_P(RevocationTest, EveryConnectionIsClosedWithinASecondWhateverIsGoingOnOnIt) {
  std::vector<std::unique_ptr<ConnectionKind>> kinds = AllKinds();
  for (const auto& kind : kinds) {
    SCOPED_TRACE(kind->name());
    ASSERT_NO_FATAL_FAILURE(kind->Begin());
  }
  // Another caller on the same server, at work all the while.
  const std::string officer = echo_->pki().IssueFolder("officer", kOfficer);
  const std::unique_ptr<ConnectionKind> other = IdleWatch(*echo_, officer);
  other->Begin();
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
  EXPECT_FALSE(other->relay().closed());
  const bool denied = GetParam().standing != absl::StatusCode::kUnavailable;
  const int callers =
      static_cast<int>(kinds.size()) -
      (GetParam().standing == absl::StatusCode::kOk ? 1 : 0);  // No call, no caller.
  const std::string delay = metrics::kRevocationEnforcement;
  EXPECT_EQ(Value(delay + "_count"), denied ? callers : 0);
  EXPECT_EQ(Value(delay + "_bucket{le=\"1\"}"), denied ? callers : 0);
  if (denied) return;

  // Nobody was revoked: this was no delay of an enforcement, and he counts again at once.
  EXPECT_EQ(Value(absl::StrCat(metrics::kConnectionsEnded, "{reason=\"unvouched\"}")), callers);
  refused_ = false;
  IdleAfterACall(*echo_, folder_)->Begin();
}

INSTANTIATE_TEST_SUITE_P(All, RevocationTest,
                         ::testing::Values(Cause{"Revoked", "CERTIFICATE_REVOKED"},
                                           Cause{"BundleRemoved", "TRUST_DOMAIN_UNKNOWN"},
                                           Cause{"Suspended", "EXCHANGES_SUSPENDED",
                                                 absl::StatusCode::kPermissionDenied},
                                           Cause{"Unvouched", "REGISTRY_LEASE_LAPSED",
                                                 absl::StatusCode::kUnavailable}),
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
