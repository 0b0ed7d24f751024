// Certificates that must not pass, on either side.

#include <comity/ledger/v1/ledger.grpc.pb.h>
#include <grpc/support/log.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace lv = ledger::v1;

absl::Status GetCheckpoint(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  rpc::SetDeadline(context, absl::Seconds(20));
  lv::Checkpoint checkpoint;
  return rpc::ToAbslStatus(
      lv::LedgerService::NewStub(channel)->GetCheckpoint(&context, {}, &checkpoint));
}

// A client that does not look at its own certificate or the server's.
std::shared_ptr<grpc::Channel> Careless(const std::string& address,
                                        const IssuedCertificate& certificate) {
  grpc::experimental::TlsChannelCredentialsOptions tls;
  tls.set_certificate_provider(std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
      std::vector<grpc::experimental::IdentityKeyCertPair>{
          {certificate.key_pem, certificate.certificate_pem()}}));
  tls.watch_identity_key_cert_pairs();
  tls.set_verify_server_certs(false);
  tls.set_check_call_host(false);
  tls.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::experimental::TlsCredentials(tls), arguments);
}

struct BadCertificate {
  std::string name;
  // Made anew per test by the CAs of `pki`; `stranger` is a CA nobody trusts.
  std::function<IssuedCertificate(TestPki& pki, TestCa& stranger)> issue;
  // What the table says; "" if TLS refuses it first, without a word.
  std::string reason;
};

void PrintTo(const BadCertificate& bad, std::ostream* os) { *os << bad.name; }

std::vector<BadCertificate> BadCertificates() {
  const auto with = [](CertificateRequest request) {
    return [request](TestPki& pki, TestCa&) { return pki.agency().Issue(request); };
  };
  return {
      {"Expired",
       with({.uris = {kOfficer},
             .not_before = absl::Now() - absl::Hours(2),
             .not_after = absl::Now() - absl::Hours(1)}),
       ""},
      {"NotYetValid",
       with({.uris = {kOfficer},
             .not_before = absl::Now() + absl::Hours(1),
             .not_after = absl::Now() + absl::Hours(2)}),
       ""},
      {"OfAStranger", [](TestPki&, TestCa& stranger) { return stranger.IssueTls(kOfficer); }, ""},
      {"ForSigning", [](TestPki& pki, TestCa&) { return pki.agency().IssueSigning(kOfficer); }, ""},
      {"TwoUris", with({.uris = {kOfficer, kOperator}}), "CERTIFICATE_SEVERAL_URI_SANS"},
      {"NoUri", with({.dns_names = {"localhost"}}), "CERTIFICATE_NO_SPIFFE_ID"},
      {"UnknownRole", with({.uris = {"spiffe://agency.example/agency/king/fr/a1"}}),
       "CERTIFICATE_NO_SPIFFE_ID"},
      {"Ca", with({.uris = {kOfficer}, .ca = true}), "CERTIFICATE_IS_CA"},
      {"OfAnotherDomainForTheAgency",
       [](TestPki& pki, TestCa&) { return pki.georgia().IssueTls(kOfficer); }, "CHAIN_INVALID"},
      {"OfTheAgencyForAPartnerWithItsOwnDomain",
       [](TestPki& pki, TestCa&) { return pki.agency().IssueTls(kGeorgia); }, "CHAIN_INVALID"},
      {"OfAPartnerForAnotherPartner",
       [](TestPki& pki, TestCa&) {
         return pki.georgia().IssueTls("spiffe://georgia.example/partner/moldova/contact/c1");
       },
       "PATH_NOT_ALLOWED_FOR_DOMAIN"},
      {"OfAPartnerInTheDomainOfAnother",
       [](TestPki& pki, TestCa&) {
         TestCa moldova("moldova.example");
         WriteBundle(pki.bundles_folder(), moldova.Bundle({"partner/moldova"}));
         return pki.georgia().IssueTls("spiffe://moldova.example/partner/moldova/contact/c1");
       },
       "CHAIN_INVALID"},
      {"OfAPartnerForTheAgencyUnderItsOwnDomain",
       [](TestPki& pki, TestCa&) {
         return pki.georgia().IssueTls("spiffe://georgia.example/agency/desk-officer/fr/a1");
       },
       "PATH_NOT_ALLOWED_FOR_DOMAIN"},
      {"OfAnUnknownDomain",
       [](TestPki& pki, TestCa&) {
         return pki.agency().IssueTls("spiffe://other.example/agency/desk-officer/fr/a1");
       },
       "TRUST_DOMAIN_UNKNOWN"},
      {"Revoked",
       [](TestPki& pki, TestCa&) {
         IssuedCertificate certificate = pki.agency().IssueTls(kOfficer);
         pki.agency().Revoke(certificate);
         pki.WriteBundles();
         return certificate;
       },
       "CERTIFICATE_REVOKED"},
  };
}

class BadCertificateTest : public ::testing::TestWithParam<BadCertificate> {};

TEST_P(BadCertificateTest, IsRefused) {
  EchoServer echo;
  TestCa stranger("agency.example");
  const IssuedCertificate certificate = GetParam().issue(echo.pki(), stranger);
  ASSERT_THAT(echo.server().identity().Reload(), IsOk());

  const absl::Status status = GetCheckpoint(Careless(echo.server().address(), certificate));

  if (GetParam().reason.empty()) {
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE"));
  } else {
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kUnauthenticated, GetParam().reason));
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadCertificateTest, ::testing::ValuesIn(BadCertificates()),
                         [](const auto& bad) { return bad.param.name; });

TEST(IdentityTest, OurClientSaysWhatIsWrongWithItsOwnCertificateBeforeItConnects) {
  EchoServer echo;
  const std::string folder = echo.pki().path("expired");
  WriteIdentity(folder, echo.pki().agency().Issue({.uris = {kOfficer},
                                                   .not_before = absl::Now() - absl::Hours(2),
                                                   .not_after = absl::Now() - absl::Hours(1)}));

  EXPECT_THAT(echo.server().ChannelFrom(folder),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CERTIFICATE_EXPIRED"));
}

TEST(IdentityTest, OurClientRefusesAServerThatIsNotTheOneItAskedFor) {
  EchoServer echo;
  const std::string folder = echo.pki().IssueFolder("officer", kOfficer);

  const auto channel = rpc::Connect({.address = echo.server().address(),
                                     .certificate_file = folder + "/tls.pem",
                                     .key_file = folder + "/tls.key",
                                     .bundles_folder = echo.pki().bundles_folder(),
                                     .expected_service = "document-exchange",
                                     .trust_domain = "agency.example"});
  ASSERT_THAT(channel, IsOk());

  EXPECT_THAT(GetCheckpoint(*channel),
              FailsWith(absl::StatusCode::kUnavailable, "SERVER_NOT_EXPECTED"));
}

TEST(IdentityTest, OurClientRefusesAServerOfAnotherCaWithTheRightName) {
  EchoServer impostor;  // Has a PKI of its own, with the same names.
  TestPki pki;
  const std::string folder = pki.IssueFolder("officer", kOfficer);

  const auto channel = rpc::Connect({.address = impostor.server().address(),
                                     .certificate_file = folder + "/tls.pem",
                                     .key_file = folder + "/tls.key",
                                     .bundles_folder = pki.bundles_folder(),
                                     .expected_service = "partner-registry",
                                     .trust_domain = "agency.example"});
  ASSERT_THAT(channel, IsOk());

  EXPECT_THAT(GetCheckpoint(*channel), FailsWith(absl::StatusCode::kUnavailable, "CHAIN_INVALID"));
}

}  // namespace
}  // namespace comity::testing
