#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/connection.h"

namespace comity::storage {

// One step of a schema's history. Append-only: a landed migration is never edited.
struct Migration {
  // From 1, dense, in order. The highest is the binary's version.
  int version = 0;
  // The oldest binary version that may run on a database that has this migration: expand in N
  // (needs_reader stays), contract in N+1 (needs_reader becomes N).
  int needs_reader = 0;
  // A script in the common subset (connection.h).
  std::string sql;
};

// Brings `component` (such as "journal", "service") of a database to the last of `migrations`, each
// in a transaction of its own with its record in the table `migrations`. Components are migrated
// apart and must not touch each other's tables. Processes that start together take turns. A
// database that has more migrations than the binary
// knows is accepted as it is, unless one of them needs a newer reader:
//
// FAILED_PRECONDITION `DATABASE_NEWER`: names both versions and the remedy; nothing was changed.
// INTERNAL `MIGRATION_FAILED`: the script is wrong; nothing of it was kept.
absl::Status Migrate(Connection& connection, absl::string_view component,
                     const std::vector<Migration>& migrations, absl::Time now);

// The version that `component` has reached in a database that is only read; 0: none.
// FAILED_PRECONDITION `DATABASE_NEWER`: a binary of `migrations` must not read it.
absl::StatusOr<int> FindVersion(Connection& connection, absl::string_view component,
                                const std::vector<Migration>& migrations);

// In a write transaction: from here on `component` needs a binary of `version` at least, which must
// have been reached. For what is written rarely, so that until then older binaries may run.
absl::Status RequireReader(Connection& connection, absl::string_view component, int version);

}  // namespace comity::storage
