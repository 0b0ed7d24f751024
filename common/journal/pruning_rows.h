#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/journal/types.h"
#include "common/storage/connection.h"
#include "common/storage/migrations.h"

// The rows of prunings and holds: what is written and read by SQL, and nothing else. All pass on
// storage errors.
namespace comity::journal {

// Component "pruning"; holds are read and written by holds.h.
const std::vector<storage::Migration>& PruningMigrations();

namespace rows {

// What one pruning takes.
struct Pruning {
  std::string store_id;  // Whose leaf indices these are: a log that was succeeded has another.
  std::vector<absl::CivilMonth> months;  // In order; their keys go.
  // The entries of these months are among those from first_leaf to before end_leaf.
  std::int64_t first_leaf = 0;
  std::int64_t end_leaf = 0;
  std::int64_t entries = 0;  // That become unreadable, those whose hold was lifted included.
  std::int64_t kept = 0;     // Of these and earlier months, because of a hold.

  // As it is found.
  std::int64_t begin_revision = 0;
  absl::Time begin_time = absl::UnixEpoch();  // When it was committed.
  bool decided = false;                       // Keys may be gone.
};

// The intent; again if keys of the same last month came back.
absl::Status InsertPruning(storage::Connection& sql, const Pruning& pruning, std::int64_t revision);
// The one that was begun and not finished.
absl::StatusOr<std::optional<Pruning>> FindUnfinishedPruning(storage::Connection& sql);
// With what it then takes. Written before any key goes.
absl::Status DecidePruning(storage::Connection& sql, const Pruning& pruning, std::int64_t revision);
absl::Status FinishPruning(storage::Connection& sql, const Pruning& pruning, std::int64_t revision);
absl::Status ErasePruning(storage::Connection& sql, const Pruning& pruning);
// Where the next one of this store begins to look.
absl::StatusOr<std::int64_t> FindPrunedEnd(storage::Connection& sql, absl::string_view store_id);

// Entries that were sealed anew, by the month of their new key.
absl::Status RewrapEntry(storage::Connection& sql, const Log& log, std::int64_t leaf_index,
                         absl::string_view sealed, absl::CivilMonth month);
absl::StatusOr<bool> IsRewrapped(storage::Connection& sql, absl::string_view store_id,
                                 std::int64_t leaf_index);
// Those before `end_leaf` whose key's month is not after `last`.
absl::StatusOr<std::vector<std::int64_t>> FindRewrapped(storage::Connection& sql,
                                                        absl::string_view store_id,
                                                        absl::CivilMonth last,
                                                        std::int64_t end_leaf);
absl::Status ForgetRewrapped(storage::Connection& sql, absl::CivilMonth last);
// Those whose key's month is after `last`.
absl::StatusOr<std::int64_t> CountRewrapped(storage::Connection& sql, absl::CivilMonth last);

}  // namespace rows
}  // namespace comity::journal
