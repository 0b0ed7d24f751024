#include "services/document-exchange/storage/exchange_tables.h"

#include <optional>
#include <utility>

#include "common/status/macros.h"
#include "services/document-exchange/storage/sql_rows.h"

namespace comity::document_exchange {

absl::StatusOr<std::unique_ptr<Rows>> ExchangeTables::Read() {
  COMITY_ASSIGN_OR_RETURN(storage::Snapshot snapshot, journal_->Read());
  return std::make_unique<SqlRows>(journal_, std::move(snapshot), nullptr, nullptr);
}

std::unique_ptr<WritableRows> ExchangeTables::In(journal::Turn& turn) {
  return std::make_unique<SqlRows>(journal_, std::nullopt, &turn.sql(), &turn);
}

}  // namespace comity::document_exchange
