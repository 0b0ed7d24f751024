#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/journal/rows.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/storage/connection.h"

namespace comity::journal {

// An origin taken apart: "<base>/<number>".
struct Origin {
  absl::string_view base;  // All of it if it has no number at its end.
  std::int64_t number = 1;
};
Origin ParseOrigin(absl::string_view origin);

// The origin of log `number` of the service that has a log `origin`.
std::string OriginOf(absl::string_view origin, std::int64_t number);

// Where log `number` is published if it is not the first.
std::string FolderOf(const std::string& publication, std::int64_t number);

// The numbers of the logs that have a folder in the publication directory `publication`, in order:
// not the first, which has no folder of its own.
std::vector<std::int64_t> NumbersIn(const std::string& publication);

// The logs of the store with the head `head`, oldest first: at least one, the last grows. `keys`
// are named as any of them; empty: origins and keys are left out. Errors of the rows.
absl::StatusOr<std::vector<Log>> LoadLogs(storage::Connection& sql, const Head& head,
                                          const std::string& publication,
                                          absl::Span<const ledger::NoteVerifier> keys);

// How people are told of an entry: "entry 17", or "entry 17 of log 1" if that was closed.
std::string PlaceOf(const Log& log, std::int64_t leaf_index);

// Entries of `log` from `first` on, at most `limit`, still sealed. Errors of the rows.
absl::StatusOr<std::vector<rows::SealedEntry>> ReadSealed(storage::Connection& sql, const Log& log,
                                                          std::int64_t first, std::size_t limit);

// FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT`: a log after `log` was published, so that the
// database is one of before.
absl::Status CheckLast(const Log& log, const std::string& publication);

}  // namespace comity::journal
