// Runs deploy/pki as an operator would and judges what it makes: with our own verifier, with
// `openssl verify`, and with the ledger's reader of keys.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/own_certificate.h"
#include "common/identity/trust_bundle.h"
#include "common/ledger/note.h"
#include "tests/testing/read_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_ca.h"

namespace comity::identity {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::TempDirectory;
using comity::testing::TestCa;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRegistry[] = "spiffe://agency.example/service/partner-registry";
constexpr char kContact[] = "spiffe://georgia.example/partner/georgia/contact/c1";

struct Result {
  int exit_code = -1;
  std::string output;  // Both streams.
};

Result Shell(const std::string& command) {
  Result result;
  FILE* const pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  for (std::size_t got; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    result.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

using comity::testing::Read;

class PkiScriptsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* source = std::getenv("COMITY_SOURCE_DIR");
    ASSERT_NE(source, nullptr);
    scripts_ = absl::StrCat(source, "/deploy/pki/");
    Good("dev-ca", "--domain agency.example --paths 'agency,application,service,partner/*'");
    Good("dev-ca", "--domain georgia.example --paths partner/georgia");
  }

  // Runs a script on our authorities.
  Result Script(const std::string& name, const std::string& arguments) {
    return Shell(absl::StrCat("'", scripts_, name, "' --pki '", folder_ / "pki", "' ", arguments));
  }
  void Good(const std::string& name, const std::string& arguments) {
    const Result result = Script(name, arguments);
    ASSERT_EQ(result.exit_code, 0) << name << ": " << result.output;
  }
  void Issue(const std::string& who, const std::string& id, const std::string& more = "") {
    Good("issue", absl::StrCat("--id ", id, " --out '", Id(who), "' ", more));
  }
  std::string Id(const std::string& who) const { return folder_ / absl::StrCat("ids/", who); }

  std::shared_ptr<const TrustBundles> Bundles() {
    Good("bundle", absl::StrCat("--out '", folder_ / "bundles", "'"));
    auto loaded = TrustBundles::Load(folder_ / "bundles");
    EXPECT_THAT(loaded, IsOk());
    return std::make_shared<TrustBundles>(*std::move(loaded));
  }
  absl::Status Check(const std::string& who, Purpose purpose) {
    const std::string stem = Id(who) + (purpose == Purpose::kTls ? "/tls" : "/sign");
    return CheckOwnCertificate(stem + ".pem", stem + ".key", Bundles(), absl::Now(), purpose)
        .status();
  }
  // What a tool that is not ours says, CRLs included.
  int OpensslVerify(const std::string& domain, const std::string& certificate,
                    const std::string& purpose) {
    const std::string bundle = folder_ / absl::StrCat("bundles/", domain);
    return Shell(absl::StrCat("openssl verify -x509_strict -purpose ", purpose, " -CAfile '",
                              bundle, "/roots.pem' -untrusted '", bundle,
                              "/intermediates.pem' -crl_check_all -CRLfile '", bundle,
                              "/root.crl.pem' -CRLfile '", bundle, "/issuing.crl.pem' '",
                              certificate, "'"))
        .exit_code;
  }

  const TempDirectory folder_;
  std::string scripts_;
};

TEST_F(PkiScriptsTest, WhatIsIssuedVerifiesHereAndWithOpenssl) {
  Issue("registry", kRegistry, "--dns localhost --ip 127.0.0.1 --ip ::1");
  Issue("contact", kContact);

  for (const char* who : {"registry", "contact"}) {
    EXPECT_THAT(Check(who, Purpose::kTls), IsOk());
    EXPECT_THAT(Check(who, Purpose::kSigning), IsOk());
  }
  EXPECT_EQ(OpensslVerify("agency.example", Id("registry") + "/tls.pem", "sslserver"), 0);
  EXPECT_EQ(OpensslVerify("agency.example", Id("registry") + "/tls.pem", "sslclient"), 0);
  EXPECT_EQ(OpensslVerify("agency.example", Id("registry") + "/sign.pem", "smimesign"), 0);
  EXPECT_EQ(OpensslVerify("georgia.example", Id("contact") + "/tls.pem", "sslclient"), 0);
  EXPECT_NE(OpensslVerify("agency.example", Id("contact") + "/tls.pem", "sslclient"), 0);
  EXPECT_NE(OpensslVerify("agency.example", Id("registry") + "/sign.pem", "sslclient"), 0);
}

TEST_F(PkiScriptsTest, TheOtherPurposesCertificateIsRefused) {
  Issue("contact", kContact);
  const auto refused = CheckOwnCertificate(Id("contact") + "/sign.pem", Id("contact") + "/sign.key",
                                           Bundles(), absl::Now());

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_USAGE_WRONG"));
}

TEST_F(PkiScriptsTest, KeysAreTheirOwnersAlone) {
  Issue("registry", kRegistry);

  struct stat key {};
  ASSERT_EQ(stat((Id("registry") + "/tls.key").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777u, 0600u);
  ASSERT_EQ(stat((folder_ / "pki/agency.example/ca").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777u, 0700u);
  (void)Bundles();
  EXPECT_NE(Shell(absl::StrCat("grep -rl PRIVATE '", folder_ / "bundles", "'")).exit_code, 0);
}

TEST_F(PkiScriptsTest, AuthoritiesNameANumberAndNoPartner) {
  const std::string subject =
      Shell(absl::StrCat("openssl x509 -noout -subject -issuer -in '",
                         folder_ / "pki/georgia.example/intermediates.pem", "'"))
          .output;

  EXPECT_THAT(absl::AsciiStrToLower(subject), Not(HasSubstr("georgia")));
  EXPECT_THAT(subject, ::testing::ContainsRegex("Issuing CA [0-9]+"));
}

TEST_F(PkiScriptsTest, ASecondRunChangesNothing) {
  Issue("registry", kRegistry, "--dns localhost --ip ::1");
  const std::string tls = Read(Id("registry") + "/tls.pem");
  const std::string root = Read(folder_ / "pki/agency.example/roots.pem");
  const std::string crl = Read(folder_ / "pki/agency.example/issuing.crl.pem");

  Good("dev-ca", "--domain agency.example --paths 'agency,application,service,partner/*'");
  Issue("registry", kRegistry, "--dns localhost --ip ::1");
  Good("renew", absl::StrCat("'", Id("registry"), "'"));

  EXPECT_EQ(Read(Id("registry") + "/tls.pem"), tls);
  EXPECT_EQ(Read(folder_ / "pki/agency.example/roots.pem"), root);
  EXPECT_EQ(Read(folder_ / "pki/agency.example/issuing.crl.pem"), crl);
}

TEST_F(PkiScriptsTest, OtherNamesAreIssuedAnew) {
  Issue("registry", kRegistry, "--purpose tls --ip 127.0.0.1");
  const std::string before = Read(Id("registry") + "/tls.pem");

  Issue("registry", kRegistry, "--purpose tls --ip 127.0.0.2");

  EXPECT_NE(Read(Id("registry") + "/tls.pem"), before);
}

TEST_F(PkiScriptsTest, RenewalKeepsNamesAndChangesTheKey) {
  Issue("registry", kRegistry, "--dns localhost --dns registry --ip ::1");
  const std::string key = Read(Id("registry") + "/tls.key");

  Good("renew", absl::StrCat("--force '", Id("registry"), "'"));

  EXPECT_NE(Read(Id("registry") + "/tls.key"), key);
  EXPECT_THAT(Check("registry", Purpose::kTls), IsOk());
  const std::string names = Shell(absl::StrCat("openssl x509 -noout -ext subjectAltName -in '",
                                               Id("registry"), "/tls.pem'"))
                                .output;
  EXPECT_THAT(names, HasSubstr("DNS:localhost"));
  EXPECT_THAT(names, HasSubstr("DNS:registry"));
  EXPECT_THAT(names, HasSubstr("IP Address:0:0:0:0:0:0:0:1"));
}

TEST_F(PkiScriptsTest, ARevokedCertificateIsRefusedEverywhereAndRenewed) {
  Issue("contact", kContact);
  Good("revoke", absl::StrCat("'", Id("contact"), "/tls.pem'"));
  Good("revoke", absl::StrCat("'", Id("contact"), "/tls.pem'"));

  EXPECT_THAT(Check("contact", Purpose::kTls),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CERTIFICATE_REVOKED"));
  EXPECT_THAT(Check("contact", Purpose::kSigning), IsOk());
  EXPECT_NE(OpensslVerify("georgia.example", Id("contact") + "/tls.pem", "sslclient"), 0);

  Good("renew", absl::StrCat("'", Id("contact"), "'"));
  EXPECT_THAT(Check("contact", Purpose::kTls), IsOk());
}

TEST_F(PkiScriptsTest, ALostKeyCountsFromWhenItWasLost) {
  Issue("contact", kContact);
  const absl::Time now = absl::Now();
  Good("revoke", absl::StrCat("--lost-since ",
                              absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now - absl::Seconds(100),
                                               absl::UTCTimeZone()),
                              " '", Id("contact"), "/sign.pem'"));
  const ChainVerifier verifier(Bundles());
  const std::string sign = Read(Id("contact") + "/sign.pem");
  const std::string leaf = sign.substr(0, sign.find("-----BEGIN", 10));

  EXPECT_THAT(verifier.Verify(leaf, sign, Purpose::kSigning, now - absl::Seconds(200)), IsOk());
  EXPECT_THAT(verifier.Verify(leaf, sign, Purpose::kSigning, now - absl::Seconds(50)),
              FailsWith(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REVOKED"));
}

TEST_F(PkiScriptsTest, TheLedgerKeyIsTheOneTheLedgerReads) {
  const std::string origin = "comity.example/partner-registry/1";
  const std::string command = absl::StrCat("'", scripts_, "ledger-key' --origin ", origin,
                                           " --out '", folder_ / "ledger/ledger.key", "'");

  const Result first = Shell(command);
  const Result second = Shell(command);

  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(first.output, second.output);
  const auto signer = ledger::NoteSigner::FromFile(origin, folder_ / "ledger/ledger.key");
  ASSERT_THAT(signer, IsOk());
  EXPECT_EQ(absl::StrCat(signer->vkey(), "\n"), first.output);
}

TEST_F(PkiScriptsTest, MisuseIsTwoAndFailureOneWithASentence) {
  for (const char* script : {"dev-ca", "issue", "renew", "revoke", "bundle", "ledger-key"}) {
    EXPECT_EQ(Shell(absl::StrCat("'", scripts_, script, "' --help")).exit_code, 0) << script;
    const Result result = Shell(absl::StrCat("'", scripts_, script, "' --what"));
    EXPECT_EQ(result.exit_code, 2) << script;
    EXPECT_THAT(result.output, HasSubstr("--what"));
  }
  EXPECT_EQ(Script("issue", "--out x --id spiffe://agency.example/agency/king/fr/p1").exit_code, 2);
  EXPECT_EQ(Script("dev-ca", "--domain x.example --paths agency/dpo").exit_code, 2);

  const Result unknown = Script(
      "issue", absl::StrCat("--id spiffe://nowhere.example/service/x --out '", Id("x"), "'"));
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("deploy/pki/dev-ca"));

  TestCa foreign("agency.example");
  comity::testing::WriteFile(folder_ / "foreign.pem", foreign.IssueTls(kRegistry).leaf_pem);
  EXPECT_EQ(Script("revoke", absl::StrCat("'", folder_ / "foreign.pem", "'")).exit_code, 1);
}

}  // namespace
}  // namespace comity::identity
