#include "services/partner-registry/storage/database_lease_rows.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/database.h"

namespace comity::partner_registry {
namespace {

constexpr char kChannel[] = "comity_leases";
// For a lock, or for a process that stopped in the middle. Half a lease.
constexpr absl::Duration kPatience = absl::Seconds(5);

constexpr char kInsert[] =
    "INSERT INTO replica_leases (caller, replica, confirmed, era, renewed) "
    "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (caller, replica) DO ";

constexpr char kThisVersion[] = " WHERE caller = ?1 AND replica = ?2 AND era = ?3 AND renewed = ?4";

absl::Status Insert(storage::Connection& sql, absl::string_view on_conflict,
                    const LeaseRenewal& renewal, const storage::DatabaseTime& now) {
  COMITY_ASSIGN_OR_RETURN(const auto insert, sql.Prepare(absl::StrCat(kInsert, on_conflict)));
  return insert->BindText(1, renewal.holder.caller)
      .BindText(2, renewal.holder.replica)
      .BindInt64(3, renewal.confirmed)
      .BindText(4, now.era)
      .BindInt64(5, now.micros)
      .RunLater();
}

}  // namespace

std::vector<storage::Migration> Migrations() {
  // A binary that keeps leases in memory would answer a withdrawal too early beside one that does
  // not: hence needs_reader.
  return {{.version = 1,
           .needs_reader = 1,
           .sql = "CREATE TABLE replica_leases ("
                  "  caller TEXT NOT NULL,"
                  "  replica TEXT NOT NULL,"
                  "  confirmed INTEGER NOT NULL,"
                  "  era TEXT NOT NULL,"
                  "  renewed INTEGER NOT NULL,"
                  "  PRIMARY KEY (caller, replica)) WITHOUT ROWID"},
          // No table changes: contacts are sealed from here on (journal_registry_store.h). A binary
          // that cannot open them would load what is in clear for the whole of them, and write it.
          {.version = 2, .needs_reader = 2, .sql = "SELECT 1"},
          // Nor here: what was retracted counts for nothing, and requests for changes are kept. A
          // binary that knows neither would rest on the one and could not read the other.
          {.version = 3, .needs_reader = 3, .sql = "SELECT 1"}};
}

absl::StatusOr<std::unique_ptr<DatabaseLeaseRows>> DatabaseLeaseRows::Open(
    journal::Journal* journal) {
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<storage::Connection> sql,
                          journal->database().OpenWriter(kPatience));
  // Not make_unique: the constructor is private.
  std::unique_ptr<DatabaseLeaseRows> rows(new DatabaseLeaseRows(journal, std::move(sql)));
  if (rows->Usable().ok()) COMITY_RETURN_IF_ERROR(rows->NoteWhoeverWasBefore());
  return rows;
}

absl::Status DatabaseLeaseRows::NoteWhoeverWasBefore() {
  const journal::Head head = journal_->head();
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(sql_.get()));
  COMITY_ASSIGN_OR_RETURN(const storage::DatabaseTime now, sql_->ReadClock());
  // Of this store_id: one that succeeds another begins with the rows of a backup.
  COMITY_RETURN_IF_ERROR(Insert(*sql_, "NOTHING",
                                {.holder = {.caller = "", .replica = head.store_id},
                                 .confirmed = head.revision == 0 ? kEverything : 0},
                                now));
  return transaction.Commit();
}

absl::StatusOr<std::int64_t> DatabaseLeaseRows::Store(const std::vector<LeaseRenewal>& renewals) {
  COMITY_RETURN_IF_ERROR(journal_->Writable());
  const journal::Head known = journal_->head();
  {
    COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(sql_.get()));
    COMITY_ASSIGN_OR_RETURN(const storage::DatabaseTime now, sql_->ReadClock());
    for (const LeaseRenewal& renewal : renewals) {
      COMITY_RETURN_IF_ERROR(Insert(*sql_,
                                    "UPDATE SET confirmed = excluded.confirmed, "
                                    "era = excluded.era, renewed = excluded.renewed",
                                    renewal, now));
    }
    COMITY_RETURN_IF_ERROR(sql_->Notify(kChannel, ""));
    COMITY_RETURN_IF_ERROR(transaction.Commit());
  }
  // Only after the commit: see Leases.
  COMITY_ASSIGN_OR_RETURN(const journal::Head reached, journal_->ReadHead());
  if (reached.store_id != known.store_id || reached.revision < known.revision) {
    // Another server answers than before, and the journal has not noticed yet.
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The database lacks changes that were acknowledged, so that nobody may rest "
                     "on it; see the log of the service.",
                     {.reason = "LEDGER_BEHIND_CHECKPOINT"});
  }
  return reached.revision;
}

absl::StatusOr<std::vector<LeaseRow>> DatabaseLeaseRows::Read() {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, journal_->database().Read());
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      snapshot.sql().Prepare(
          "SELECT caller, replica, confirmed, era, renewed FROM replica_leases"));
  std::vector<LeaseRow> rows;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) break;
    rows.push_back({.holder = {.caller = std::string(select->Text(0)),
                               .replica = std::string(select->Text(1))},
                    .confirmed = select->Int64(2),
                    .era = std::string(select->Text(3)),
                    .renewed = select->Int64(4)});
  }
  COMITY_ASSIGN_OR_RETURN(const storage::DatabaseTime now, snapshot.sql().ReadClock());
  for (LeaseRow& row : rows) {
    if (row.era == now.era) row.age = absl::Microseconds(now.micros - row.renewed);
  }
  return rows;
}

absl::Status DatabaseLeaseRows::Forget(const std::vector<LeaseRow>& rows) {
  COMITY_RETURN_IF_ERROR(journal_->Writable());
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(sql_.get()));
  for (const LeaseRow& row : rows) {
    // That whoever was before has no lease any more is worth remembering.
    const std::string forget =
        row.holder.caller.empty()
            ? absl::StrCat("UPDATE replica_leases SET confirmed = ", kEverything, kThisVersion)
            : absl::StrCat("DELETE FROM replica_leases", kThisVersion);
    COMITY_ASSIGN_OR_RETURN(const auto statement, sql_->Prepare(forget));
    COMITY_RETURN_IF_ERROR(statement->BindText(1, row.holder.caller)
                               .BindText(2, row.holder.replica)
                               .BindText(3, row.era)
                               .BindInt64(4, row.renewed)
                               .RunLater());
  }
  return transaction.Commit();
}

absl::Status DatabaseLeaseRows::Usable() const {
  absl::Status writable = journal_->Writable();
  return absl::IsFailedPrecondition(writable) ? writable : absl::OkStatus();
}

bool DatabaseLeaseRows::shared() const { return journal_->database().shared(); }

std::shared_ptr<void> DatabaseLeaseRows::Subscribe(std::function<void()> callback) {
  return journal_->database().Listen(
      kChannel, [callback = std::move(callback)](absl::string_view) { callback(); });
}

}  // namespace comity::partner_registry
