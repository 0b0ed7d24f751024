#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace comity::storage {

// The common subset of connection.h in PostgreSQL's words: ?1 becomes $1, INTEGER becomes BIGINT,
// BLOB becomes BYTEA, WITHOUT ROWID goes. What is inside quotes or a comment stays.
std::string QueryForPostgres(absl::string_view sql);

// As QueryForPostgres, for scripts that make tables: TEXT columns compare byte by byte besides, as
// SQLite's do, whatever the locale of the database.
std::string ScriptForPostgres(absl::string_view sql);

}  // namespace comity::storage
