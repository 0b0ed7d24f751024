#pragma once

#include <libpq-fe.h>

#include "absl/status/status.h"

namespace comity::storage {

// What `result` (null: nothing came back) of a call on `db` failed with, in the words of
// connection.h. The one place that knows PostgreSQL's codes.
absl::Status PostgresError(const PGconn* db, const PGresult* result);

// Why `db` could not be connected. Names server, database and user, never a password.
absl::Status PostgresConnectError(const PGconn* db);

}  // namespace comity::storage
