#include "common/storage/migrations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::storage {
namespace {

constexpr absl::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS migrations ("
    "  component TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  needs_reader INTEGER NOT NULL,"
    "  applied_micros INTEGER NOT NULL,"
    "  PRIMARY KEY (component, version))";

struct Recorded {
  std::int64_t version = 0;
  std::int64_t needs_reader = 0;
};

absl::StatusOr<Recorded> ReadRecorded(Connection& connection, absl::string_view component) {
  COMITY_ASSIGN_OR_RETURN(
      const std::unique_ptr<Statement> select,
      connection.Prepare("SELECT COALESCE(MAX(version), 0), COALESCE(MAX(needs_reader), 0) "
                         "FROM migrations WHERE component = ?1"));
  COMITY_RETURN_IF_ERROR(select->BindText(1, component).Step().status());
  return Recorded{select->Int64(0), select->Int64(1)};
}

absl::Status Record(Connection& connection, absl::string_view component, const Migration& migration,
                    absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> insert,
                          connection.Prepare("INSERT INTO migrations VALUES (?1, ?2, ?3, ?4)"));
  return insert->BindText(1, component)
      .BindInt64(2, migration.version)
      .BindInt64(3, migration.needs_reader)
      .BindInt64(4, absl::ToUnixMicros(now))
      .Run();
}

absl::Status Apply(Connection& connection, absl::string_view component, const Migration& migration,
                   absl::Time now) {
  const absl::Status done = connection.Execute(migration.sql);
  if (absl::IsInternal(done) || absl::IsAlreadyExists(done) || absl::IsFailedPrecondition(done)) {
    return MakeError(
        absl::StatusCode::kInternal,
        absl::StrCat("Migration ", migration.version, " of ", component,
                     " failed: ", done.message(),
                     " Nothing of it was kept; this is an error of the program, report it."),
        {.reason = "MIGRATION_FAILED"});
  }
  COMITY_RETURN_IF_ERROR(done);
  return Record(connection, component, migration, now);
}

absl::Status Newer(absl::string_view component, const Recorded& recorded, int own) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("The database is newer than this program: its ", component,
                   " tables are of version ", recorded.version, " and need a program of version ",
                   recorded.needs_reader, " or later, this one is of version ", own,
                   "; install a release that knows version ", recorded.needs_reader,
                   ", or restore a backup made before the upgrade."),
      {.reason = "DATABASE_NEWER",
       .metadata = {{"database_version", absl::StrCat(recorded.version)},
                    {"needs_reader", absl::StrCat(recorded.needs_reader)},
                    {"program_version", absl::StrCat(own)}}});
}

}  // namespace

absl::Status Migrate(Connection& connection, absl::string_view component,
                     const std::vector<Migration>& migrations, absl::Time now) {
  const int own = migrations.empty() ? 0 : migrations.back().version;
  while (true) {
    // What is there is looked up again under the lock each time: another process may be as far.
    COMITY_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(&connection));
    COMITY_RETURN_IF_ERROR(connection.LockSchema());
    COMITY_RETURN_IF_ERROR(connection.Execute(kCreateTable));
    COMITY_ASSIGN_OR_RETURN(const Recorded recorded, ReadRecorded(connection, component));
    if (recorded.needs_reader > own) return Newer(component, recorded, own);
    const auto next = std::find_if(migrations.begin(), migrations.end(), [&](const Migration& m) {
      return m.version > recorded.version;
    });
    if (next == migrations.end()) return transaction.Commit();
    COMITY_RETURN_IF_ERROR(Apply(connection, component, *next, now));
    COMITY_RETURN_IF_ERROR(transaction.Commit());
  }
}

absl::StatusOr<int> FindVersion(Connection& connection, absl::string_view component,
                                const std::vector<Migration>& migrations) {
  const int own = migrations.empty() ? 0 : migrations.back().version;
  const absl::StatusOr<Recorded> recorded = ReadRecorded(connection, component);
  // No such table.
  if (absl::IsInternal(recorded.status())) return 0;
  COMITY_RETURN_IF_ERROR(recorded.status());
  if (recorded->needs_reader > own) return Newer(component, *recorded, own);
  return static_cast<int>(recorded->version);
}

absl::Status RequireReader(Connection& connection, absl::string_view component, int version) {
  COMITY_ASSIGN_OR_RETURN(
      const auto update,
      connection.Prepare("UPDATE migrations SET needs_reader = ?2 WHERE component = ?1 "
                         "AND version = ?2"));
  return update->BindText(1, component).BindInt64(2, version).Run();
}

}  // namespace comity::storage
