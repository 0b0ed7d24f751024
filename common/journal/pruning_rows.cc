#include "common/journal/pruning_rows.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {

const std::vector<storage::Migration>& PruningMigrations() {
  // Months count from January of year 0.
  static const std::vector<storage::Migration>* const migrations =
      new std::vector<storage::Migration>{{.version = 1, .needs_reader = 1, .sql = R"sql(
CREATE TABLE journal_holds (
  resource TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL
);
CREATE TABLE journal_prunings (
  store_id TEXT NOT NULL,
  last_month INTEGER NOT NULL,
  months TEXT NOT NULL,
  first_leaf INTEGER NOT NULL,
  end_leaf INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  begin_revision INTEGER NOT NULL,
  done_revision INTEGER,
  PRIMARY KEY (store_id, last_month)
);
CREATE TABLE journal_rewrapped (
  store_id TEXT NOT NULL,
  leaf_index INTEGER NOT NULL,
  month INTEGER NOT NULL,
  PRIMARY KEY (store_id, leaf_index)
);
)sql"},
                                          // Before, what was begun was decided.
                                          {.version = 2, .needs_reader = 1, .sql = R"sql(
ALTER TABLE journal_prunings ADD COLUMN decide_revision INTEGER;
UPDATE journal_prunings SET decide_revision = begin_revision WHERE done_revision IS NULL;
)sql"}};
  return *migrations;
}

namespace rows {
namespace {

using storage::Connection;

std::int64_t NumberOf(absl::CivilMonth month) { return month - absl::CivilMonth(0, 1); }

absl::StatusOr<std::vector<absl::CivilMonth>> MonthsOf(absl::string_view text) {
  std::vector<absl::CivilMonth> months;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    absl::CivilMonth month;
    if (!absl::ParseCivilTime(word, &month)) {
      return MakeError(absl::StatusCode::kDataLoss,
                       "The record of a pruning is damaged; restore the last backup.",
                       {.reason = "DATABASE_CORRUPT"});
    }
    months.push_back(month);
  }
  return months;
}

std::string TextOf(const std::vector<absl::CivilMonth>& months) {
  return absl::StrJoin(months, " ", [](std::string* out, absl::CivilMonth month) {
    out->append(absl::FormatCivilTime(month));
  });
}

}  // namespace

absl::Status InsertPruning(Connection& sql, const Pruning& pruning, std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(
      const auto insert,
      sql.Prepare(
          "INSERT INTO journal_prunings (store_id, last_month, months, first_leaf, end_leaf, "
          "entries, kept, begin_revision) VALUES (?8, ?1, ?2, ?3, ?4, ?5, ?6, ?7) "
          "ON CONFLICT (store_id, last_month) DO UPDATE SET months = ?2, first_leaf = ?3, "
          "end_leaf = ?4, entries = ?5, kept = ?6, begin_revision = ?7, "
          "decide_revision = NULL, done_revision = NULL"));
  return insert->BindInt64(1, NumberOf(pruning.months.back()))
      .BindText(2, TextOf(pruning.months))
      .BindInt64(3, pruning.first_leaf)
      .BindInt64(4, pruning.end_leaf)
      .BindInt64(5, pruning.entries)
      .BindInt64(6, pruning.kept)
      .BindInt64(7, revision)
      .BindText(8, pruning.store_id)
      .Run();
}

absl::StatusOr<std::optional<Pruning>> FindUnfinishedPruning(Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare(
          "SELECT months, first_leaf, end_leaf, entries, kept, store_id, begin_revision, "
          "commit_micros, decide_revision FROM journal_prunings JOIN journal_mutations "
          "ON revision = begin_revision WHERE done_revision IS NULL ORDER BY last_month LIMIT 1"));
  COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
  if (!row) return std::optional<Pruning>();
  Pruning pruning{.store_id = std::string(select->Text(5)),
                  .first_leaf = select->Int64(1),
                  .end_leaf = select->Int64(2),
                  .entries = select->Int64(3),
                  .kept = select->Int64(4),
                  .begin_revision = select->Int64(6),
                  .begin_time = absl::FromUnixMicros(select->Int64(7)),
                  .decided = !select->IsNull(8)};
  COMITY_ASSIGN_OR_RETURN(pruning.months, MonthsOf(select->Text(0)));
  return std::optional<Pruning>(std::move(pruning));
}

absl::Status DecidePruning(Connection& sql, const Pruning& pruning, std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(
      const auto update,
      sql.Prepare("UPDATE journal_prunings SET first_leaf = ?3, end_leaf = ?4, entries = ?5, "
                  "kept = ?6, decide_revision = ?7 WHERE store_id = ?1 AND last_month = ?2"));
  return update->BindText(1, pruning.store_id)
      .BindInt64(2, NumberOf(pruning.months.back()))
      .BindInt64(3, pruning.first_leaf)
      .BindInt64(4, pruning.end_leaf)
      .BindInt64(5, pruning.entries)
      .BindInt64(6, pruning.kept)
      .BindInt64(7, revision)
      .Run();
}

absl::Status ErasePruning(Connection& sql, const Pruning& pruning) {
  COMITY_ASSIGN_OR_RETURN(
      const auto erase,
      sql.Prepare("DELETE FROM journal_prunings WHERE store_id = ?1 AND last_month = ?2"));
  return erase->BindText(1, pruning.store_id).BindInt64(2, NumberOf(pruning.months.back())).Run();
}

absl::Status FinishPruning(Connection& sql, const Pruning& pruning, std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(const auto update,
                          sql.Prepare("UPDATE journal_prunings SET done_revision = ?3 "
                                      "WHERE store_id = ?1 AND last_month = ?2"));
  return update->BindText(1, pruning.store_id)
      .BindInt64(2, NumberOf(pruning.months.back()))
      .BindInt64(3, revision)
      .Run();
}

absl::StatusOr<std::int64_t> FindPrunedEnd(Connection& sql, absl::string_view store_id) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT COALESCE(MAX(end_leaf), 0) FROM journal_prunings "
                                      "WHERE store_id = ?1 AND done_revision IS NOT NULL"));
  COMITY_RETURN_IF_ERROR(select->BindText(1, store_id).Step().status());
  return select->Int64(0);
}

absl::Status RewrapEntry(Connection& sql, const Log& log, std::int64_t leaf_index,
                         absl::string_view sealed, absl::CivilMonth month) {
  COMITY_ASSIGN_OR_RETURN(
      const auto update,
      sql.Prepare(log.closed ? "UPDATE journal_closed_entries SET sealed = ?2 "
                               "WHERE leaf_index = ?1 AND log = ?3"
                             : "UPDATE journal_entries SET sealed = ?2 WHERE leaf_index = ?1"));
  update->BindInt64(1, leaf_index).BindBlob(2, sealed);
  if (log.closed) update->BindInt64(3, log.number);
  COMITY_RETURN_IF_ERROR(update->Run());
  COMITY_ASSIGN_OR_RETURN(
      const auto note, sql.Prepare("INSERT INTO journal_rewrapped VALUES (?1, ?2, ?3) "
                                   "ON CONFLICT (store_id, leaf_index) DO UPDATE SET month = ?3"));
  return note->BindText(1, log.store_id)
      .BindInt64(2, leaf_index)
      .BindInt64(3, NumberOf(month))
      .Run();
}

absl::StatusOr<bool> IsRewrapped(Connection& sql, absl::string_view store_id,
                                 std::int64_t leaf_index) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT 1 FROM journal_rewrapped WHERE store_id = ?1 AND leaf_index = ?2"));
  return select->BindText(1, store_id).BindInt64(2, leaf_index).Step();
}

absl::StatusOr<std::vector<std::int64_t>> FindRewrapped(Connection& sql, absl::string_view store_id,
                                                        absl::CivilMonth last,
                                                        std::int64_t end_leaf) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT leaf_index FROM journal_rewrapped "
                  "WHERE store_id = ?1 AND month <= ?2 AND leaf_index < ?3 ORDER BY leaf_index"));
  select->BindText(1, store_id).BindInt64(2, NumberOf(last)).BindInt64(3, end_leaf);
  std::vector<std::int64_t> leaves;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return leaves;
    leaves.push_back(select->Int64(0));
  }
}

absl::Status ForgetRewrapped(Connection& sql, absl::CivilMonth last) {
  COMITY_ASSIGN_OR_RETURN(const auto erase,
                          sql.Prepare("DELETE FROM journal_rewrapped WHERE month <= ?1"));
  return erase->BindInt64(1, NumberOf(last)).Run();
}

absl::StatusOr<std::int64_t> CountRewrapped(Connection& sql, absl::CivilMonth last) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT COUNT(*) FROM journal_rewrapped WHERE month > ?1"));
  COMITY_RETURN_IF_ERROR(select->BindInt64(1, NumberOf(last)).Step().status());
  return select->Int64(0);
}

}  // namespace rows
}  // namespace comity::journal
