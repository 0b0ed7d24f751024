#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/config.h"
#include "common/journal/journal.h"
#include "common/ledger/cosignature.h"
#include "common/ledger/note.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/time/clock.h"

namespace comity::service {

// Where a service keeps its store and its keys: sections every service has.
struct StoreSettings {
  std::string database;        // [storage] database: postgresql://..., or "" for an embedded store
  std::string directory;       // [storage] directory: of the embedded store
  std::string expiry_keys;     // [storage] expiry_keys
  std::string page_token_key;  // [storage] page_token_key
  std::string ledger_key;      // [ledger] key
  std::string next_key;        // [ledger] next_key: signs too; "": none
  std::string ledger_origin;   // [ledger] origin
  std::string publication;     // [ledger] publication

  // [ledger] witnesses (vkeys), witness_quorum (all of them if left out), cosignatures: the folder
  // where the witnesses leave theirs. A checkpoint is published once the quorum cosigned it.
  ledger::WitnessPolicy witnesses;
  std::string cosignatures;

  std::size_t proof_cache = 0;  // [ledger] proof_cache_mib, in bytes.

  // INVALID_ARGUMENT `CONFIG_MISSING`, `CONFIG_INVALID`.
  static absl::StatusOr<StoreSettings> Read(const config::Config& config);

  // Signs with the configured keys. Errors of the key files; INVALID_ARGUMENT `KEY_REPEATED`.
  absl::StatusOr<ledger::NoteSigner> LedgerSigner() const;

  // The journal's options; it logs when checkpoints cannot be published. Errors of LedgerSigner.
  // `clock` and `logger` are not owned and must outlive the journal.
  absl::StatusOr<journal::Options> JournalOptions(const Clock* clock,
                                                  logging::Logger* logger) const;
};

// The metrics of a service's journal, `comity_<service>_<thing>`; `service` with underscores.
// `journal` is not owned and must outlive the metrics.
void AddJournalMetrics(absl::string_view service, const journal::Journal* journal,
                       metrics::Metrics& metrics);

}  // namespace comity::service
