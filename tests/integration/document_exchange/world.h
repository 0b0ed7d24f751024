#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/journal/journal.h"
#include "common/sealing/age_key.h"
#include "common/sealing/cades.h"
#include "common/sealing/manifest.h"
#include "common/time/clock.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/storage/exchange_tables.h"
#include "services/document-exchange/storage/file_payload_store.h"
#include "tests/integration/document_exchange/fixed_registry.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::document_exchange {

inline constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/fr/desk-1";
inline constexpr char kColleague[] = "spiffe://agency.example/agency/desk-officer/fr/desk-2";
inline constexpr char kFrance[] = "spiffe://agency.example/agency/national-member/fr/nm-1";
inline constexpr char kGermanDesk[] = "spiffe://agency.example/agency/desk-officer/de/desk-1";
inline constexpr char kAuditor[] = "spiffe://agency.example/agency/auditor/-/auditor-1";
inline constexpr char kDpo[] = "spiffe://agency.example/agency/dpo/-/dpo-1";
inline constexpr char kOperator[] = "spiffe://agency.example/agency/operator/-/operator-1";
inline constexpr char kService[] = "spiffe://agency.example/service/document-exchange";
inline constexpr char kCase[] = "2026/17";

// What a client has ready to send.
struct SealedLetter {
  NewUpload upload;
  std::string content;  // Payloads, without headers.
  std::string description;
  Submission submission;  // Without the upload's id.
  std::string plaintext;
  sealing::Manifest manifest;
};

struct LetterOptions {
  std::string sender = kDesk;
  std::vector<std::string> recipients = {kDesk, kTbilisi};
  std::string direction = "SEND";
  std::string capacity = "EUROJUST";
  std::string data_kind = "OPERATIONAL";
  std::vector<sealing::Originator> originators = {
      {.kind = "MEMBER_STATE", .partner = "partners/france"}};
  std::string annex_ii = "WITHIN";
  std::vector<sealing::UseRestriction> use_restrictions;
  std::vector<sealing::Derivation> derived_from;
  std::string thread;  // Empty: it opens one.
  std::size_t size = 200'000;
};

class NoEvents final : public ExchangeEvents {
 public:
  void TransferChecked(absl::string_view, legal::Outcome) override {}
  void StatementMade(StatementKind) override {}
  void Withheld() override {}
  void ReleaseStopped(absl::string_view) override {}
  void DocumentCondemned() override {}
  void DocumentErased() override {}
};

// Everything but gRPC: a journal on disk, the payload folder, keys for everybody.
class World {
 public:
  World() : World(Closed{}) { Restart(); }

  // With nothing open until Restart: no thread runs, so a test may fork.
  struct Closed {};
  explicit World(Closed);

  // Closes what is open and opens it again, as a restart does.
  void Restart();
  absl::Status TryRestart();
  void Close();

  const sealing::Signer& SignerOf(const std::string& spiffe_id);
  // The service signs with another key and certificate from here on.
  void ChangeServiceSigner();
  // Nothing that who is of Georgia's domain signs from here on is believed.
  void RevokeGeorgia();
  const sealing::AgeIdentity& KeyOf(const std::string& spiffe_id);
  SealedLetter Seal(const LetterOptions& options);

  Request By(const std::string& spiffe_id, const std::string& method = "test/Method",
             const std::string& request_id = "");

  // CreateUpload and both payloads. Returns the upload's id.
  absl::StatusOr<std::string> Upload(const std::string& sender, const SealedLetter& letter);
  // All of it, to the submitted document.
  absl::StatusOr<DocumentView> Send(const std::string& sender, SealedLetter letter);
  // What Authorise records: that of France, in the case.
  static RecordedDecision Authorisation(const std::string& counterpart = "partners/georgia");
  absl::StatusOr<RecordedDecision> Authorise(const std::string& counterpart = "partners/georgia");
  // The national member's decision on data of `counterpart` outside Annex II (EJR 27(3)).
  absl::StatusOr<RecordedDecision> DecideOtherData(const std::string& counterpart);
  absl::StatusOr<ReleasedHeaders> Release(const std::string& recipient, const std::string& id);
  // Confirmation and signature.
  std::pair<std::string, std::string> Confirmation(const std::string& recipient,
                                                   const SealedLetter& letter);
  std::vector<std::string> Kinds(const std::string& caller, const std::string& id);
  RecipientState StateFor(const std::string& id, const std::string& recipient);

  testing::TestPki pki;
  ManualClock clock;
  FixedRegistry registry;
  NoEvents events;
  testing::TempDirectory folder;
  Settings settings;
  absl::Status may_begin;  // What Exchange::Parts::may_begin says.
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<FilePayloadStore> payloads;
  std::unique_ptr<ExchangeTables> tables;
  std::unique_ptr<Exchange> exchange;

 private:
  std::unique_ptr<sealing::Signer> IssueSigner(const std::string& spiffe_id);

  std::map<std::string, std::unique_ptr<sealing::Signer>> signers_;
  std::shared_ptr<const sealing::Signer> service_signer_;
  std::map<std::string, std::unique_ptr<sealing::AgeIdentity>> keys_;
  std::map<std::string, identity::Principal> principals_;
  std::shared_ptr<const identity::TrustBundles> bundles_;
  std::unique_ptr<identity::ChainVerifier> verifier_;
};

}  // namespace comity::document_exchange
