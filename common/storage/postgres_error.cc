#include "common/storage/postgres_error.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace comity::storage {
namespace {

absl::string_view FieldOf(const PGresult* result, int field) {
  const char* const value = result == nullptr ? nullptr : PQresultErrorField(result, field);
  return value == nullptr ? "" : value;
}

absl::Status Lost() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The connection to the database was lost and nothing of this was written; it is "
                   "made anew by itself, try again, and look at the database server if it lasts.",
                   {.reason = "STORAGE_LOST", .retry_after = absl::Seconds(1)});
}

absl::Status Busy() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The database was locked for too long; try again.",
                   {.reason = "STORAGE_BUSY", .retry_after = absl::Seconds(1)});
}

absl::Status Medium(absl::string_view state) {
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("The database server cannot read or write (SQLSTATE ", state,
                                "); look at its log, its volume and its memory."),
                   {.reason = "STORAGE_IO"});
}

}  // namespace

absl::Status PostgresError(const PGconn* db, const PGresult* result) {
  const absl::string_view state = FieldOf(result, PG_DIAG_SQLSTATE);
  if (state == "53100") {
    return MakeError(absl::StatusCode::kResourceExhausted,
                     "The volume of the database is full and nothing was written; make room on it, "
                     "writing then goes on by itself and reading never stopped.",
                     {.reason = "DISK_FULL"});
  }
  if (state == "XX001" || state == "XX002") {
    return MakeError(absl::StatusCode::kDataLoss,
                     "The database is damaged; stop the service, keep the database server's files "
                     "for examination and restore the last backup.",
                     {.reason = "DATABASE_CORRUPT"});
  }
  if (absl::StartsWith(state, "23")) {
    const bool taken = state == "23505";
    return MakeError(
        taken ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kFailedPrecondition,
        taken ? "A row with this key is there already." : "The row breaks a rule of its table.",
        {.reason = "CONSTRAINT_VIOLATED"});
  }
  if (state == "25006") {
    return MakeError(absl::StatusCode::kUnavailable,
                     "The database takes no writes here: this is a reading transaction or a "
                     "standby server; configure the primary.",
                     {.reason = "STORAGE_READ_ONLY"});
  }
  // Serialization, deadlock, a lock or a statement that took too long.
  if (state == "40001" || state == "40P01" || state == "55P03" || state == "57014") return Busy();
  // Shutdown, crash, not yet ready, too many connections, a session that was idle for too long.
  if (state.empty() || absl::StartsWith(state, "08") || absl::StartsWith(state, "57P") ||
      state == "53300" || state == "25P03" || PQstatus(db) != CONNECTION_OK) {
    return Lost();
  }
  if (absl::StartsWith(state, "53") || absl::StartsWith(state, "58")) return Medium(state);
  // The message names tables and columns, but where data is at fault also values.
  return MakeError(
      absl::StatusCode::kInternal,
      absl::StrCat(
          "A statement failed (SQLSTATE ", state, ")", absl::StartsWith(state, "42") ? ": " : "",
          absl::StartsWith(state, "42") ? FieldOf(result, PG_DIAG_MESSAGE_PRIMARY) : "", "."),
      {.reason = "STATEMENT_FAILED"});
}

absl::Status PostgresConnectError(const PGconn* db) {
  const std::string why = absl::StrReplaceAll(PQerrorMessage(db), {{"\n", " "}});
  return MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("Cannot connect to the database: ", why,
                   "Check that the server runs and the configured address and rights are right."),
      {.reason = "STORAGE_LOST", .retry_after = absl::Seconds(1)});
}

}  // namespace comity::storage
