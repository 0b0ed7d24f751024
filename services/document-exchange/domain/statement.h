#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/journal/turn.h"
#include "common/sealing/cades.h"
#include "services/document-exchange/domain/document.h"

namespace comity::document_exchange {

class WritableRows;

// The nine kinds of evidence (ETSI EN 319 522). The three of relay are made where documents are
// handed to another node, which this service does not do.
enum class StatementKind {
  kSubmissionAcceptance = 1,
  kSubmissionRejection = 2,
  kRelayAcceptance = 3,
  kRelayRejection = 4,
  kRelayFailure = 5,
  kDelivery = 6,
  kNonDelivery = 7,
  kRetrieval = 8,
  kNonRetrieval = 9,
};

// "SUBMISSION_ACCEPTANCE".
absl::string_view Name(StatementKind kind);

// A statement as it was signed and committed.
struct StoredStatement {
  std::string document_id;
  StatementKind kind = StatementKind::kSubmissionAcceptance;
  std::string sender;     // SPIFFE id: a rejected submission has no document that names it.
  std::string recipient;  // Empty for submissions.
  std::string statement;  // Canonical JSON.
  std::string signature;
  std::string confirmation;
  std::string confirmation_signature;
  std::string store_id;  // Whose ledger has its leaf, as it says itself.
  std::int64_t leaf_index = 0;
  absl::Time commit_time;
};

// What is to be stated.
struct StatementDraft {
  StatementKind kind = StatementKind::kSubmissionAcceptance;
  std::string document_id;
  crypto::Digest manifest_sha256{};
  std::string sender;
  std::string recipient;
  std::string reason_code;
  std::optional<RegistryRevision> registry_revision;
  std::optional<crypto::Digest> registry_checkpoint_sha256;
  std::string confirmation;  // With RETRIEVAL.
  std::string confirmation_signature;
};

// Signs `draft` with the service's key, naming the leaf it will be, adds that leaf and the row: all
// in the turn. `method` is that of the mutation. INTERNAL `SIGNING_FAILED`: then the mutation must
// not be either.
absl::Status State(journal::Turn& turn, WritableRows& rows, const sealing::Signer& signer,
                   absl::string_view method, const StatementDraft& draft);

}  // namespace comity::document_exchange
