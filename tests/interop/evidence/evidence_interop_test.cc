// A saved folder checked as its VERIFY.txt says: openssl and Go's packages, nothing of ours.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/unit/evidence/evidence_sample.h"

namespace comity::evidence {
namespace {

namespace fs = std::filesystem;

class EvidenceInteropTest : public EvidenceSample {
 protected:
  static void SetUpTestSuite() {
    const char* const source = std::getenv("COMITY_SOURCE_DIR");
    const char* const bin = std::getenv("COMITY_BIN_DIR");
    ASSERT_TRUE(source != nullptr && bin != nullptr) << "run this with ctest";
    peer_ = absl::StrCat(bin, "/evidence_interop_peer");
    ASSERT_EQ(
        std::system(absl::StrCat("GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode GOCACHE='", bin,
                                 "/../go-cache' CGO_ENABLED=0 go build -o '", peer_, "' '", source,
                                 "/tests/interop/ledger/peer.go'")
                        .c_str()),
        0)
        << "needs the packages golang-go and golang-golang-x-mod-dev";
  }

  void SetUp() override {
    Save();
    Write(root_ / "agency.pem", agency_.root_pem());
    Write(root_ / "georgia.pem", georgia_.root_pem());
  }

  // Runs a command in the evidence's folder.
  bool Run(const std::string& command) const {
    return std::system(
               absl::StrCat("cd '", folder_, "' && ", command, " >/dev/null 2>&1").c_str()) == 0;
  }

  bool CmsVerify(const std::string& signature, const std::string& content, const std::string& roots,
                 const std::string& more = "") const {
    return Run(absl::StrCat("openssl cms -verify -cades -binary -inform DER -in ", signature,
                            " -content ", content, " -CAfile ../", roots, " -purpose any ", more,
                            " -out /dev/null"));
  }

  static inline std::string peer_;
};

TEST_F(EvidenceInteropTest, OpensslVerifiesEverySignature) {
  EXPECT_TRUE(CmsVerify("manifest.p7s", "manifest.json", "agency.pem"));
  for (const std::string statement : {"statement-1", "statement-2", "statement-3"}) {
    EXPECT_TRUE(CmsVerify(statement + ".p7s", statement + ".json", "agency.pem"));
  }
  EXPECT_TRUE(
      CmsVerify("statement-3.confirmation.p7s", "statement-3.confirmation.json", "georgia.pem"));
  EXPECT_FALSE(CmsVerify("statement-1.p7s", "statement-2.json", "agency.pem"));
  EXPECT_FALSE(CmsVerify("statement-1.p7s", "statement-1.json", "georgia.pem"));
}

TEST_F(EvidenceInteropTest, OpensslVerifiesAtTheTimeOfTheStatement) {
  const auto at = [](absl::Time time) {
    return absl::StrCat("-attime ", absl::ToUnixSeconds(time));
  };

  EXPECT_TRUE(
      CmsVerify("statement-1.p7s", "statement-1.json", "agency.pem", at(now_ - absl::Minutes(2))));
  EXPECT_FALSE(CmsVerify("statement-1.p7s", "statement-1.json", "agency.pem",
                         at(now_ + absl::Hours(24 * 400))));
}

TEST_F(EvidenceInteropTest, OpensslNamesTheSigner) {
  EXPECT_TRUE(CmsVerify("manifest.p7s", "manifest.json", "agency.pem", "-signer ../signer.pem"));
  EXPECT_TRUE(
      Run(absl::StrCat("openssl x509 -in ../signer.pem -noout -ext subjectAltName | "
                       "grep -F 'URI:",
                       kSender, "'")));
}

TEST_F(EvidenceInteropTest, TheDigestsOfTheFilesAreThoseNamedInThem) {
  const auto named = [this](const std::string& file, const std::string& member,
                            const std::string& where) {
    return Run(absl::StrCat("grep -F \"\\\"", member, "\\\":\\\"$(sha256sum ", file,
                            " | cut -d' ' -f1)\\\"\" ", where));
  };

  EXPECT_TRUE(named("manifest.json", "manifest_sha256", "statement-1.json"));
  EXPECT_TRUE(named("statement-1.json", "statement_sha256", "statement-1.entry.json"));
  EXPECT_TRUE(named("statement-3.confirmation.json", "confirmation_sha256", "statement-3.json"));
  EXPECT_FALSE(named("statement-2.json", "statement_sha256", "statement-1.entry.json"));
}

TEST_F(EvidenceInteropTest, GoVerifiesTheProofsOfTheEntries) {
  Write(path("vkey"), key_.vkey());
  for (const std::string statement : {"statement-1", "statement-2", "statement-3"}) {
    ASSERT_TRUE(
        Run(absl::StrCat("cat ", statement, ".salt ", statement,
                         ".entry.json | openssl dgst -sha256 -binary -out ", statement, ".leaf")));
  }
  EXPECT_TRUE(Run(absl::StrCat("'", peer_, "' leaves .")));

  fs::copy_file(path("statement-1.leaf"), path("statement-2.leaf"),
                fs::copy_options::overwrite_existing);
  EXPECT_FALSE(Run(absl::StrCat("'", peer_, "' leaves .")));
}

}  // namespace
}  // namespace comity::evidence
