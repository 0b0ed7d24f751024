// Files that change under a running process: what is good is taken, what is bad changes nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/integration/rpc/process_fixture.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

using ::testing::HasSubstr;

struct ReloadedFile {
  std::string name;
  std::string path;  // In the PKI's folder.
  std::string part;
};

void PrintTo(const ReloadedFile& file, std::ostream* os) { *os << file.name; }

class ReloadTest : public ProcessTest {
 protected:
  ReloadTest() {
    WriteFile(pki_.path("access.toml"),
              TableToml({kLedger}, {{absl::StrCat(kLedger, "/GetCheckpoint"),
                                     "callers = [\"*\"]\nevidence = \"none\"\n"
                                     "admission = \"read\"\n"}}));
  }

  void WaitForMetric(const std::string& line) {
    while (Metrics().find(line) == std::string::npos) {
    }
  }
  void WaitForRejected(const std::string& part, bool rejected) {
    WaitForMetric(absl::StrCat("comity_reload_rejected{part=\"", part,
                               "\",service=\"partner-registry\"} ", rejected ? 1 : 0));
  }
};

class EveryReloadedFileTest : public ReloadTest,
                              public ::testing::WithParamInterface<ReloadedFile> {};

TEST_P(EveryReloadedFileTest, ABadOneKeepsTheLastGoodAndShowsUntilItIsGoodAgain) {
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);
  const std::string file = pki_.path(GetParam().path);
  const std::string good = Read(file);
  ASSERT_FALSE(good.empty());
  ASSERT_THAT(Note(port, kGeorgia), IsOk());

  WriteFile(file, "nonsense");
  WaitForRejected(GetParam().part, true);

  EXPECT_THAT(Note(port, kGeorgia), IsOk());
  EXPECT_THAT(Note(port, kOfficer), IsOk());
  WaitForLog("not accepted, the last good");

  WriteFile(file, good);
  WaitForRejected(GetParam().part, false);

  EXPECT_THAT(Note(port, kGeorgia), IsOk());
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryReloadedFileTest,
    ::testing::Values(ReloadedFile{"Certificate", "ids/registry/tls.pem", "certificate"},
                      ReloadedFile{"Key", "ids/registry/tls.key", "certificate"},
                      ReloadedFile{"Bundle", "bundles/georgia.example/bundle.toml", "bundles"},
                      ReloadedFile{"Roots", "bundles/georgia.example/roots.pem", "bundles"},
                      ReloadedFile{"Intermediates", "bundles/georgia.example/intermediates.pem",
                                   "bundles"},
                      ReloadedFile{"Crl", "bundles/georgia.example/0.crl.pem", "bundles"},
                      ReloadedFile{"AccessTable", "access.toml", "access_table"}),
    [](const auto& file) { return file.param.name; });

TEST_F(ReloadTest, ARenewedCertificateIsServedAndAKeyOfAnotherIsNot) {
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);
  const std::string id = "spiffe://agency.example/service/partner-registry";
  const IssuedCertificate renewed = pki_.agency().Issue(
      {.uris = {id}, .dns_names = {"localhost"}, .not_after = absl::FromUnixSeconds(4102444800)});

  // For a while the certificate is new and the key is not.
  WriteFile(pki_.path("ids/registry/tls.pem"), renewed.certificate_pem());
  WaitForRejected("certificate", true);
  EXPECT_THAT(Note(port), IsOk());
  WriteFile(pki_.path("ids/registry/tls.key"), renewed.key_pem);
  WaitForRejected("certificate", false);

  EXPECT_THAT(Metrics(), HasSubstr("comity_certificate_expiry_timestamp_seconds"));
  EXPECT_THAT(Note(port), IsOk());
}

TEST_F(ReloadTest, ARevocationOutlivesABadCrl) {
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);
  const IssuedCertificate certificate = pki_.georgia().IssueTls(kGeorgia);
  WriteIdentity(pki_.path("contact"), certificate);
  ASSERT_THAT(NoteAs(port, pki_.path("contact")), IsOk());

  pki_.georgia().Revoke(certificate);
  pki_.WriteBundles();
  while (NoteAs(port, pki_.path("contact")).ok()) {
  }
  WriteFile(pki_.path("bundles/georgia.example/0.crl.pem"), "nonsense");
  WaitForRejected("bundles", true);

  EXPECT_THAT(NoteAs(port, pki_.path("contact")),
              FailsWith(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REVOKED"));
  EXPECT_THAT(Note(port, kGeorgia), IsOk());
}

}  // namespace
}  // namespace comity::testing
