#include "common/journal/store_check.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/journal/entry.h"
#include "common/journal/entry_writer.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/ledger_check.h"
#include "common/journal/logs.h"
#include "common/journal/rows.h"
#include "common/journal/schema.h"
#include "common/journal/stored_tiles.h"
#include "common/journal/versions_reader.h"
#include "common/json/canonical.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/hash.h"
#include "common/ledger/proof.h"
#include "common/ledger/tile.h"
#include "common/ledger/tree.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/migrations.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"

namespace comity::journal {
namespace {

// Rows read at a time; of versions, whose bodies have no limit, fewer.
constexpr std::size_t kChunk = 1000;
constexpr std::size_t kVersionsChunk = 256;

// Looks at the published checkpoint, which a running service may replace between two readings.
constexpr int kLooks = 3;

absl::StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const StoreToCheck& store) {
  if (!store.database.empty()) return storage::OpenPostgres({.url = store.database});
  return storage::OpenSqliteReadOnly({.directory = store.directory});
}

// The head that a note says, verified if there are keys.
absl::StatusOr<ledger::Checkpoint> HeadIn(const std::string& note,
                                          absl::Span<const ledger::NoteVerifier> keys) {
  if (!keys.empty()) return ledger::OpenCheckpoint(note, keys);
  COMITY_ASSIGN_OR_RETURN(const ledger::Note parsed, ledger::ParseNote(note));
  return ledger::ParseCheckpoint(parsed.text);
}

class Checker {
 public:
  // Nothing is owned.
  Checker(const StoreToCheck& store, ExpiryKeys* keys, StoreReport* report)
      : store_(store), keys_(keys), report_(*report) {}

  // Each part goes on as far as it can be read.
  absl::Status CheckTables(storage::Connection& sql) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<Head> head, rows::ReadHead(sql));
    if (head) report_.head = *head;  // It may have gone on.
    COMITY_RETURN_IF_ERROR(Part(sql, "journal_mutations", &Checker::CheckRevisions));
    COMITY_RETURN_IF_ERROR(Part(sql, "journal_versions", &Checker::CheckFeed));
    COMITY_RETURN_IF_ERROR(Part(sql, "journal_requests", &Checker::CheckRequests));
    COMITY_RETURN_IF_ERROR(Part(sql, "journal_closed_entries", &Checker::CheckClosedLogs));
    COMITY_RETURN_IF_ERROR(Part(sql, "journal_entries", &Checker::CheckLedger));
    return Part(sql, "service", &Checker::CheckRows);
  }

  // Asks whose tables the store has. In snapshots of its own: asking for a table that is not there
  // spoils them.
  absl::Status Recognise(storage::Database& database) {
    for (const RowsCheck* const one : store_.rows) {
      const absl::StatusOr<bool> known = one->Knows(database);
      if (absl::IsDataLoss(known.status())) {
        Find("service", std::string(known.status().message()));
        continue;
      }
      COMITY_RETURN_IF_ERROR(known.status());
      if (*known) rows_.push_back(one);
    }
    return absl::OkStatus();
  }

  void Find(std::string where, std::string what) {
    ++report_.found;
    if (report_.findings.size() < StoreReport::kMostListed) {
      report_.findings.push_back({std::move(where), std::move(what)});
    }
  }

 private:
  absl::Status Part(storage::Connection& sql, const char* table,
                    absl::Status (Checker::*check)(storage::Connection&)) {
    absl::Status read = (this->*check)(sql);
    if (!absl::IsDataLoss(read)) return read;
    Find(table, std::string(read.message()));
    return absl::OkStatus();
  }

  absl::Status CheckRevisions(storage::Connection& sql);
  absl::Status CheckFeed(storage::Connection& sql);
  absl::Status CheckRequests(storage::Connection& sql);
  absl::Status CheckClosedLogs(storage::Connection& sql);
  absl::Status CheckClosed(storage::Connection& sql, const Log& log);
  absl::Status CheckLedger(storage::Connection& sql);
  absl::Status CheckEntry(storage::Connection& sql, const rows::SealedEntry& row, const Log& log);
  absl::Status CheckContent(storage::Connection& sql, const rows::SealedEntry& row, const Log& log);
  absl::Status CheckVersions(storage::Connection& sql, const rows::SealedEntry& row,
                             const json::Json& body, const std::string& entry);
  absl::Status CheckTile(storage::Connection& sql, const ledger::Tile& tile);
  void CheckCheckpoint(const PublishedCheckpoint& row, const ledger::Tree& tree);
  absl::Status CheckCounts(storage::Connection& sql, const ledger::Tree& tree);
  absl::Status CheckRows(storage::Connection& sql);

  const StoreToCheck& store_;
  ExpiryKeys* const keys_;
  StoreReport& report_;
  absl::Time entry_time_ = absl::UnixEpoch();  // Of the entry before.
  VersionsReader versions_;
  std::vector<const RowsCheck*> rows_;  // Of the services that know the store.
  std::int64_t compared_ = 0;           // The last revision whose versions were.
  std::int64_t tiles_ = 0;
  bool last_verified_ = true;  // Of the checkpoints so far.
};

absl::Status Checker::CheckRevisions(storage::Connection& sql) {
  std::int64_t last = 0;
  absl::Time time = absl::UnixEpoch();
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const auto select,
                            sql.Prepare("SELECT revision, commit_micros FROM journal_mutations "
                                        "WHERE revision > ?1 ORDER BY revision LIMIT ?2"));
    select->BindInt64(1, last).BindInt64(2, kChunk);
    const std::int64_t before = last;
    while (true) {
      COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
      if (!row) break;
      const std::int64_t revision = select->Int64(0);
      const absl::Time committed = absl::FromUnixMicros(select->Int64(1));
      if (revision != last + 1) {
        Find(absl::StrCat("revision ", last + 1),
             absl::StrCat("The revisions ", last + 1, " to ", revision - 1, " are missing."));
      }
      if (committed < time) {
        Find(absl::StrCat("revision ", revision), "It was committed before the one before it.");
      }
      last = revision;
      time = committed;
    }
    if (last == before) break;
  }
  if (last != report_.head.revision) {
    Find("journal_head", absl::StrCat("The head says revision ", report_.head.revision,
                                      ", and the last one is ", last, "."));
  }
  return absl::OkStatus();
}

absl::Status Checker::CheckFeed(storage::Connection& sql) {
  rows::Place last{.revision = 0, .ordinal = 0};
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<Version> versions,
                            rows::ReadVersions(sql, last, kVersionsChunk));
    for (const Version& version : versions) {
      const rows::Place place{.revision = version.revision, .ordinal = version.ordinal};
      if (place.revision != last.revision) ++report_.unvouched;  // Until its entry is met.
      const int expected = place.revision == last.revision ? last.ordinal + 1 : 0;
      if (place.ordinal != expected) {
        Find(absl::StrCat("revision ", place.revision),
             absl::StrCat("Its change ", expected, " is missing from the feed."));
      }
      if (place.revision > report_.head.revision) {
        Find(absl::StrCat("revision ", place.revision),
             "The feed has it, and the head is behind it.");
      }
      last = place;
    }
    report_.versions += static_cast<std::int64_t>(versions.size());
    if (versions.size() < kVersionsChunk) return absl::OkStatus();
  }
}

absl::Status Checker::CheckRequests(storage::Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT r.revision FROM journal_requests r LEFT JOIN journal_mutations m "
                  "ON m.revision = r.revision WHERE m.revision IS NULL ORDER BY r.revision"));
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return absl::OkStatus();
    Find(absl::StrCat("revision ", select->Int64(0)),
         "A request is remembered as answered by it, and it is missing.");
  }
}

absl::Status Checker::CheckContent(storage::Connection& sql, const rows::SealedEntry& row,
                                   const Log& log) {
  if (keys_ == nullptr) {
    ++report_.unopened;
    return absl::OkStatus();
  }
  const std::string where = PlaceOf(log, row.leaf_index);
  const absl::StatusOr<Entry> entry =
      EntryWriter(keys_, log.store_id, /*expiry_months=*/1).Open(row);
  if (!entry.ok()) {
    Find(where, std::string(entry.status().message()));
  } else if (!entry->body) {
    ++report_.pruned;
  } else if (ledger::Commitment(*entry->salt, *entry->body) != row.commitment) {
    Find(where, "Its salt and body are not what its commitment was made of.");
  } else {
    ++report_.opened;
    const auto body = json::ParseCanonical(*entry->body);
    if (!body.ok() || !body->is_object()) return absl::OkStatus();
    const auto revision = body->find("revision");
    if (revision != body->end() && *revision != row.revision) {
      Find(where, "It was committed for another revision than its row says.");
    }
    return CheckVersions(sql, row, *body, where);
  }
  return absl::OkStatus();
}

// `body` is what the entry says, `entry` where it is.
absl::Status Checker::CheckVersions(storage::Connection& sql, const rows::SealedEntry& row,
                                    const json::Json& body, const std::string& entry) {
  const auto kind = body.find("kind");
  if (kind == body.end() || *kind != kMutationEntry) return absl::OkStatus();
  const auto committed = body.find("versions_sha256");
  if (committed == body.end()) {
    ++report_.unhashed;
    return absl::OkStatus();
  }
  const std::string where = absl::StrCat("revision ", row.revision);
  const absl::StatusOr<VersionsFound> found = versions_.Find(sql, row.revision);
  if (absl::IsDataLoss(found.status())) {
    Find(where, std::string(found.status().message()));
    return absl::OkStatus();
  }
  COMITY_RETURN_IF_ERROR(found.status());
  if (found->count > 0 && row.revision != compared_) --report_.unvouched;
  compared_ = row.revision;
  if (*committed == crypto::Hex(crypto::View(found->digest))) {
    ++report_.vouched;
    return absl::OkStatus();
  }
  Find(where, absl::StrCat("Its versions (", found->count, " in the feed) are not those that ",
                           entry, " commits to: one was changed, added, removed or moved."));
  return absl::OkStatus();
}

absl::Status Checker::CheckEntry(storage::Connection& sql, const rows::SealedEntry& row,
                                 const Log& log) {
  const std::string where = PlaceOf(log, row.leaf_index);
  if (row.commit_time < entry_time_) Find(where, "It was committed before the one before it.");
  if (row.revision > report_.head.revision) {
    Find(where, absl::StrCat("It is of revision ", row.revision, ", and the head is behind it."));
  }
  entry_time_ = row.commit_time;
  return CheckContent(sql, row, log);
}

absl::Status Checker::CheckTile(storage::Connection& sql, const ledger::Tile& tile) {
  ++tiles_;
  COMITY_ASSIGN_OR_RETURN(const auto stored, rows::FindTile(sql, tile.id));
  const std::string where = absl::StrCat("tile ", tile.id.level, "/", tile.id.index);
  if (!stored) {
    Find(where, "It is missing.");
  } else if (*stored != ledger::EncodeTile(tile.hashes)) {
    Find(where, "It is not what the entries' commitments make.");
  }
  return absl::OkStatus();
}

absl::Status Checker::CheckClosedLogs(storage::Connection& sql) {
  for (const Log& log : report_.logs) {
    if (log.closed) COMITY_RETURN_IF_ERROR(CheckClosed(sql, log));
  }
  return absl::OkStatus();
}

absl::Status Checker::CheckClosed(storage::Connection& sql, const Log& log) {
  const PublishedCheckpoint& closed = *log.closed;
  ledger::Tree tree;
  std::optional<ledger::Hash> root;  // Of as many entries as were published.
  if (closed.size == 0) root = tree.root();
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const auto chunk,
                            rows::ReadClosedEntries(sql, log.number, tree.size(), kChunk));
    for (const rows::SealedEntry& row : chunk) {
      if (row.leaf_index != tree.size()) {
        Find(PlaceOf(log, tree.size()), "It is missing; what follows was not compared.");
        return absl::OkStatus();
      }
      COMITY_RETURN_IF_ERROR(CheckEntry(sql, row, log));
      tree.Append(row.commitment);
      if (tree.size() == closed.size) root = tree.root();
    }
    if (chunk.size() < kChunk) break;
  }
  report_.lost += std::max<std::int64_t>(closed.size - tree.size(), 0);
  const std::string where = absl::StrCat("log ", log.number);
  if (root && *root != closed.root) {
    Find(where, "Its entries are not those of the checkpoint it was closed at.");
  } else if (!root && !store_.publication.empty() && tree.size() > 0) {
    const auto published =
        ledger::RootAt(ledger_files::FolderTiles(log.folder, closed.size), tree.size());
    if (!published.ok() || *published != tree.root()) {
      Find(where, "Its entries are not the first of those that were published.");
    }
  }
  return absl::OkStatus();
}

void Checker::CheckCheckpoint(const PublishedCheckpoint& row, const ledger::Tree& tree) {
  ++report_.checkpoints;
  const std::string where = absl::StrCat("checkpoint ", row.size);
  auto head = HeadIn(row.note, report_.logs.back().keys);
  last_verified_ = ReasonOf(head.status()) != "NOTE_NOT_SIGNED";
  if (!last_verified_) {
    // Signed before the keys changed, or by nobody: what it says is compared all the same.
    ++report_.unverified;
    head = HeadIn(row.note, {});
  }
  if (row.root != tree.root()) {
    Find(where, "Its root is not what the entries' commitments make.");
  } else if (!head.ok()) {
    Find(where, std::string(head.status().message()));
  } else if (head->size != tree.size() || head->root != tree.root()) {
    Find(where, "What was signed is another head.");
  }
}

absl::Status Checker::CheckLedger(storage::Connection& sql) {
  ledger::Tree tree;
  COMITY_ASSIGN_OR_RETURN(auto checkpoints, rows::ReadCheckpoints(sql, 0, kChunk));
  std::size_t next = 0;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const auto chunk, rows::ReadEntries(sql, tree.size(), kChunk));
    for (const rows::SealedEntry& row : chunk) {
      if (row.leaf_index != tree.size()) {
        // Nothing can be made anew behind a gap.
        Find(absl::StrCat("entry ", tree.size()),
             absl::StrCat("The entries ", tree.size(), " to ", row.leaf_index - 1,
                          " are missing; what follows was not compared."));
        return absl::OkStatus();
      }
      COMITY_RETURN_IF_ERROR(CheckEntry(sql, row, report_.logs.back()));
      for (const ledger::Tile& tile : tree.Append(row.commitment)) {
        COMITY_RETURN_IF_ERROR(CheckTile(sql, tile));
      }
      if (next == checkpoints.size() && next > 0) {
        COMITY_ASSIGN_OR_RETURN(checkpoints,
                                rows::ReadCheckpoints(sql, checkpoints.back().size, kChunk));
        next = 0;
      }
      if (next < checkpoints.size() && checkpoints[next].size == tree.size()) {
        CheckCheckpoint(checkpoints[next++], tree);
      }
    }
    if (chunk.size() < kChunk) break;
  }
  return CheckCounts(sql, tree);
}

absl::Status Checker::CheckCounts(storage::Connection& sql, const ledger::Tree& tree) {
  report_.root = tree.root();
  if (tree.size() != report_.head.leaf_count) {
    Find("journal_head", absl::StrCat("The head says ", report_.head.leaf_count,
                                      " entries, and there are ", tree.size(), "."));
  }
  if (!last_verified_) {
    Find("journal_checkpoints", "The last checkpoint is signed with none of the keys at hand.");
  }
  COMITY_ASSIGN_OR_RETURN(const auto count,
                          sql.Prepare("SELECT (SELECT COUNT(*) FROM journal_tiles), "
                                      "(SELECT COUNT(*) FROM journal_checkpoints)"));
  COMITY_RETURN_IF_ERROR(count->Step().status());
  if (count->Int64(0) > tiles_) {
    Find("journal_tiles", absl::StrCat(count->Int64(0) - tiles_, " tiles are of no entries."));
  }
  if (count->Int64(1) > report_.checkpoints) {
    Find("journal_checkpoints", absl::StrCat(count->Int64(1) - report_.checkpoints,
                                             " checkpoints are of entries that are not there."));
  }
  return absl::OkStatus();
}

absl::Status Checker::CheckRows(storage::Connection& sql) {
  StoreView view(&sql, keys_, report_.head.revision, &report_.logs);
  RowsReport found;
  found.find = [this](std::string where, std::string what) {
    Find(std::move(where), std::move(what));
  };
  absl::Status read;
  for (const RowsCheck* const one : rows_) read.Update(one->Check(view, found));
  report_.rows = found.compared;
  report_.rows_uncompared = found.uncompared;
  return read;
}

// Compares what is published with the latest state: OK, or what is wrong with either.
absl::Status ComparePublished(const StoreToCheck& store, storage::Database& database,
                              StoreReport& report) {
  const StoredTiles complete(&database);
  const Log& log = report.logs.back();
  absl::Status refusal;
  for (int look = 0; look < kLooks; ++look) {
    COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database.Read());
    COMITY_ASSIGN_OR_RETURN(const auto head, rows::ReadHead(snapshot.sql()));
    COMITY_ASSIGN_OR_RETURN(ledger::Tree loaded,
                            LoadTree(snapshot.sql(), head ? head->leaf_count : 0, complete));
    const auto tree = std::make_shared<const ledger::Tree>(std::move(loaded));
    COMITY_ASSIGN_OR_RETURN(const Published published,
                            CheckPublished(snapshot.sql(), absl::StrCat(log.folder, "/checkpoint"),
                                           log.keys, *tree, ledger::TreeTiles(tree, &complete)));
    refusal = published.refusal;
    report.published = published.file ? published.file->size : 0;
    if (refusal.ok()) break;
  }
  COMITY_RETURN_IF_ERROR(refusal);
  return CheckLast(log, store.publication);
}

absl::StatusOr<std::unique_ptr<ExpiryKeys>> OpenKeys(const StoreToCheck& store) {
  std::error_code error;
  if (store.expiry_keys.empty()) return nullptr;
  if (std::filesystem::is_directory(store.expiry_keys, error)) {
    return ExpiryKeys::Open(store.expiry_keys);
  }
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("There is no folder of expiry keys ", store.expiry_keys,
                                "; name the one that the service is configured with."),
                   {.reason = "KEYS_MISSING"});
}

// Fills in what the store is; only if this program can read it.
absl::Status Identify(const StoreToCheck& store, storage::Database& database, StoreReport& report) {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database.Read());
  storage::Connection& sql = snapshot.sql();
  COMITY_ASSIGN_OR_RETURN(const int version,
                          storage::FindVersion(sql, "journal", JournalMigrations()));
  std::optional<Head> head;
  if (version > 0) {
    COMITY_ASSIGN_OR_RETURN(head, rows::ReadHead(sql));
  }
  if (!head) {
    return MakeError(absl::StatusCode::kNotFound,
                     "No service ever wrote to this database; name the one that a service uses.",
                     {.reason = "STORE_MISSING"});
  }
  report.head = *head;
  if (version < kSuccessionVersion) {
    report.logs.push_back({.number = 1,
                           .store_id = head->store_id,
                           .origin = store.keys.empty() ? "" : store.keys.front().name(),
                           .keys = store.keys,
                           .folder = store.publication});
    return absl::OkStatus();
  }
  COMITY_ASSIGN_OR_RETURN(report.copied, rows::FindCopy(sql));
  COMITY_ASSIGN_OR_RETURN(report.logs, LoadLogs(sql, *head, store.publication, store.keys));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoreReport> CheckStore(const StoreToCheck& store) {
  COMITY_ASSIGN_OR_RETURN(const auto keys, OpenKeys(store));
  COMITY_ASSIGN_OR_RETURN(const auto database, OpenDatabase(store));
  StoreReport report;
  COMITY_RETURN_IF_ERROR(Identify(store, *database, report));
  Checker checker(store, keys.get(), &report);
  COMITY_RETURN_IF_ERROR(checker.Recognise(*database));
  if (store.database.empty()) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<std::string> damage,
                            storage::FindSqliteDamage({.directory = store.directory}));
    for (const std::string& one : damage) checker.Find("database", one);
  }
  {
    COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database->Read());
    COMITY_RETURN_IF_ERROR(checker.CheckTables(snapshot.sql()));
  }
  if (store.publication.empty() || store.keys.empty()) return report;
  const absl::Status published = ComparePublished(store, *database, report);
  if (!published.ok() && !IsLedgerBehind(published) && !absl::IsDataLoss(published)) {
    return published;
  }
  if (!published.ok()) checker.Find("publication", std::string(published.message()));
  return report;
}

}  // namespace comity::journal
