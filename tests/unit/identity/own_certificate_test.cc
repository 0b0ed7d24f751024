#include "common/identity/own_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/test_ca.h"

namespace comity::identity {
namespace {

using comity::testing::CertificateRequest;
using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::IssuedCertificate;
using comity::testing::TestCa;
using comity::testing::TestPki;
using comity::testing::WriteFile;
using comity::testing::WriteIdentity;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kFails = absl::StatusCode::kFailedPrecondition;
constexpr char kOfficer[] = "spiffe://agency.example/agency/desk-officer/fr/p1";

class OwnCertificateTest : public ::testing::Test {
 protected:
  OwnCertificateTest() : folder_(pki_.IssueFolder("officer", kOfficer)) {}

  auto Check(Purpose purpose = Purpose::kTls) {
    const std::string stem = purpose == Purpose::kTls ? "/tls" : "/sign";
    return CheckOwnCertificate(folder_ + stem + ".pem", folder_ + stem + ".key", pki_.bundles(),
                               now_, purpose);
  }
  void Install(const IssuedCertificate& tls) { WriteIdentity(folder_, tls); }
  void Install(CertificateRequest request) {
    request.uris.insert(request.uris.begin(), kOfficer);
    Install(pki_.agency().Issue(request));
  }
  // The sentence names file and remedy.
  void ExpectRefused(const char* reason) {
    const auto own = Check();
    EXPECT_THAT(own, FailsWith(kFails, reason));
    EXPECT_THAT(std::string(own.status().message()),
                AllOf(HasSubstr(folder_), HasSubstr(" cannot be used: "), HasSubstr("; ")));
  }

  TestPki pki_;
  const absl::Time now_ = absl::Now();
  const std::string folder_;
};

TEST_F(OwnCertificateTest, GoodFilesAreTaken) {
  const auto own = Check();

  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->verified.principal.spiffe_id, kOfficer);
  EXPECT_THAT(own->key_pem, HasSubstr("PRIVATE KEY"));
  EXPECT_THAT(Check(Purpose::kSigning), IsOk());
}

TEST_F(OwnCertificateTest, MissingFilesAreNamed) {
  std::remove((folder_ + "/tls.key").c_str());
  ExpectRefused("KEY_MISSING");

  std::remove((folder_ + "/tls.pem").c_str());
  ExpectRefused("CERTIFICATE_MISSING");
}

TEST_F(OwnCertificateTest, AFolderInAFilesPlaceIsUnreadable) {
  std::remove((folder_ + "/tls.pem").c_str());
  ASSERT_EQ(mkdir((folder_ + "/tls.pem").c_str(), 0700), 0);

  ExpectRefused("CERTIFICATE_UNREADABLE");
}

TEST_F(OwnCertificateTest, GarbageIsUnreadable) {
  WriteFile(folder_ + "/tls.pem", "garbage");
  ExpectRefused("CERTIFICATE_UNREADABLE");

  Install(CertificateRequest{});
  WriteFile(folder_ + "/tls.key", "garbage");
  ExpectRefused("KEY_UNREADABLE");
}

TEST_F(OwnCertificateTest, AKeyWithAPassphraseIsRefusedWithoutAsking) {
  WriteFile(folder_ + "/tls.key",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n");

  ExpectRefused("KEY_UNREADABLE");
}

TEST_F(OwnCertificateTest, AKeyOfAnotherCertificateIsRefused) {
  WriteFile(folder_ + "/tls.key", pki_.agency().IssueTls(kOfficer).key_pem);

  ExpectRefused("KEY_MISMATCH");
}

TEST_F(OwnCertificateTest, WhatTheOtherSideWouldRefuseIsRefusedHere) {
  Install({.not_after = now_ - absl::Seconds(2)});
  ExpectRefused("CERTIFICATE_EXPIRED");

  Install({.not_before = now_ + absl::Hours(1)});
  ExpectRefused("CERTIFICATE_NOT_YET_VALID");

  Install({.uris = {"spiffe://agency.example/service/x"}});
  ExpectRefused("CERTIFICATE_SEVERAL_URI_SANS");

  Install({.ca = true});
  ExpectRefused("CERTIFICATE_IS_CA");

  Install(pki_.agency().IssueSigning(kOfficer));
  ExpectRefused("KEY_USAGE_WRONG");

  Install(pki_.agency().Issue({.dns_names = {"localhost"}}));
  ExpectRefused("CERTIFICATE_NO_SPIFFE_ID");

  Install(pki_.georgia().IssueTls(kOfficer));
  ExpectRefused("CHAIN_INVALID");

  Install(pki_.georgia().IssueTls("spiffe://georgia.example/agency/desk-officer/fr/p1"));
  ExpectRefused("PATH_NOT_ALLOWED_FOR_DOMAIN");

  TestCa foreign("foreign.example");
  Install(foreign.IssueTls("spiffe://foreign.example/service/x"));
  ExpectRefused("TRUST_DOMAIN_UNKNOWN");

  const IssuedCertificate revoked = pki_.agency().IssueTls(kOfficer);
  pki_.agency().Revoke(revoked);
  pki_.WriteBundles();
  Install(revoked);
  ExpectRefused("CERTIFICATE_REVOKED");
}

}  // namespace
}  // namespace comity::identity
