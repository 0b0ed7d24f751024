#pragma once

#include "absl/status/status.h"
#include "common/journal/rows_check.h"

namespace comity::document_exchange {

// Statements and transfer records: what they say themselves, against the documents they are about
// and the entry they were made with.
absl::Status CheckStatements(journal::StoreView& store, journal::RowsReport& report);
absl::Status CheckTransferRecords(journal::StoreView& store, journal::RowsReport& report);

// What the entries say that there is, against the rows: they may be of before versions had a digest
// of these (domain/rows_digest.h).
absl::Status CheckEntriesHaveRows(journal::StoreView& store, journal::RowsReport& report);

}  // namespace comity::document_exchange
