#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/crypto/encoding.h"
#include "common/evidence/evidence_folder.h"
#include "common/json/canonical.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger/tree.h"
#include "common/sealing/cades.h"
#include "common/sealing/description.h"
#include "common/sealing/evidence.h"
#include "common/sealing/manifest.h"
#include "common/sealing/pieces.h"
#include "tests/testing/read_file.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::evidence {

using testing::Read;

inline constexpr char kSender[] = "spiffe://agency.example/agency/desk-officer/-/desk-1";
inline constexpr char kRecipient[] = "spiffe://georgia.example/partner/georgia/contact/c1";
inline constexpr char kService[] = "spiffe://agency.example/service/document-exchange";
inline constexpr char kOrigin[] = "comity.example/document-exchange/1";
inline constexpr char kDocument[] = "019ab1f0-5a3e-7c11-8d55-0123456789ab";
inline constexpr char kContent[] = "the content";
inline constexpr char kSealedContent[] = "sealed content";
inline constexpr char kSealedDescription[] = "sealed description";

inline void Write(const std::filesystem::path& path, absl::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline sealing::PayloadDigest DigestOf(absl::string_view payload) {
  sealing::PayloadDigester digester;
  digester.Update(payload);
  return digester.Peek();
}

inline ledger::NoteSigner LedgerKey(absl::string_view origin, char seed) {
  return *ledger::NoteSigner::Create(origin, *crypto::Ed25519Key::FromSeed(std::string(32, seed)));
}

// The tree of one ledger, in memory; small enough to have no complete tiles.
class Ledger {
 public:
  std::int64_t Append(const ledger::Hash& commitment) {
    tree_.Append(commitment);
    return tree_.size() - 1;
  }

  std::int64_t size() const { return tree_.size(); }

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
struct SampleEvidence {
  // With `task` in the place of what was seen, as it could be signed before there was a rule.
  explicit SampleEvidence(absl::string_view task = "coordination") {
    manifest_.document_id = kDocument;
    manifest_.sender = kSender;
    manifest_.time = now_ - absl::Minutes(3);
    manifest_.direction = "SEND";
    manifest_.capacity = "EUROJUST";
    manifest_.data_kind = "OPERATIONAL";
    manifest_.classification = "UNCLASSIFIED";
    manifest_.originators = {{.kind = "EUROJUST"}};
    manifest_.purpose.task = "coordination";
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
    files_.manifest =
        absl::StrReplaceAll(*sealing::BuildManifest(manifest_), {{"coordination", task}});
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

  void AddStatement(const std::string& kind, const std::string& service = kService) {
    StatementFiles files;
    sealing::Statement statement{.kind = kind,
                                 .service = service,
                                 .store_id = "00112233445566778899aabbccddeeff",
                                 .document_id = kDocument,
                                 .manifest_sha256 = crypto::Sha256(files_.manifest),
                                 .sender = kSender,
                                 .time = now_ - absl::Minutes(2),
                                 .leaf_index = ledger_.size()};
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
    files.signature = Sign(agency_, service, files.statement, statement.time);
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
  void Save() const {
    if (!SaveFolder(folder_, files_).ok()) std::abort();
    Write(path("content.payload"), kSealedContent);
    Write(path("description.payload"), kSealedDescription);
    Write(path("description.json"), description_);
    Write(path("content.plaintext"), kContent);
  }

  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_) / name;
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

}  // namespace comity::evidence
