#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/journal/rows_check.h"
#include "common/storage/database.h"

namespace comity::document_exchange {

// Compares the tables of the document exchange with the feed and the ledger; README.md says which
// columns with what. Needs no part of a service that runs. Thread-safe.
class ExchangeRowsCheck final : public journal::RowsCheck {
 public:
  absl::StatusOr<bool> Knows(storage::Database& database) const override;
  absl::Status Check(journal::StoreView& store, journal::RowsReport& report) const override;
};

}  // namespace comity::document_exchange
