#include "common/storage/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::storage {
namespace {

absl::Status DiskFull() {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   "The volume of the database is full and nothing was written; make room on it, "
                   "writing then goes on by itself and reading never stopped.",
                   {.reason = "DISK_FULL"});
}

// What fails for want of room. Quotas and file size limits end writing as a full disk does, and
// some volumes say only when they sync that there is none, but SQLite knows only ENOSPC of a write.
// It does not keep the number for a commit, so it is taken from the system, where the failed call
// just left it.
bool WantsRoom(int extended) {
  switch (extended) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE:
      return true;
    default:
      return false;
  }
}

bool NoRoom(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

absl::Status Constraint(int extended) {
  const bool taken = extended == SQLITE_CONSTRAINT_UNIQUE ||
                     extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
                     extended == SQLITE_CONSTRAINT_ROWID;
  return MakeError(
      taken ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kFailedPrecondition,
      taken ? "A row with this key is there already." : "The row breaks a rule of its table.",
      {.reason = "CONSTRAINT_VIOLATED"});
}

}  // namespace

absl::Status SqliteError(sqlite3* db, int code) {
  const int extended = db == nullptr ? code : sqlite3_extended_errcode(db);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return DiskFull();
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return MakeError(absl::StatusCode::kDataLoss,
                       "The database file is damaged or is no database; stop the service, keep the "
                       "file for examination and restore the last backup.",
                       {.reason = "DATABASE_CORRUPT"});
    case SQLITE_CONSTRAINT:
      return Constraint(extended);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeError(absl::StatusCode::kUnavailable,
                       "The database was locked for too long; try again.",
                       {.reason = "STORAGE_BUSY", .retry_after = absl::Seconds(1)});
    case SQLITE_IOERR:
      if (WantsRoom(extended) && NoRoom(errno)) return DiskFull();
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      break;
    default:
      // The message names tables and columns of the statement, never values.
      return MakeError(absl::StatusCode::kInternal,
                       absl::StrCat("A statement failed: ",
                                    db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db), "."),
                       {.reason = "STATEMENT_FAILED"});
  }
  return MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("The database file cannot be read or written (", sqlite3_errstr(extended),
                   "); check the volume, its rights and the machine's log."),
      {.reason = "STORAGE_IO"});
}

}  // namespace comity::storage
