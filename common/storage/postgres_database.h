#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/storage/database.h"

namespace comity::storage {

// How a PostgreSQL database is opened.
struct PostgresOptions {
  // postgresql://user@host:port/database?sslmode=verify-full&... or libpq's key=value form. The
  // password is better in a passfile. Several hosts with target_session_attrs=read-write follow a
  // promoted standby.
  std::string url;
  // A write transaction waits no longer than this for others; one that does nothing for as long is
  // ended by the server, so that a stopped process cannot hold up all.
  absl::Duration patience = absl::Seconds(10);
  // Idle readers kept open; more are opened as needed and closed afterwards.
  int idle_readers = 8;
};

// Connects to the database, which must exist, be empty or ours, and is shared by any number of
// processes. synchronous_commit is on: a commit is on the server's medium (and its synchronous
// standby's) when it returns, provided that the server runs with fsync.
//
// UNAVAILABLE `STORAGE_LOST`: there is no connection. FAILED_PRECONDITION `STORAGE_SETTINGS`.
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options);

}  // namespace comity::storage
