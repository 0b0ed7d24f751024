#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/sealing/cades.h"
#include "common/sealing/registry_snapshot.h"

// A signed snapshot of the registry (RegistryReportService.GetSnapshot) as files, for whoever
// starts from one or verifies it offline. README.md says how.
namespace comity::registry_snapshot {

// What is in its folder.
inline constexpr char kFactsFile[] = "facts.jsonl";
inline constexpr char kStatementFile[] = "statement.json";
inline constexpr char kSignatureFile[] = "statement.p7s";

// A snapshot that is good.
struct VerifiedSnapshot {
  sealing::RegistrySnapshot statement;
  std::string signer;  // SPIFFE id.
  std::string facts;   // JSON lines, as they were signed.
};

// Verifies the snapshot in `folder` for use at `at`: the signature first, by whom `check` accepts
// (never empty), then the statement, its time, and that the facts are those that it is about. What
// is not signed is not parsed; the facts themselves are not parsed at all.
//   errors of VerifySignature and of `check`; NOT_FOUND `FILE_MISSING`;
//   INVALID_ARGUMENT `SNAPSHOT_INVALID`: the statement is none;
//   FAILED_PRECONDITION `SNAPSHOT_EXPIRED`, `SNAPSHOT_NOT_YET_VALID` (more than five minutes before
//   it was made);
//   DATA_LOSS `SNAPSHOT_FACTS_DIFFER`: the facts are not those that were signed.
absl::StatusOr<VerifiedSnapshot> VerifyFolder(const std::string& folder,
                                              const sealing::SignerCheck& check, absl::Time at);

// The check for who knows the registry: `registry` is its SPIFFE id, and its chain is good at `at`,
// revocations included. `verifier` is not owned and must outlive the check.
sealing::SignerCheck SignedBy(std::string registry, const identity::ChainVerifier* verifier,
                              absl::Time at);

// The check for who holds nothing but root certificates (PEM): a registry of whatever domain whose
// chain ends in one of them.
sealing::SignerCheck SignedByARegistryUnder(std::string roots_pem, absl::Time at);

// "spiffe://agency.example/service/partner-registry".
std::string RegistryOf(absl::string_view trust_domain);

}  // namespace comity::registry_snapshot
