#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/storage/database.h"

namespace comity::storage {

// How a SQLite database is opened.
struct SqliteOptions {
  // Made if it is not there (0700). One process at a time holds it: flock on `<directory>/lock`.
  std::string directory;
  // The file inside it (0600, its -wal and -shm too).
  std::string file_name = "journal.db";
  // How long a call waits for a lock; the writer only ever meets checkpoints.
  absl::Duration busy_timeout = absl::Seconds(5);
  // Idle readers kept open; more are opened as needed and closed afterwards.
  int idle_readers = 8;
  // The database may not grow beyond this many pages of 4 KiB; 0: no limit but the volume's.
  std::int64_t max_pages = 0;
};

// Opens or creates the database: WAL, synchronous=FULL (a commit is on the medium when it returns),
// secure_delete (deleted content is overwritten), foreign keys on.
//
// FAILED_PRECONDITION `STORE_IN_USE`: another process has the directory. DATA_LOSS
// `DATABASE_CORRUPT`. UNAVAILABLE `STORAGE_IO`: the directory cannot be made or written.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const SqliteOptions& options);

// A database that another process may be writing: takes no lock on the directory and writes
// nothing; also what writer() returns only reads. NOT_FOUND `STORE_MISSING`: the directory has no
// database. DATA_LOSS `DATABASE_CORRUPT`.
absl::StatusOr<std::unique_ptr<Database>> OpenSqliteReadOnly(const SqliteOptions& options);

// What SQLite finds wrong with the structure of the file (PRAGMA integrity_check), a sentence each;
// empty: nothing. Content that was changed within a row it does not see. Errors as above.
absl::StatusOr<std::vector<std::string>> FindSqliteDamage(const SqliteOptions& options);

// Writes the committed state of the database, without what was deleted, to the new file `path`,
// beside whoever is writing; durable when it returns. Errors as above, or of the file.
absl::Status CopySqlite(const SqliteOptions& options, const std::string& path);

}  // namespace comity::storage
