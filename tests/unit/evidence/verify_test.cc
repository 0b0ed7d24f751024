#include "common/evidence/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/evidence/evidence_folder.h"
#include "common/json/canonical.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger/tree.h"
#include "common/sealing/cades.h"
#include "common/sealing/description.h"
#include "common/sealing/evidence.h"
#include "common/sealing/manifest.h"
#include "common/sealing/pieces.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::evidence {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr char kSender[] = "spiffe://agency.example/agency/desk-officer/-/desk-1";
constexpr char kRecipient[] = "spiffe://georgia.example/partner/georgia/contact/c1";
constexpr char kService[] = "spiffe://agency.example/service/document-exchange";
constexpr char kOrigin[] = "comity.example/document-exchange/1";
constexpr char kDocument[] = "019ab1f0-5a3e-7c11-8d55-0123456789ab";
constexpr char kContent[] = "the content";
constexpr char kSealedContent[] = "sealed content";
constexpr char kSealedDescription[] = "sealed description";

void Write(const fs::path& path, absl::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

sealing::PayloadDigest DigestOf(absl::string_view payload) {
  sealing::PayloadDigester digester;
  digester.Update(payload);
  return digester.Peek();
}

ledger::NoteSigner LedgerKey(absl::string_view origin, char seed) {
  return *ledger::NoteSigner::Create(origin, *crypto::Ed25519Key::FromSeed(std::string(32, seed)));
}

// The tree of one ledger, in memory; small enough to have no complete tiles.
class Ledger {
 public:
  std::int64_t Append(const ledger::Hash& commitment) {
    tree_.Append(commitment);
    return tree_.size() - 1;
  }

  std::string Prove(std::int64_t index, const ledger::NoteSigner& signer) const {
    const ledger::TreeTiles tiles(std::make_shared<ledger::Tree>(tree_), nullptr);
    return ledger::FormatTlogProof(
        {.index = index,
         .hashes = *ledger::ProveInclusion(tiles, index, tree_.size()),
         .checkpoint = *ledger::SignCheckpoint(
             {.origin = signer.name(), .size = tree_.size(), .root = tree_.root()}, signer)});
  }

 private:
  ledger::Tree tree_;
};

// A document that was accepted, delivered and retrieved, with everything that can be checked.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    manifest_.document_id = kDocument;
    manifest_.sender = kSender;
    manifest_.time = now_ - absl::Minutes(3);
    manifest_.direction = "SEND";
    manifest_.capacity = "EUROJUST";
    manifest_.data_kind = "OPERATIONAL";
    manifest_.classification = "UNCLASSIFIED";
    manifest_.originators = {{.kind = "EUROJUST"}};
    manifest_.subjects = {"SUSPECT"};
    manifest_.volume = "SINGLE";
    manifest_.thread = {.thread_id = kDocument, .kind = "REQUEST"};
    manifest_.content = DigestOf(kSealedContent);
    manifest_.description = DigestOf(kSealedDescription);
    const sealing::Description description{.title = "Title",
                                           .file_name = "file.txt",
                                           .media_type = "text/plain",
                                           .content_plaintext_length = sizeof(kContent) - 1,
                                           .content_plaintext_sha256 = crypto::Sha256(kContent),
                                           .blind = {1}};
    description_ = *sealing::BuildDescription(description);
    manifest_.description_plaintext_sha256 = crypto::Sha256(description_);
    manifest_.recipients_size = 1;
    files_.manifest = *sealing::BuildManifest(manifest_);
    files_.manifest_signature = Sign(agency_, kSender, files_.manifest, manifest_.time);

    // Entries of others before and after.
    for (int i = 0; i < 5; ++i) ledger_.Append(crypto::Sha256(absl::StrCat("other", i)));
    AddStatement("SUBMISSION_ACCEPTANCE");
    AddStatement("DELIVERY");
    AddStatement("RETRIEVAL");
    ledger_.Append(crypto::Sha256("later"));
    for (std::size_t i = 0; i < files_.statements.size(); ++i) {
      files_.statements[i].tlog_proof = ledger_.Prove(leaves_[i], key_);
    }
  }

  static std::string Sign(testing::TestCa& ca, const std::string& who, absl::string_view data,
                          absl::Time time) {
    const testing::IssuedCertificate issued = ca.IssueSigning(who);
    const auto signer = sealing::Signer::FromPem(issued.certificate_pem(), issued.key_pem);
    return *signer->Sign(data, time);
  }

  void AddStatement(const std::string& kind) {
    StatementFiles files;
    sealing::Statement statement{.kind = kind,
                                 .service = kService,
                                 .store_id = "00112233445566778899aabbccddeeff",
                                 .document_id = kDocument,
                                 .manifest_sha256 = crypto::Sha256(files_.manifest),
                                 .sender = kSender,
                                 .time = now_ - absl::Minutes(2),
                                 .leaf_index = 5 + static_cast<std::int64_t>(leaves_.size())};
    if (kind != "SUBMISSION_ACCEPTANCE") statement.recipient = kRecipient;
    if (kind == "RETRIEVAL") {
      files.confirmation = *sealing::BuildRetrievalConfirmation(
          {.document_id = kDocument,
           .manifest_sha256 = crypto::Sha256(files_.manifest),
           .recipient = kRecipient,
           .time = statement.time,
           .content_plaintext_sha256 = crypto::Sha256(kContent)});
      files.confirmation_signature = Sign(georgia_, kRecipient, files.confirmation, statement.time);
      statement.confirmation_sha256 = crypto::Sha256(files.confirmation);
    }
    files.statement = *sealing::BuildStatement(statement);
    files.signature = Sign(agency_, kService, files.statement, statement.time);
    files.leaf_salt = std::string(32, static_cast<char>('a' + leaves_.size()));
    files.leaf_body = Entry(files.statement);
    leaves_.push_back(ledger_.Append(ledger::Commitment(files.leaf_salt, files.leaf_body)));
    files_.statements.push_back(files);
  }

  static std::string Entry(absl::string_view statement) {
    return json::Canonical(
        {{"format", "comity.entry.v1"},
         {"kind", "STATEMENT"},
         {"caller", kSender},
         {"statement_sha256", crypto::Hex(crypto::View(crypto::Sha256(statement)))}});
  }

  // Saves everything, opened document and payloads included.
  void Save() {
    ASSERT_THAT(SaveFolder(folder_, files_), IsOk());
    Write(path("content.payload"), kSealedContent);
    Write(path("description.payload"), kSealedDescription);
    Write(path("description.json"), description_);
    Write(path("content.plaintext"), kContent);
  }

  fs::path path(const std::string& name) const { return fs::path(folder_) / name; }

  Report Verify() const {
    const identity::ChainVerifier verifier(
        testing::MakeBundles({agency_.Bundle({"agency", "application", "service"}),
                              georgia_.Bundle({"partner/georgia"})}));
    auto report = VerifyFolder(
        folder_, {.signers = &verifier, .ledgers = {other_.verifier(), key_.verifier()}});
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

  const absl::Time now_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  testing::TestCa agency_{"agency.example"};
  testing::TestCa georgia_{"georgia.example"};
  const ledger::NoteSigner key_ = LedgerKey(kOrigin, 'l');
  const ledger::NoteSigner other_ = LedgerKey("comity.example/partner-registry/1", 'o');
  Ledger ledger_;
  sealing::Manifest manifest_;
  std::string description_;
  EvidenceFiles files_;
  std::vector<std::int64_t> leaves_;
  const testing::TempDirectory root_;
  const std::string folder_ = root_ / "evidence";
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
    const std::size_t step = signature ? 20 : 5;
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

TEST_F(VerifyTest, TheLedgerOfAnotherServiceDoesNotCount) {
  files_.statements[0].tlog_proof = ledger_.Prove(leaves_[0], other_);
  ASSERT_THAT(SaveFolder(folder_, files_), IsOk());

  EXPECT_THAT(Failures(Verify()),
              ElementsAre("statement 1 (SUBMISSION_ACCEPTANCE) ANOTHER_LEDGER"));
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
