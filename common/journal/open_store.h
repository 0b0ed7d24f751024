#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/journal/journal.h"
#include "common/storage/database.h"

namespace comity::journal {

// Opens or creates the database of a store whose options are valid and brings the journal's tables
// up to date. INVALID_ARGUMENT `JOURNAL_OPTIONS`; FAILED_PRECONDITION `STORE_IN_USE`,
// `DATABASE_NEWER`; errors of storage and files.
absl::StatusOr<std::unique_ptr<storage::Database>> OpenStore(const Options& options);

// The id of a new store.
std::string NewStoreId();

}  // namespace comity::journal
