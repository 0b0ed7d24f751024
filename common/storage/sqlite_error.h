#pragma once

#include "absl/status/status.h"

struct sqlite3;

namespace comity::storage {

// The error of the last call on `db`, which returned `code`, in the words of connection.h. The one
// place that knows SQLite's codes.
absl::Status SqliteError(sqlite3* db, int code);

}  // namespace comity::storage
