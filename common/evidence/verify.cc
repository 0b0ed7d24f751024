#include "common/evidence/verify.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/evidence/file_names.h"
#include "common/identity/principal.h"
#include "common/json/canonical.h"
#include "common/ledger/hash.h"
#include "common/ledger/tlog_proof.h"
#include "common/sealing/cades.h"
#include "common/sealing/description.h"
#include "common/sealing/evidence.h"
#include "common/sealing/manifest.h"
#include "common/sealing/pieces.h"
#include "common/sealing/signer_trust.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::evidence {
namespace {

namespace fs = std::filesystem;

// Who makes evidence: all nine kinds of statement are of this service (FORMATS.md), so one that
// another service signed, and has in its own ledger, shows nothing.
constexpr char kEvidenceService[] = "document-exchange";
constexpr std::size_t kSaltSize = 32;
constexpr std::size_t kLargestEntry = std::size_t{64} * 1024;
constexpr std::size_t kLargestKeyFile = std::size_t{64} * 1024;
constexpr std::size_t kReadSize = std::size_t{1} << 20;

absl::Status Wrong(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kInvalidArgument, sentence, {.reason = std::string(reason)});
}

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

// At most `limit` bytes of a file.
absl::StatusOr<std::string> ReadFile(const fs::path& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat(path.filename().string(), " is not there."),
                     {.reason = "FILE_MISSING"});
  }
  std::string content(limit + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat(path.filename().string(), " cannot be read."),
                     {.reason = "FILE_MISSING"});
  }
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > limit) {
    return Wrong("FILE_TOO_LARGE",
                 absl::StrCat(path.filename().string(), " is larger than any such file can be."));
  }
  return content;
}

// Runs a file of any size through `digester`, anything with Update(absl::string_view).
template <typename Digester>
absl::Status Digest(const fs::path& path, Digester& digester) {
  std::ifstream file(path, std::ios::binary);
  std::string buffer(kReadSize, '\0');
  do {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    digester.Update({buffer.data(), static_cast<std::size_t>(file.gcount())});
  } while (file);
  if (file.eof()) return absl::OkStatus();
  return Wrong("FILE_MISSING", absl::StrCat(path.filename().string(), " cannot be read."));
}

// A leaf that a known ledger has.
struct LedgerLeaf {
  ledger::ProvenLeaf leaf;
  std::string service;  // The part of the origin that names it.
};

class Verification {
 public:
  Verification(fs::path folder, const TrustAnchors& anchors)
      : folder_(std::move(folder)), anchors_(anchors) {}

  Report Run(std::string manifest) {
    manifest_bytes_ = std::move(manifest);
    const std::set<std::int64_t> numbers = ListFiles();
    auto parsed = sealing::ParseManifest(manifest_bytes_);
    if (parsed.ok()) manifest_ = *parsed;

    std::vector<Check> of_statements;
    checks_.swap(of_statements);
    for (const std::int64_t number : numbers) CheckStatement(number);
    if (numbers.empty()) {
      Add("statements",
          Wrong("STATEMENTS_MISSING",
                "There is no statement of the service: nothing shows that "
                "the document was exchanged."),
          "");
    }
    checks_.swap(of_statements);

    // The statements come first in time of checking, since they say when the manifest existed, and
    // after it in the report.
    Add("manifest", parsed.status(), "The manifest has the form that its format prescribes.");
    if (manifest_) CheckManifestSignature();
    checks_.insert(checks_.end(), of_statements.begin(), of_statements.end());
    if (manifest_) {
      CheckPayload(kContentPayload, manifest_->content);
      CheckPayload(kDescriptionPayload, manifest_->description);
      CheckPlaintexts();
    }
    CheckHeads();
    return {.checks = std::move(checks_), .ignored_files = std::move(ignored_)};
  }

 private:
  bool Add(absl::string_view subject, const absl::Status& status, absl::string_view holds) {
    checks_.push_back({.subject = std::string(subject),
                       .passed = status.ok(),
                       .sentence = std::string(status.ok() ? holds : status.message()),
                       .reason = status.ok() ? std::string() : ReasonOf(status)});
    return status.ok();
  }

  // The numbers of the statements; what is not part of the evidence goes to ignored_.
  std::set<std::int64_t> ListFiles() {
    std::set<std::int64_t> numbers;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (const auto number = StatementNumber(name)) {
        numbers.insert(*number);
      } else if (!IsDocumentFile(name)) {
        ignored_.push_back(name);
      }
    }
    std::sort(ignored_.begin(), ignored_.end());
    return numbers;
  }

  absl::StatusOr<std::string> Read(absl::string_view name, std::size_t limit) const {
    return ReadFile(folder_ / std::string(name), limit);
  }
  bool Has(absl::string_view name) const {
    std::error_code error;
    return fs::exists(folder_ / std::string(name), error);
  }

  // Whether `file` holds a signature of `signer` over `bytes`, by a certificate good at `at`.
  absl::Status CheckSignature(absl::string_view file, absl::string_view bytes,
                              absl::string_view signer, absl::Time at) const {
    COMITY_ASSIGN_OR_RETURN(const std::string signature, Read(file, sealing::kLargestSignature));
    COMITY_ASSIGN_OR_RETURN(
        const sealing::VerifiedSignature verified,
        sealing::VerifySignature(bytes, signature, sealing::TrustedBy(anchors_.signers, at)));
    return sealing::RequireSigner(verified, signer);
  }

  void CheckManifestSignature() {
    const absl::Time at = known_since_.value_or(manifest_->time);
    Add("manifest", CheckSignature(kManifestSignature, manifest_bytes_, manifest_->sender, at),
        absl::StrCat(
            manifest_->sender, " signed the manifest; the certificate was good ",
            known_since_ ? "when the service first stated so, " : "at the sender's own time, ",
            Utc(at), "."));
  }

  void CheckStatement(std::int64_t number) {
    std::string subject = absl::StrCat("statement ", number);
    const auto bytes = Read(StatementFile(number, kStatement), sealing::kLargestEvidence);
    if (!bytes.ok()) {
      Add(subject, bytes.status(), "");
      return;
    }
    const auto statement = sealing::ParseStatement(*bytes);
    if (!statement.ok()) {
      Add(subject, statement.status(), "");
      return;
    }
    absl::StrAppend(&subject, " (", statement->kind, ")");

    bool good = Add(subject, CheckAbout(*statement), "It is about this manifest and document.");
    good &= Add(subject, CheckServiceSignature(number, *bytes, *statement),
                absl::StrCat(statement->service, " signed it; its own time is ",
                             Utc(statement->time), "."));
    good &= Add(subject, CheckEntry(number, *bytes),
                "The ledger entry beside it names this very statement.");
    const auto leaf = CheckLeaf(number, *statement);
    good &= Add(subject, leaf.status(),
                leaf.ok() ? absl::StrCat("The entry is leaf ", leaf->leaf.index, " of the ledger ",
                                         leaf->leaf.checkpoint.origin, " of ",
                                         leaf->leaf.checkpoint.size, " entries.")
                          : "");
    if (good && (!known_since_ || statement->time < *known_since_)) {
      known_since_ = statement->time;
    }
    if (statement->confirmation_sha256) {
      Add(subject, CheckConfirmation(number, *statement),
          absl::StrCat(statement->recipient, " signed the confirmation of retrieval."));
    }
  }

  absl::Status CheckAbout(const sealing::Statement& statement) const {
    if (statement.manifest_sha256 != crypto::Sha256(manifest_bytes_)) {
      return Wrong("ANOTHER_MANIFEST", "The statement is about another manifest.");
    }
    if (manifest_ && (statement.document_id != manifest_->document_id ||
                      statement.sender != manifest_->sender)) {
      return Wrong("ANOTHER_MANIFEST", "The statement names another document or sender.");
    }
    return absl::OkStatus();
  }

  absl::Status CheckServiceSignature(std::int64_t number, absl::string_view bytes,
                                     const sealing::Statement& statement) const {
    COMITY_ASSIGN_OR_RETURN(const identity::Principal principal,
                            identity::Principal::Parse(statement.service));
    if (principal.kind != identity::PrincipalKind::kService) {
      return Wrong("SIGNER_IS_NO_SERVICE", "The statement is not made by a service.");
    }
    if (principal.id != kEvidenceService) {
      return Wrong("ANOTHER_SERVICE",
                   absl::StrCat("Only ", kEvidenceService, " states ", statement.kind,
                                ", and this is a statement of ", principal.id, "."));
    }
    return CheckSignature(StatementFile(number, kSignature), bytes, statement.service,
                          statement.time);
  }

  absl::Status CheckEntry(std::int64_t number, absl::string_view statement) const {
    COMITY_ASSIGN_OR_RETURN(const std::string body,
                            Read(StatementFile(number, kEntry), kLargestEntry));
    COMITY_ASSIGN_OR_RETURN(const json::Json entry, json::ParseCanonical(body));
    const auto is = [&entry](const char* member, const std::string& value) {
      const auto found = entry.find(member);
      return found != entry.end() && *found == value;
    };
    if (!entry.is_object() || !is("format", "comity.entry.v1") || !is("kind", "STATEMENT") ||
        !is("statement_sha256", crypto::Hex(crypto::View(crypto::Sha256(statement))))) {
      return Wrong("ANOTHER_ENTRY", "The ledger entry is not that of this statement.");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<LedgerLeaf> CheckLeaf(std::int64_t number, const sealing::Statement& statement) {
    COMITY_ASSIGN_OR_RETURN(const std::string salt, Read(StatementFile(number, kSalt), kSaltSize));
    if (salt.size() != kSaltSize) return Wrong("SALT_INVALID", "The salt has not 32 bytes.");
    COMITY_ASSIGN_OR_RETURN(const std::string body,
                            Read(StatementFile(number, kEntry), kLargestEntry));
    auto proof = Read(StatementFile(number, kProof), ledger::kMaxTlogProofSize);
    if (absl::IsNotFound(proof.status())) {
      return Wrong("PROOF_MISSING",
                   "There is no proof that the entry is in the ledger; save the evidence again "
                   "once a checkpoint covers it.");
    }
    if (!proof.ok()) return std::move(proof).status();
    COMITY_ASSIGN_OR_RETURN(LedgerLeaf found, Prove(*proof, ledger::Commitment(salt, body)));

    heads_[{found.leaf.checkpoint.origin, found.leaf.checkpoint.size}].insert(
        found.leaf.checkpoint.root);
    if (found.leaf.index != statement.leaf_index) {
      return Wrong("ANOTHER_LEAF", "The entry is at another place in the ledger than it states.");
    }
    COMITY_ASSIGN_OR_RETURN(const identity::Principal principal,
                            identity::Principal::Parse(statement.service));
    if (found.service != principal.id) {
      return Wrong("ANOTHER_LEDGER", "The entry is in the ledger of another service.");
    }
    return found;
  }

  absl::StatusOr<LedgerLeaf> Prove(absl::string_view proof, const ledger::Hash& commitment) const {
    auto leaf = ledger::VerifyTlogProof(proof, commitment, anchors_.ledgers);
    if (ReasonOf(leaf.status()) == "NOTE_NOT_SIGNED") {
      return Wrong("NOTE_NOT_SIGNED",
                   "The checkpoint is not signed by a ledger that you trust; add the ledger's key "
                   "to those you hold.");
    }
    if (!leaf.ok()) return std::move(leaf).status();
    const std::vector<std::string> parts = absl::StrSplit(leaf->checkpoint.origin, '/');
    return LedgerLeaf{.leaf = *std::move(leaf),
                      .service = parts.size() < 2 ? "" : parts[parts.size() - 2]};
  }

  absl::Status CheckConfirmation(std::int64_t number, const sealing::Statement& statement) {
    COMITY_ASSIGN_OR_RETURN(const std::string bytes,
                            Read(StatementFile(number, kConfirmation), sealing::kLargestEvidence));
    if (crypto::Sha256(bytes) != *statement.confirmation_sha256) {
      return Wrong("ANOTHER_CONFIRMATION", "The statement is about another confirmation.");
    }
    COMITY_ASSIGN_OR_RETURN(const sealing::RetrievalConfirmation confirmation,
                            sealing::ParseRetrievalConfirmation(bytes));
    if (confirmation.document_id != statement.document_id ||
        confirmation.manifest_sha256 != statement.manifest_sha256 ||
        confirmation.recipient != statement.recipient) {
      return Wrong("ANOTHER_CONFIRMATION",
                   "The confirmation is about another document, manifest or recipient.");
    }
    COMITY_RETURN_IF_ERROR(CheckSignature(StatementFile(number, kConfirmationSignature), bytes,
                                          confirmation.recipient, statement.time));
    confirmed_.insert(confirmation.content_plaintext_sha256);
    return absl::OkStatus();
  }

  void CheckPayload(absl::string_view name, const sealing::PayloadDigest& expected) {
    if (!Has(name)) return;
    sealing::PayloadDigester digester;
    absl::Status status = Digest(folder_ / std::string(name), digester);
    if (status.ok() && digester.Peek() != expected) {
      status = Wrong("PAYLOAD_MISMATCH", "These are not the bytes that the manifest names.");
    }
    Add(name, status,
        absl::StrCat("These are the ", expected.length, " sealed bytes that the manifest names."));
  }

  void CheckPlaintexts() {
    std::optional<sealing::Description> description;
    if (Has(kDescription)) {
      const auto read = ReadDescription();
      if (Add(kDescription, read.status(), "This is the description that the sender signed.")) {
        description = *read;
      }
    }
    if (Has(kContentPlaintext)) {
      Add(kContentPlaintext, CheckContent(description),
          "This is the content that the sender signed.");
    }
    for (const crypto::Digest& digest : confirmed_) {
      if (!description) break;
      Add("confirmation",
          digest == description->content_plaintext_sha256
              ? absl::OkStatus()
              : Wrong("PLAINTEXT_MISMATCH", "The recipient confirmed another content."),
          "The recipient confirmed the content that the description names.");
    }
  }

  absl::StatusOr<sealing::Description> ReadDescription() const {
    COMITY_ASSIGN_OR_RETURN(const std::string bytes,
                            Read(kDescription, sealing::kLargestDescription));
    if (crypto::Sha256(bytes) != manifest_->description_plaintext_sha256) {
      return Wrong("PLAINTEXT_MISMATCH", "This is not the description that the sender signed.");
    }
    return sealing::ParseDescription(bytes);
  }

  absl::Status CheckContent(const std::optional<sealing::Description>& description) const {
    if (!description) {
      return Wrong("DESCRIPTION_MISSING",
                   "Only description.json, which names the content's digest, can show it.");
    }
    crypto::Sha256Stream digester;
    COMITY_RETURN_IF_ERROR(Digest(folder_ / std::string(kContentPlaintext), digester));
    if (digester.Peek() == description->content_plaintext_sha256) return absl::OkStatus();
    return Wrong("PLAINTEXT_MISMATCH", "This is not the content that the sender signed.");
  }

  void CheckHeads() {
    for (const auto& [head, roots] : heads_) {
      Add(absl::StrCat("ledger ", head.first),
          roots.size() == 1
              ? absl::OkStatus()
              : Wrong("SPLIT_VIEW", absl::StrCat("The ledger signed two different trees of ",
                                                 head.second, " entries.")),
          absl::StrCat("All proofs at ", head.second, " entries lead to one tree."));
    }
  }

  const fs::path folder_;
  const TrustAnchors& anchors_;
  std::string manifest_bytes_;
  std::optional<sealing::Manifest> manifest_;
  // The earliest time of a statement that holds.
  std::optional<absl::Time> known_since_;
  // By origin and size, the roots that proofs led to.
  std::map<std::pair<std::string, std::int64_t>, std::set<ledger::Hash>> heads_;
  std::set<crypto::Digest> confirmed_;
  std::vector<Check> checks_;
  std::vector<std::string> ignored_;
};

}  // namespace

absl::StatusOr<std::vector<ledger::NoteVerifier>> LoadLedgerKeys(const std::string& file) {
  const auto text = ReadFile(file, kLargestKeyFile);
  if (!text.ok()) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("The ledger keys cannot be read from ", file,
                                  "; name a file with one vkey a line."),
                     {.reason = "LEDGER_KEYS_MISSING", .metadata = {{"path", file}}});
  }
  std::vector<ledger::NoteVerifier> keys;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty() || line.front() == '#') continue;
    COMITY_ASSIGN_OR_RETURN(ledger::NoteVerifier key, ledger::NoteVerifier::FromVkey(line));
    keys.push_back(std::move(key));
  }
  return keys;
}

bool Report::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.passed; });
}

absl::StatusOr<Report> VerifyFolder(const std::string& folder, const TrustAnchors& anchors) {
  const fs::path root(folder);
  auto manifest = ReadFile(root / std::string(kManifest), sealing::kLargestManifest);
  if (absl::IsNotFound(manifest.status())) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no evidence in ", folder,
                                  ": manifest.json cannot be read; name the folder that holds it."),
                     {.reason = "EVIDENCE_MISSING", .metadata = {{"path", folder}}});
  }
  if (!manifest.ok()) {
    return Report{.checks = {{.subject = "manifest",
                              .passed = false,
                              .sentence = std::string(manifest.status().message()),
                              .reason = ReasonOf(manifest.status())}},
                  .ignored_files = {}};
  }
  return Verification(root, anchors).Run(*std::move(manifest));
}

}  // namespace comity::evidence
