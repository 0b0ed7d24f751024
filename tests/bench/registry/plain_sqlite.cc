#include "tests/bench/registry/plain_sqlite.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/storage/sqlite_database.h"

namespace comity::partner_registry {
namespace {

void Check(const absl::Status& status) {
  if (status.ok()) return;
  (void)std::fprintf(stderr, "plain_sqlite: %s\n", status.ToString().c_str());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

int CountRows(storage::Statement& statement) {
  int rows = 0;
  while (Must(statement.Step())) ++rows;
  return rows;
}

}  // namespace

PlainSqlite::PlainSqlite(const std::string& store_directory, const std::string& own_directory,
                         const std::vector<std::string>& names)
    : store_(Must(storage::OpenSqliteReadOnly({.directory = store_directory}))),
      names_(Must(storage::OpenSqlite({.directory = own_directory}))) {
  storage::Connection& writer = names_->writer();
  Check(writer.Execute(
      "CREATE VIRTUAL TABLE names USING fts5(name, tokenize = 'unicode61 remove_diacritics 2')"));
  storage::Transaction transaction = Must(storage::Transaction::Begin(&writer));
  {
    const auto insert = Must(writer.Prepare("INSERT INTO names (name) VALUES (?1)"));
    for (const std::string& name : names) Check(insert->BindText(1, name).Run());
  }
  Check(transaction.Commit());
}

std::int64_t PlainSqlite::ReadAll() {
  const storage::Snapshot snapshot = Must(store_->Read());
  const auto rows = Must(snapshot.sql().Prepare("SELECT id, body FROM journal_versions"));
  std::int64_t bytes = 0;
  while (Must(rows->Step())) {
    bytes += static_cast<std::int64_t>(rows->Text(0).size() + rows->Blob(1).size());
  }
  return bytes;
}

int PlainSqlite::ReadPartner(const std::string& name) {
  const storage::Snapshot snapshot = Must(store_->Read());
  const auto own = Must(snapshot.sql().Prepare(
      "SELECT body FROM journal_versions WHERE kind = 'partner' AND id = ?1"));
  const int found = CountRows(own->BindText(1, name));
  // What is below a partner begins with its name and a slash; "0" follows the slash.
  const auto below = Must(snapshot.sql().Prepare(
      "SELECT body FROM journal_versions WHERE kind IN ('authority', 'instrument') "
      "AND id > ?1 AND id < ?2"));
  return found +
         CountRows(
             below->BindText(1, absl::StrCat(name, "/")).BindText(2, absl::StrCat(name, "0")));
}

int PlainSqlite::Search(const std::string& prefix, int limit) {
  const storage::Snapshot snapshot = Must(names_->Read());
  const auto found = Must(snapshot.sql().Prepare(
      "SELECT rowid FROM names WHERE names MATCH ?1 ORDER BY rowid LIMIT ?2"));
  return CountRows(found->BindText(1, absl::StrCat(prefix, "*")).BindInt64(2, limit));
}

}  // namespace comity::partner_registry
