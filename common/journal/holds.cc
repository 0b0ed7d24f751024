#include "common/journal/holds.h"

#include "common/status/macros.h"

namespace comity::journal {

absl::StatusOr<bool> PlaceHold(Turn& turn, absl::string_view resource) {
  COMITY_ASSIGN_OR_RETURN(const auto insert,
                          turn.sql().Prepare("INSERT INTO journal_holds VALUES (?1, ?2) "
                                             "ON CONFLICT (resource) DO NOTHING"));
  COMITY_RETURN_IF_ERROR(insert->BindText(1, resource).BindInt64(2, turn.revision()).Run());
  return insert->RowsAffected() > 0;
}

absl::StatusOr<bool> LiftHold(Turn& turn, absl::string_view resource) {
  COMITY_ASSIGN_OR_RETURN(const auto erase,
                          turn.sql().Prepare("DELETE FROM journal_holds WHERE resource = ?1"));
  COMITY_RETURN_IF_ERROR(erase->BindText(1, resource).Run());
  return erase->RowsAffected() > 0;
}

absl::StatusOr<std::set<std::string>> ReadHolds(storage::Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(const auto select, sql.Prepare("SELECT resource FROM journal_holds"));
  std::set<std::string> holds;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return holds;
    holds.emplace(select->Text(0));
  }
}

absl::StatusOr<bool> IsHeld(storage::Connection& sql, absl::string_view resource) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT 1 FROM journal_holds WHERE resource = ?1"));
  return select->BindText(1, resource).Step();
}

}  // namespace comity::journal
