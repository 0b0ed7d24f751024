// An application that calls for a person: what the person signed decides, on the application's own
// connection only.

#include "common/sealing/delegation.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/identity/own_certificate.h"
#include "common/rpc/channel.h"
#include "common/rpc/delegations.h"
#include "common/rpc/grpc_status.h"
#include "common/sealing/cades.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace lv = ledger::v1;

constexpr char kPortal[] = "spiffe://agency.example/application/case-portal";
constexpr char kOther[] = "spiffe://agency.example/application/other";

// `in_person` goes to the row of GetInclusionProof.
std::string Carriers(const std::string& text, const std::string& in_person) {
  std::map<std::string, std::string> rows = EchoServer::Rows();
  rows.at(absl::StrCat(kLedger, "/GetInclusionProof")) += in_person;
  // The first line of a table says its format.
  const std::string table = TableToml(EchoServer::Services(), rows);
  const std::size_t line = table.find('\n') + 1;
  return absl::StrCat(table.substr(0, line), "carriers = [", text, "]\n", table.substr(line));
}

class DelegationTest : public ::testing::Test {
 protected:
  DelegationTest() {
    SetCarriers("'application/case-portal'");
    echo_.ledger().outcome = [this](const rpc::Call& call) {
      caller_ = std::string(call.caller());
      via_ = std::string(call.via());
      return refuse_ ? absl::InvalidArgumentError("no") : absl::OkStatus();
    };
  }

  void SetCarriers(const std::string& carriers, const std::string& in_person = "") {
    const auto methods = rpc::MethodsServed(EchoServer::Services());
    ASSERT_THAT(methods, IsOk());
    auto table = rpc::AccessTable::Parse(Carriers(carriers, in_person), "table", *methods);
    ASSERT_THAT(table, IsOk());
    server_.table().Replace(*std::move(table));
  }

  // The folder of a new identity of the application.
  std::string Application(const std::string& name, const std::string& id = kPortal) {
    return echo_.pki().IssueFolder(name, id);
  }

  // What the officer signs for the certificate in `folder`.
  sealing::Delegation DelegationFor(const std::string& folder) {
    const auto carrier = identity::CheckOwnCertificate(folder + "/tls.pem", folder + "/tls.key",
                                                       echo_.pki().bundles(), absl::Now());
    EXPECT_THAT(carrier, IsOk());
    const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
    return {.person = kOfficer,
            .carrier = carrier->verified.principal.spiffe_id,
            .carrier_certificate_sha256 = carrier->verified.leaf_sha256,
            .services = {"partner-registry"},
            .not_before = now - absl::Minutes(1),
            .not_after = now + absl::Hours(1)};
  }

  std::string Token(const sealing::Delegation& delegation, const IssuedCertificate& signer) {
    const auto statement = sealing::BuildDelegation(delegation);
    EXPECT_THAT(statement, IsOk());
    const auto made = sealing::Signer::FromPem(signer.certificate_pem(), signer.key_pem);
    EXPECT_THAT(made, IsOk());
    return sealing::FormatToken(
        {.statement = *statement, .signature = *made->Sign(*statement, delegation.not_before)});
  }
  std::string Token(const sealing::Delegation& delegation) { return Token(delegation, officer_); }

  // GetInclusionProof, which desk officers may call.
  absl::Status Call(const std::string& folder, const std::string& token) {
    const auto channel = server_.ChannelFrom(folder);
    if (!channel.ok()) return channel.status();
    grpc::ClientContext context;
    rpc::SetDeadline(context, absl::Seconds(20));
    if (!token.empty()) context.AddMetadata(rpc::kDelegationKey, token);
    lv::InclusionProof proof;
    return rpc::ToAbslStatus(
        lv::LedgerService::NewStub(*channel)->GetInclusionProof(&context, {}, &proof));
  }

  EchoServer echo_;
  TestServer& server_ = echo_.server();
  const IssuedCertificate officer_ = echo_.pki().agency().IssueSigning(kOfficer);
  std::string caller_;
  std::string via_;
  bool refuse_ = false;
};

TEST_F(DelegationTest, ThePersonsRightsDecideAndBothAreKnown) {
  const std::string portal = Application("portal");
  const std::string token = Token(DelegationFor(portal));

  ASSERT_THAT(Call(portal, token), IsOk());
  EXPECT_EQ(caller_, kOfficer);
  EXPECT_EQ(via_, kPortal);
  // Again, when it is known.
  EXPECT_THAT(Call(portal, token), IsOk());

  EXPECT_THAT(Call(portal, ""), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(DelegationTest, WhoStealsItCanDoNothingWithIt) {
  const std::string token = Token(DelegationFor(Application("portal")));

  SetCarriers("'application'");
  EXPECT_THAT(Call(Application("other", kOther), token),
              FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_OF_ANOTHER"));
  // The same application with another certificate.
  EXPECT_THAT(Call(Application("renewed"), token),
              FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_OF_ANOTHER"));
}

TEST_F(DelegationTest, OnlyWhoTheTableNamesCarriesAndItIsAskedOnEveryCall) {
  const std::string portal = Application("portal");
  const std::string token = Token(DelegationFor(portal));
  ASSERT_THAT(Call(portal, token), IsOk());

  SetCarriers("");
  EXPECT_THAT(Call(portal, token),
              FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_NOT_ALLOWED"));

  SetCarriers("'application/case-portal'");
  const std::string officer = echo_.pki().IssueFolder("officer", kOfficer);
  EXPECT_THAT(Call(officer, token),
              FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_NOT_ALLOWED"));
}

TEST_F(DelegationTest, AServiceCarriesAsAnApplicationDoes) {
  const std::string exchange = Application("exchange", kService);
  const std::string token = Token(DelegationFor(exchange));
  EXPECT_THAT(Call(exchange, token),
              FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_NOT_ALLOWED"));

  SetCarriers("'service/document-exchange'");
  ASSERT_THAT(Call(exchange, token), IsOk());
  EXPECT_EQ(caller_, kOfficer);
  EXPECT_EQ(via_, kService);
  // A service's own rights are not the person's.
  EXPECT_THAT(Call(exchange, ""), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  EXPECT_THAT(
      Call(Application("another", "spiffe://agency.example/service/engagement-scheduling"), token),
      FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_NOT_ALLOWED"));
}

TEST_F(DelegationTest, WhatIsCalledInPersonNobodyCallsForSomebody) {
  const std::string portal = Application("portal");
  const std::string token = Token(DelegationFor(portal));
  SetCarriers("'application/case-portal'", "delegated = false\n");

  EXPECT_THAT(Call(portal, token),
              FailsWith(absl::StatusCode::kPermissionDenied, "CALLED_BY_DELEGATION"));
  EXPECT_THAT(Call(echo_.pki().IssueFolder("officer", kOfficer), ""), IsOk());
}

TEST_F(DelegationTest, ItIsRefusedOutsideItsTimeAndItsServices) {
  const std::string portal = Application("portal");
  const auto refused = [&](const std::function<void(sealing::Delegation&)>& change,
                           const std::string& reason) {
    sealing::Delegation delegation = DelegationFor(portal);
    change(delegation);
    EXPECT_THAT(Call(portal, Token(delegation)),
                FailsWith(absl::StatusCode::kPermissionDenied, reason));
  };
  refused([](sealing::Delegation& d) { d.services = {"document-exchange"}; },
          "DELEGATION_NOT_HERE");
  refused([](sealing::Delegation& d) { d.not_after = d.not_before + absl::Seconds(30); },
          "DELEGATION_NOT_IN_EFFECT");
  refused([](sealing::Delegation& d) { d.not_before += absl::Minutes(30); },
          "DELEGATION_NOT_IN_EFFECT");
}

TEST_F(DelegationTest, OnlyThePersonItselfCanSignIt) {
  const std::string portal = Application("portal");
  const IssuedCertificate other =
      echo_.pki().agency().IssueSigning("spiffe://agency.example/agency/desk-officer/fr/a2");
  EXPECT_THAT(Call(portal, Token(DelegationFor(portal), other)),
              FailsWith(absl::StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));

  // A certificate of a domain that cannot speak for the agency.
  const IssuedCertificate foreign = echo_.pki().georgia().IssueSigning(kOfficer);
  EXPECT_EQ(Call(portal, Token(DelegationFor(portal), foreign)).code(),
            absl::StatusCode::kUnauthenticated);

  sealing::Delegation of_contact = DelegationFor(portal);
  of_contact.person = kGeorgia;
  EXPECT_THAT(Call(portal, Token(of_contact, echo_.pki().georgia().IssueSigning(kGeorgia))),
              FailsWith(absl::StatusCode::kPermissionDenied, "DELEGATION_NOT_A_PERSON"));

  std::string token = Token(DelegationFor(portal));
  EXPECT_THAT(Call(portal, "nonsense"),
              FailsWith(absl::StatusCode::kInvalidArgument, "DELEGATION_INVALID"));
  token[10] = token[10] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(Call(portal, token).ok());
}

TEST_F(DelegationTest, APersonWhoseCertificateWasRevokedLetsNobodyCallAnyMore) {
  const std::string portal = Application("portal");
  const std::string token = Token(DelegationFor(portal));
  ASSERT_THAT(Call(portal, token), IsOk());

  echo_.pki().agency().Revoke(officer_, absl::Now() - absl::Minutes(1));
  echo_.pki().WriteBundles();
  ASSERT_THAT(server_.identity().Reload(), IsOk());

  EXPECT_EQ(Call(portal, token).code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(DelegationTest, ThePersonCannotDoThroughAnApplicationWhatItCannotDoItself) {
  const std::string portal = Application("portal");
  sealing::Delegation delegation = DelegationFor(portal);
  delegation.person = kOperator;
  EXPECT_THAT(Call(portal, Token(delegation, echo_.pki().agency().IssueSigning(kOperator))),
              FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

}  // namespace
}  // namespace comity::testing
