#include "common/evidence/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/evidence/evidence_folder.h"
#include "common/sealing/manifest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/unit/evidence/evidence_sample.h"

namespace comity::evidence {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class VerifyTest : public EvidenceSample {
 protected:
  using EvidenceSample::EvidenceSample;

  Report Verify() const {
    auto report = VerifyFolder(
        folder_, {.signers = &verifier_, .ledgers = {other_.verifier(), key_.verifier()}});
    EXPECT_THAT(report, IsOk());
    return *std::move(report);
  }

  // "<subject> <reason>" of every check that failed.
  static std::vector<std::string> Failures(const Report& report) {
    std::vector<std::string> failures;
    for (const Check& check : report.checks) {
      if (!check.passed) failures.push_back(absl::StrCat(check.subject, " ", check.reason));
    }
    return failures;
  }

  const identity::ChainVerifier verifier_{
      testing::MakeBundles({agency_.Bundle({"agency", "application", "service"}),
                            georgia_.Bundle({"partner/georgia"})})};
};

TEST_F(VerifyTest, TheWholeEvidenceOfARetrievedDocumentHolds) {
  Save();

  const Report report = Verify();

  EXPECT_THAT(Failures(report), IsEmpty());
  EXPECT_TRUE(report.passed());
  EXPECT_THAT(report.ignored_files, IsEmpty());
  // Form and signature; four checks a statement and the confirmation; four files and the confirmed
  // content; one ledger.
  EXPECT_EQ(report.checks.size(), 2u + 3 * 4 + 1 + 5 + 1);
}

// Signed before texts had to be plain.
class OldEvidenceTest : public VerifyTest {
 protected:
  OldEvidenceTest() : VerifyTest("coordi\u202Enation") {}
};

TEST_F(OldEvidenceTest, HoldsAsItDidWhateverItsTextsAre) {
  Save();
  ASSERT_NE(Read(path("manifest.json")).find("\u202E"), std::string::npos);

  EXPECT_THAT(Failures(Verify()), IsEmpty());
}

TEST_F(VerifyTest, TheNecessaryFilesAreEnough) {
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_TRUE(Verify().passed());
}

TEST_F(VerifyTest, AnyChangedByteOfAnyFileIsFound) {
  Save();
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().filename() == "VERIFY.txt") continue;
    const std::string original = Read(entry.path());
    // Each run verifies five signatures, hence only some bytes of the longer files. Of a signature
    // the end, which is attributes and value: what it carries besides (a CA's certificate that the
    // bundle has too) shows nothing and may be anything.
    const bool signature = entry.path().extension() == ".p7s";
    const std::size_t begin = signature ? original.size() - 200 : 0;
    const std::size_t step = signature ? 40 : 13;
    for (std::size_t i = begin; i < original.size(); i += step) {
      std::string changed = original;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      Write(entry.path(), changed);
      ASSERT_FALSE(Verify().passed()) << entry.path() << " " << i;
    }
    Write(entry.path(), original);
  }
  EXPECT_TRUE(Verify().passed());
}

TEST_F(VerifyTest, AnyMissingFileOfAStatementIsFound) {
  Save();
  for (const std::string name :
       {"manifest.p7s", "statement-1.json", "statement-1.p7s", "statement-1.salt",
        "statement-1.entry.json", "statement-1.tlog-proof", "statement-3.confirmation.json",
        "statement-3.confirmation.p7s", "description.json"}) {
    const std::string original = Read(path(name));
    fs::remove(path(name));
    EXPECT_FALSE(Verify().passed()) << name;
    Write(path(name), original);
  }
  EXPECT_TRUE(Verify().passed());
}

TEST_F(VerifyTest, WithoutStatementsNothingIsShown) {
  files_.statements.clear();
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre("statements STATEMENTS_MISSING"));
}

TEST_F(VerifyTest, WithoutAManifestThereIsNoEvidence) {
  const identity::ChainVerifier verifier(testing::MakeBundles({agency_.Bundle({"agency"})}));

  EXPECT_THAT(VerifyFolder(root_ / "nowhere", {.signers = &verifier}),
              FailsWith(absl::StatusCode::kNotFound, "EVIDENCE_MISSING"));
}

TEST_F(VerifyTest, AStatementWithoutAProofYetSaysWhatToDo) {
  files_.statements[1].tlog_proof.clear();
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre("statement 2 (DELIVERY) PROOF_MISSING"));
}

TEST_F(VerifyTest, AStatementAboutAnotherManifestIsFound) {
  manifest_.time += absl::Seconds(1);
  files_.manifest = *sealing::BuildManifest(manifest_);
  files_.manifest_signature = Sign(agency_, kSender, files_.manifest, manifest_.time);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), Contains("statement 1 (SUBMISSION_ACCEPTANCE) ANOTHER_MANIFEST"));
}

TEST_F(VerifyTest, AManifestSignedBySomebodyElseIsFound) {
  files_.manifest_signature = Sign(agency_, "spiffe://agency.example/agency/desk-officer/-/desk-2",
                                   files_.manifest, manifest_.time);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre("manifest SIGNER_IS_ANOTHER"));
}

TEST_F(VerifyTest, AServiceOfAForeignDomainIsNotBelieved) {
  files_.statements[0].signature =
      Sign(georgia_, kService, files_.statements[0].statement, now_ - absl::Minutes(2));
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre("statement 1 (SUBMISSION_ACCEPTANCE) CHAIN_INVALID"));
}

TEST_F(VerifyTest, AnEntryOfAnotherStatementIsFound) {
  std::swap(files_.statements[0].leaf_body, files_.statements[1].leaf_body);
  std::swap(files_.statements[0].leaf_salt, files_.statements[1].leaf_salt);
  std::swap(files_.statements[0].tlog_proof, files_.statements[1].tlog_proof);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  const auto failures = Failures(Verify());

  EXPECT_THAT(failures, Contains("statement 1 (SUBMISSION_ACCEPTANCE) ANOTHER_ENTRY"));
  EXPECT_THAT(failures, Contains("statement 1 (SUBMISSION_ACCEPTANCE) ANOTHER_LEAF"));
}

TEST_F(VerifyTest, ALedgerThatNobodyTrustsIsFound) {
  files_.statements[0].tlog_proof = ledger_.Prove(leaves_[0], LedgerKey(kOrigin, 'x'));
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()),
              ElementsAre("statement 1 (SUBMISSION_ACCEPTANCE) NOTE_NOT_SIGNED"));
}

TEST_F(VerifyTest, ALedgerThatSignsWithAFurtherKeyIsStillKnown) {
  const auto both = key_.With(*crypto::Ed25519Key::FromSeed(std::string(32, 'n')));
  files_.statements[0].tlog_proof = ledger_.Prove(leaves_[0], *both);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_TRUE(Verify().passed());
}

TEST_F(VerifyTest, TheLedgerOfAnotherServiceDoesNotCount) {
  files_.statements[0].tlog_proof = ledger_.Prove(leaves_[0], other_);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()),
              ElementsAre("statement 1 (SUBMISSION_ACCEPTANCE) ANOTHER_LEDGER"));
}

TEST_F(VerifyTest, AnotherServiceMakesNoEvidenceNotEvenInItsOwnLedger) {
  AddStatement("DELIVERY", "spiffe://agency.example/service/partner-registry");
  files_.statements[3].tlog_proof = ledger_.Prove(leaves_[3], other_);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre("statement 4 (DELIVERY) ANOTHER_SERVICE"));
}

TEST_F(VerifyTest, TwoTreesOfOneSizeAreFound) {
  Ledger fork;
  for (int i = 0; i < 5; ++i) fork.Append(crypto::Sha256(absl::StrCat("fork", i)));
  for (const StatementFiles& statement : files_.statements) {
    fork.Append(ledger::Commitment(statement.leaf_salt, statement.leaf_body));
  }
  fork.Append(crypto::Sha256("later"));
  files_.statements[2].tlog_proof = fork.Prove(leaves_[2], key_);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre(absl::StrCat("ledger ", kOrigin, " SPLIT_VIEW")));
}

TEST_F(VerifyTest, AConfirmationSignedByAnotherContactIsFound) {
  files_.statements[2].confirmation_signature =
      Sign(georgia_, "spiffe://georgia.example/partner/georgia/contact/c2",
           files_.statements[2].confirmation, now_ - absl::Minutes(2));
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()), ElementsAre("statement 3 (RETRIEVAL) SIGNER_IS_ANOTHER"));
}

TEST_F(VerifyTest, ForeignPayloadsAndPlaintextsAreFound) {
  Save();
  Write(path("content.payload"), "other");
  Write(path("content.plaintext"), "other");
  EXPECT_THAT(Failures(Verify()), ElementsAre("content.payload PAYLOAD_MISMATCH",
                                              "content.plaintext PLAINTEXT_MISMATCH"));

  Write(path("description.json"), "{}");
  EXPECT_THAT(Failures(Verify()), Contains("content.plaintext DESCRIPTION_MISSING"));
}

TEST_F(VerifyTest, OtherFilesAreNamedAndNotBelieved) {
  Save();
  Write(path("statement-1.json.bak"), "x");
  Write(path("roots.pem"), "x");

  const Report report = Verify();

  EXPECT_TRUE(report.passed());
  EXPECT_THAT(report.ignored_files, ElementsAre("roots.pem", "statement-1.json.bak"));
}

TEST_F(VerifyTest, AnOversizedFileIsRefusedUnread) {
  Save();
  Write(path("statement-1.tlog-proof"), std::string(1 << 20, 'x'));
  EXPECT_THAT(Failures(Verify()),
              ElementsAre("statement 1 (SUBMISSION_ACCEPTANCE) FILE_TOO_LARGE"));

  Write(path("manifest.json"), std::string(1 << 20, 'x'));
  EXPECT_THAT(Failures(Verify()), ElementsAre("manifest FILE_TOO_LARGE"));
}

TEST(LoadLedgerKeysTest, TakesOneKeyALineAndSkipsComments) {
  const testing::TempDirectory root;
  const auto first = LedgerKey("a/x/1", '1');
  const auto second = LedgerKey("a/x/2", '2');
  Write(root / "keys", absl::StrCat("# ledgers\n\n", first.vkey(), "\n", second.vkey(), "\n"));

  const auto keys = LoadLedgerKeys(root / "keys");

  ASSERT_THAT(keys, IsOk());
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[1].name(), "a/x/2");
  Write(root / "keys", "nonsense\n");
  EXPECT_THAT(LoadLedgerKeys(root / "keys"),
              FailsWith(absl::StatusCode::kInvalidArgument, "VKEY_MALFORMED"));
  EXPECT_THAT(LoadLedgerKeys(root / "none"),
              FailsWith(absl::StatusCode::kNotFound, "LEDGER_KEYS_MISSING"));
}

}  // namespace
}  // namespace comity::evidence
