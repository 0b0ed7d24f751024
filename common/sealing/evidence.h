#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

inline constexpr std::size_t kLargestEvidence = std::size_t{16} * 1024;

// What a recipient signs after it opened a document and all digests agreed: `comity.retrieval.v1`.
struct RetrievalConfirmation {
  std::string document_id;
  crypto::Digest manifest_sha256 = {};
  std::string recipient;  // SPIFFE id, and of the signer.
  absl::Time time;
  crypto::Digest content_plaintext_sha256 = {};

  friend bool operator==(const RetrievalConfirmation&, const RetrievalConfirmation&) = default;
};

// INVALID_ARGUMENT `CONFIRMATION_INVALID` with the member's path; Parse takes only what Build
// makes.
absl::StatusOr<std::string> BuildRetrievalConfirmation(const RetrievalConfirmation& confirmation);
absl::StatusOr<RetrievalConfirmation> ParseRetrievalConfirmation(absl::string_view bytes);

// A revision of the registry as evidence names it.
struct RegistryRevision {
  std::string store_id;  // 32 hexadecimal digits.
  std::int64_t number = 0;

  friend bool operator==(const RegistryRevision&, const RegistryRevision&) = default;
};

// What the service signs about a document, one of the nine kinds: `comity.statement.v1`.
struct Statement {
  std::string kind;     // `SUBMISSION_ACCEPTANCE` ... `NON_RETRIEVAL`.
  std::string service;  // SPIFFE id of the service, and of the signer.
  std::string store_id;
  std::string document_id;
  crypto::Digest manifest_sha256 = {};
  std::string sender;
  std::string recipient;    // Empty for SUBMISSION_*.
  std::string reason_code;  // UPPER_SNAKE; may be empty.
  absl::Time time;
  std::int64_t leaf_index = 0;
  std::optional<RegistryRevision> registry_revision;
  std::optional<crypto::Digest> registry_checkpoint_sha256;
  std::optional<crypto::Digest> confirmation_sha256;  // With RETRIEVAL, and only there.

  friend bool operator==(const Statement&, const Statement&) = default;
};

// INVALID_ARGUMENT `STATEMENT_INVALID` with the member's path; Parse takes only what Build makes.
absl::StatusOr<std::string> BuildStatement(const Statement& statement);
absl::StatusOr<Statement> ParseStatement(absl::string_view bytes);

}  // namespace comity::sealing
