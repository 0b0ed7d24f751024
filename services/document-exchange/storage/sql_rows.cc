#include "services/document-exchange/storage/sql_rows.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/macros.h"

namespace comity::document_exchange {

using storage::Statement;

std::string Join(const std::vector<std::string>& names) { return absl::StrJoin(names, "\n"); }

std::vector<std::string> Split(absl::string_view text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

std::int64_t Micros(absl::Time time) {
  // The ends of an open interval do not fit.
  if (time == absl::InfiniteFuture()) return std::int64_t{1} << 62;
  if (time == absl::InfinitePast()) return 0;
  return absl::ToUnixMicros(time);
}

void BindTime(Statement& statement, int parameter, const std::optional<absl::Time>& time) {
  if (time.has_value()) {
    statement.BindInt64(parameter, Micros(*time));
  } else {
    statement.BindNull(parameter);
  }
}

std::optional<absl::Time> TimeAt(const Statement& statement, int column) {
  if (statement.IsNull(column)) return std::nullopt;
  return absl::FromUnixMicros(statement.Int64(column));
}

absl::Status SqlRows::Query(absl::string_view text, Binder bind, Reader read) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, sql_->Prepare(text));
  bind(*statement);
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, statement->Step());
    if (!row) return absl::OkStatus();
    COMITY_RETURN_IF_ERROR(read(*statement));
  }
}

absl::Status SqlRows::Write(absl::string_view text, Binder bind) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, sql_->Prepare(text));
  bind(*statement);
  return statement->Run();
}

absl::StatusOr<std::optional<std::string>> SqlRows::Unseal(absl::string_view sealed,
                                                           absl::string_view context) {
  return view_ != nullptr ? view_->Unseal(sealed, context) : journal_->Unseal(sealed, context);
}

}  // namespace comity::document_exchange
