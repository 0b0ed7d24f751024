#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/journal/rows_check.h"
#include "common/time/clock.h"

namespace comity::journal {

// What a backup of an embedded store is: the file `backup.json` beside the database.
struct BackupManifest {
  std::string store_id;
  std::string origin;         // The log, as its last checkpoint says; "": there is none yet.
  std::int64_t revision = 0;  // Everything up to here is in it.
  std::int64_t entries = 0;
  crypto::Digest root{};   // Of the ledger's tree over these entries.
  absl::Time backup_time;  // Whole seconds.
  std::int64_t size = 0;   // Of the database file, in bytes.
  crypto::Digest sha256{};
};

// Copies the embedded store in `directory`, in one committed state and beside its service, to the
// folder `to`, which must be empty or absent: it is either complete there or not at all, and
// durable when this returns. The copy is checked (CheckStore) and marked as a copy: opened as a
// store it is read and refuses writes until Succeed, also if nothing was lost. Neither expiry keys
// nor what was published nor payloads are in it. `rows`: as in StoreToCheck.
//
// FAILED_PRECONDITION `FOLDER_NOT_EMPTY`; NOT_FOUND `STORE_MISSING`; DATA_LOSS `STORE_DAMAGED`: the
// store is not as it was written, nothing was kept; errors of storage and files.
absl::StatusOr<BackupManifest> BackUp(const std::string& directory, const std::string& to,
                                      const Clock& clock,
                                      const std::vector<const RowsCheck*>& rows = {});

// Makes the store `directory`, which must be empty or absent, from the backup in `from`, after
// comparing that with its manifest and checking it. Complete and durable, or not at all.
//
// NOT_FOUND `BACKUP_MISSING`; DATA_LOSS `BACKUP_DAMAGED`; FAILED_PRECONDITION `FOLDER_NOT_EMPTY`;
// errors of storage and files.
absl::StatusOr<BackupManifest> Restore(const std::string& from, const std::string& directory,
                                       const std::vector<const RowsCheck*>& rows = {});

}  // namespace comity::journal
