#include "tests/integration/document_exchange/world.h"

#include <gtest/gtest.h>

#include "absl/strings/strip.h"
#include "common/crypto/random.h"
#include "common/ids/uuid.h"
#include "common/sealing/age_header.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/description.h"
#include "common/sealing/evidence.h"
#include "common/sealing/recipients.h"
#include "common/sealing/signer_trust.h"
#include "common/status/macros.h"
#include "services/document-exchange/transport/exchange_proto.h"
#include "tests/testing/test_journal.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::document_exchange {
namespace {

std::string SealPayload(const crypto::Secret& file_key, absl::string_view plaintext) {
  std::string sealed;
  sealing::PayloadSealer sealer(file_key, sealing::NewPayloadNonce());
  const auto sink = [&](absl::string_view part) {
    sealed.append(part.data(), part.size());
    return absl::OkStatus();
  };
  EXPECT_TRUE(sealer.Write(plaintext, sink).ok());
  EXPECT_TRUE(sealer.Finish(sink).ok());
  return sealed;
}

sealing::PayloadDigest DigestOfPayload(absl::string_view payload) {
  sealing::PayloadDigester digester;
  digester.Update(payload);
  return digester.Peek();
}

}  // namespace

World::World(Closed)
    : clock(legal::Noon(legal::kToday)),
      bundles_(pki.bundles()),
      verifier_(std::make_unique<identity::ChainVerifier>(bundles_)) {}

void World::Close() {
  exchange.reset();
  tables.reset();
  payloads.reset();
  journal.reset();
}

void World::Restart() {
  const absl::Status restarted = TryRestart();
  ASSERT_TRUE(restarted.ok()) << restarted;
}

absl::Status World::TryRestart() {
  Close();
  if (service_signer_ == nullptr) ChangeServiceSigner();
  journal::Options options = testing::TestJournalOptions(folder.path(), "document-exchange");
  options.migrations = Migrations();
  options.clock = &clock;
  options.checkpoint_interval = absl::Milliseconds(10);
  COMITY_ASSIGN_OR_RETURN(journal, journal::Journal::Open(std::move(options)));
  COMITY_ASSIGN_OR_RETURN(payloads, FilePayloadStore::Open(folder / "payloads", 0));
  tables = std::make_unique<ExchangeTables>(journal.get());
  exchange = std::make_unique<Exchange>(
      Exchange::Parts{
          .journal = journal.get(),
          .rows = tables.get(),
          .payloads = payloads.get(),
          .registry = &registry,
          .signer = [this] { return service_signer_; },
          .signer_check = [this](absl::Time at) { return sealing::TrustedBy(verifier_.get(), at); },
          .encode_verdict = &EncodeVerdict,
          .clock = &clock,
          .events = &events,
          .may_begin = [this] { return may_begin; }},
      settings);
  return exchange->Reconcile();
}

std::unique_ptr<sealing::Signer> World::IssueSigner(const std::string& spiffe_id) {
  testing::TestCa& ca =
      spiffe_id.find("georgia.example") == std::string::npos ? pki.agency() : pki.georgia();
  // Good on the day of the tests whatever the machine's clock says.
  const testing::IssuedCertificate issued =
      ca.Issue({.uris = {spiffe_id},
                .purpose = identity::Purpose::kSigning,
                .not_before = clock.Now() - absl::Hours(1),
                .not_after = clock.Now() + absl::Hours(24 * 365)});
  auto made = sealing::Signer::FromPem(issued.certificate_pem(), issued.key_pem);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::make_unique<sealing::Signer>(*std::move(made));
}

const sealing::Signer& World::SignerOf(const std::string& spiffe_id) {
  std::unique_ptr<sealing::Signer>& signer = signers_[spiffe_id];
  if (signer == nullptr) signer = IssueSigner(spiffe_id);
  return *signer;
}

void World::ChangeServiceSigner() { service_signer_ = IssueSigner(kService); }

void World::RevokeGeorgia() {
  pki.georgia().RevokeIntermediate(clock.Now());
  pki.WriteBundles();
  bundles_ = pki.bundles();
  verifier_ = std::make_unique<identity::ChainVerifier>(bundles_);
}

const sealing::AgeIdentity& World::KeyOf(const std::string& spiffe_id) {
  std::unique_ptr<sealing::AgeIdentity>& key = keys_[spiffe_id];
  if (key == nullptr) {
    key = std::make_unique<sealing::AgeIdentity>(sealing::AgeIdentity::Generate());
  }
  return *key;
}

SealedLetter World::Seal(const LetterOptions& options) {
  SealedLetter letter;
  letter.plaintext = crypto::RandomBytes(options.size);
  const std::string id = NewUuid(clock.Now());
  const auto description = sealing::BuildDescription(
      {.title = "Request",
       .file_name = "request.pdf",
       .media_type = "application/pdf",
       .content_plaintext_length = static_cast<std::int64_t>(letter.plaintext.size()),
       .content_plaintext_sha256 = crypto::Sha256(letter.plaintext),
       .blind = crypto::ToDigest(crypto::RandomBytes(32))});
  EXPECT_TRUE(description.ok()) << description.status();
  const crypto::Secret content_key = sealing::NewFileKey();
  const crypto::Secret description_key = sealing::NewFileKey();
  letter.content = SealPayload(content_key, letter.plaintext);
  letter.description = SealPayload(description_key, *description);

  std::vector<sealing::AddressedHeaders> headers;
  for (const std::string& recipient : options.recipients) {
    const sealing::AgeRecipient& key = KeyOf(recipient).recipient();
    headers.push_back({.recipient = recipient,
                       .content_header = sealing::MakeHeader(content_key, key),
                       .description_header = sealing::MakeHeader(description_key, key)});
  }
  const auto tree = sealing::BuildRecipientsTree(headers);
  EXPECT_TRUE(tree.ok()) << tree.status();

  letter.manifest = {
      .document_id = id,
      .sender = options.sender,
      .time = absl::FromUnixSeconds(absl::ToUnixSeconds(clock.Now())),
      .direction = options.direction,
      .capacity = options.capacity,
      .data_kind = options.data_kind,
      .classification = "UNCLASSIFIED",
      .originators = options.originators,
      .use_restrictions = options.use_restrictions,
      .purpose = {.task = "coordination of investigations",
                  .offence = "organised crime",
                  .stage = "investigation",
                  .case_reference = kCase,
                  .necessity = "to coordinate searches"},
      .subjects = {"SUSPECT"},
      .annex_ii = options.annex_ii,
      .geometry = "TWO_OR_MORE_MEMBER_STATES",
      .volume = "SINGLE",
      .thread = {.thread_id = options.thread.empty() ? id : options.thread, .kind = "REQUEST"},
      .derived_from = options.derived_from,
      .content = DigestOfPayload(letter.content),
      .description = DigestOfPayload(letter.description),
      .description_plaintext_sha256 = crypto::Sha256(*description),
      .recipients_root = tree->root,
      .recipients_size = tree->size};
  const auto manifest = sealing::BuildManifest(letter.manifest);
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  letter.submission.manifest = *manifest;
  letter.submission.signature = *SignerOf(options.sender).Sign(*manifest, clock.Now());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    RecipientHeaders packed = {.recipient = headers[i].recipient,
                               .content_header = headers[i].content_header,
                               .description_header = headers[i].description_header,
                               .salt = tree->proofs[i].salt,
                               .leaf_index = tree->proofs[i].leaf_index};
    for (const crypto::Digest& hash : tree->proofs[i].path) {
      packed.path.emplace_back(crypto::View(hash));
    }
    letter.submission.headers.push_back(std::move(packed));
  }
  const auto context = ContextOf(letter.manifest, {});
  EXPECT_TRUE(context.ok()) << context.status();
  letter.upload = {
      .document_id = id,
      .announced = {.content = static_cast<std::int64_t>(letter.content.size()),
                    .description = static_cast<std::int64_t>(letter.description.size())},
      .recipients = options.recipients,
      .context = *context};
  return letter;
}

Request World::By(const std::string& spiffe_id, const std::string& method,
                  const std::string& request_id) {
  const auto known = principals_.try_emplace(spiffe_id, *identity::Principal::Parse(spiffe_id));
  return {.caller = &known.first->second, .method = method, .request_id = request_id};
}

absl::StatusOr<std::string> World::Upload(const std::string& sender, const SealedLetter& letter) {
  COMITY_ASSIGN_OR_RETURN(const UploadStatus status,
                          exchange->CreateUpload(By(sender, "test/CreateUpload"), letter.upload));
  COMITY_ASSIGN_OR_RETURN(const OpenedUpload opened,
                          exchange->OpenUpload(By(sender), status.upload.id));
  COMITY_RETURN_IF_ERROR(opened.writer->Append(PayloadKind::kContent, 0, letter.content));
  COMITY_RETURN_IF_ERROR(opened.writer->Append(PayloadKind::kDescription, 0, letter.description));
  COMITY_RETURN_IF_ERROR(opened.writer->Sync().status());
  return status.upload.id;
}

absl::StatusOr<DocumentView> World::Send(const std::string& sender, SealedLetter letter) {
  COMITY_ASSIGN_OR_RETURN(letter.submission.upload_id, Upload(sender, letter));
  return exchange->Submit(By(sender, "test/SubmitDocument"), letter.submission);
}

RecordedDecision World::Authorisation(const std::string& counterpart) {
  RecordedDecision decision;
  decision.decision.kind = legal::DecisionKind::kAuthorisation;
  decision.decision.partner = "partners/france";
  decision.decision.counterparts = {counterpart};
  decision.decision.case_reference = kCase;
  decision.decision.valid_from = *PartialDate::Parse("2026-11-01");
  decision.evidence = "FR-1";
  return decision;
}

absl::StatusOr<RecordedDecision> World::Authorise(const std::string& counterpart) {
  return exchange->RecordDecision(By(kFrance, "test/RecordDecision"), Authorisation(counterpart));
}

absl::StatusOr<RecordedDecision> World::DecideOtherData(const std::string& counterpart) {
  RecordedDecision decision;
  decision.decision.kind = legal::DecisionKind::kOtherData;
  decision.decision.counterparts = {counterpart};
  decision.decision.case_reference = kCase;
  decision.decision.valid_from = *PartialDate::Parse("2026-11-01");
  decision.evidence = "NM-1";
  return exchange->RecordDecision(By(kFrance, "test/RecordDecision"), decision);
}

absl::StatusOr<ReleasedHeaders> World::Release(const std::string& recipient,
                                               const std::string& id) {
  return exchange->ReleaseHeaders(By(recipient, "test/ReleaseHeaders"), id,
                                  "execution of the request");
}

std::pair<std::string, std::string> World::Confirmation(const std::string& recipient,
                                                        const SealedLetter& letter) {
  const auto bytes = sealing::BuildRetrievalConfirmation(
      {.document_id = letter.upload.document_id,
       .manifest_sha256 = crypto::Sha256(letter.submission.manifest),
       .recipient = recipient,
       .time = absl::FromUnixSeconds(absl::ToUnixSeconds(clock.Now())),
       .content_plaintext_sha256 = crypto::Sha256(letter.plaintext)});
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return {*bytes, *SignerOf(recipient).Sign(*bytes, clock.Now())};
}

std::vector<std::string> World::Kinds(const std::string& caller, const std::string& id) {
  std::vector<std::string> kinds;
  const auto statements = exchange->Statements(By(caller), id);
  EXPECT_TRUE(statements.ok()) << statements.status();
  if (!statements.ok()) return kinds;
  for (const StoredStatement& statement : *statements) kinds.emplace_back(Name(statement.kind));
  return kinds;
}

RecipientState World::StateFor(const std::string& id, const std::string& recipient) {
  const auto rows = tables->Read();
  const auto document = (*rows)->FindDocument(id);
  return (*document)->Find(recipient)->state;
}

}  // namespace comity::document_exchange
