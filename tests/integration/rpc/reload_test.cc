// Files that change under a running process: what is good is taken, what is bad changes nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
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
  ReloadTest() { WriteTable("*"); }

  // Lets `callers` call.
  void WriteTable(const std::string& callers) {
    WriteFile(pki_.path("access.toml"),
              TableToml({kLedger}, {{absl::StrCat(kLedger, "/GetCheckpoint"),
                                     absl::StrCat("callers = [\"", callers,
                                                  "\"]\nevidence = \"none\"\n"
                                                  "admission = \"read\"\n")}}));
  }

  // What is said of the certificate that whoever connects is shown, in PEM.
  std::string Shown(int port) {
    const std::string caller = pki_.IssueFolder("caller", kOfficer);
    ChildProcess client(
        "openssl", {"s_client", "-connect", absl::StrCat("127.0.0.1:", port), "-alpn", "h2",
                    "-ign_eof", "-cert", caller + "/tls.pem", "-cert_chain", caller + "/tls.pem",
                    "-key", caller + "/tls.key"});
    // Not HTTP/2: the server closes.
    client.Write(std::string("GET / HTTP/1.1\r\n\r\n") + std::string(64, 'x'));
    client.Wait();
    return client.output();
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
  ASSERT_THAT(Shown(port), HasSubstr("-----BEGIN CERTIFICATE-----"));
  // Sooner than its authority's CRL has to be renewed, which counts, too.
  const std::int64_t end = absl::ToUnixSeconds(absl::Now() + absl::Hours(3));
  const IssuedCertificate renewed = pki_.agency().Issue(
      {.uris = {id}, .dns_names = {"localhost"}, .not_after = absl::FromUnixSeconds(end)});

  // For a while the certificate is new and the key is not.
  WriteFile(pki_.path("ids/registry/tls.pem"), renewed.certificate_pem());
  WaitForRejected("certificate", true);
  EXPECT_THAT(Note(port), IsOk());
  WriteFile(pki_.path("ids/registry/tls.key"), renewed.key_pem);
  WaitForRejected("certificate", false);

  WaitForMetric(absl::StrCat(
      "comity_certificate_expiry_timestamp_seconds{service=\"partner-registry\"} ", end, "\n"));
  // gRPC looks at what is published once a second.
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  std::string shown;
  do {
    shown = Shown(port);
  } while (shown.find(renewed.leaf_pem) == std::string::npos && absl::Now() < patience);
  EXPECT_THAT(shown, HasSubstr(renewed.leaf_pem));
  EXPECT_THAT(Note(port), IsOk());
}

TEST_F(ReloadTest, AChangedAccessTableComesIntoForceByItself) {
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);
  const std::string georgia = pki_.IssueFolder("georgia", kGeorgia);
  ASSERT_THAT(NoteAs(port, georgia), IsOk());
  const auto wait_until = [&](bool let_in) {
    const absl::Time patience = absl::Now() + absl::Seconds(30);
    absl::Status called;
    do {
      called = NoteAs(port, georgia).status();
    } while (called.ok() != let_in && absl::Now() < patience);
    return called;
  };

  WriteTable("agency/*");

  EXPECT_THAT(wait_until(false), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  EXPECT_THAT(Note(port), IsOk());

  WriteTable("*");

  EXPECT_THAT(wait_until(true), IsOk());
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
