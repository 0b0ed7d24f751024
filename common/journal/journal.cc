#include "common/journal/journal.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/journal/ledger_check.h"
#include "common/journal/pruning_rows.h"
#include "common/journal/rows.h"
#include "common/journal/schema.h"
#include "common/journal/stored_journal.h"
#include "common/journal/stored_tiles.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"

namespace comity::journal {
namespace {

constexpr std::size_t kStoreIdBytes = 16;

absl::Status Validate(const Options& options) {
  const char* missing = nullptr;
  if (options.directory.empty() == options.database.empty()) missing = "directory or database";
  if (options.expiry_key_directory.empty()) missing = "expiry_key_directory";
  if (options.publication_directory.empty()) missing = "publication_directory";
  if (!options.signer) missing = "signer";
  if (options.clock == nullptr) missing = "clock";
  if (options.expiry_months < 1) missing = "expiry_months";
  if (options.queue_limit < 1) missing = "queue_limit";
  if (options.batch_limit < 1) missing = "batch_limit";
  if (missing != nullptr) {
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("The journal's option ", missing, " is not set, or set twice; set it."),
        {.reason = "JOURNAL_OPTIONS"});
  }
  // Keys and checkpoints guard against what happens to the database: a backup of it that has them
  // too is worth nothing.
  if (options.directory.empty()) return absl::OkStatus();
  for (const std::string& apart : {options.expiry_key_directory, options.publication_directory}) {
    const auto relative = std::filesystem::weakly_canonical(apart).lexically_relative(
        std::filesystem::weakly_canonical(options.directory));
    if (!relative.empty() && *relative.begin() != "..") {
      return MakeError(
          absl::StatusCode::kInvalidArgument,
          absl::StrCat("The directory ", apart, " must not be inside the data directory ",
                       options.directory, "; configure one outside it."),
          {.reason = "JOURNAL_OPTIONS"});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Head> ReadOrMakeHead(storage::Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(auto found, rows::ReadHead(sql));
  if (found) return *found;
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(&sql));
  COMITY_RETURN_IF_ERROR(
      rows::InsertHead(sql, {.store_id = crypto::Hex(crypto::RandomBytes(kStoreIdBytes))}));
  // Another process may have been first.
  COMITY_ASSIGN_OR_RETURN(found, rows::ReadHead(sql));
  COMITY_RETURN_IF_ERROR(transaction.Commit());
  return *found;
}

// Fills in `head`, `tree` and what was published of it.
absl::Status LoadLedger(StoredJournal::Parts& parts) {
  storage::Connection& sql = parts.database->writer();
  // Nobody else publishes between the reading of the head, the last checkpoint and its file.
  COMITY_ASSIGN_OR_RETURN(const auto transaction, storage::Transaction::Begin(&sql));
  if (parts.database->shared()) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<Head> locked, rows::LockHead(sql));
    if (locked) parts.head = *locked;
  }
  const StoredTiles complete(parts.database.get());
  COMITY_ASSIGN_OR_RETURN(parts.tree, LoadTree(sql, parts.head.leaf_count, complete));
  const ledger::TreeTiles tiles(std::make_shared<const ledger::Tree>(parts.tree), &complete);
  COMITY_ASSIGN_OR_RETURN(
      const Published published,
      CheckPublished(sql, parts.publication, parts.options.signer->verifier(), parts.tree, tiles));
  parts.refusal = published.refusal;
  if (!published.last) return absl::OkStatus();
  parts.checkpoint_size = published.last->size;
  if (!parts.refusal.ok()) return absl::OkStatus();
  // The process may have died between row and file, or tiles may be missing.
  parts.pending = published.last;
  parts.published = published.file;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const Options& options) {
  if (!options.database.empty()) return storage::OpenPostgres({.url = options.database});
  return storage::OpenSqlite({.directory = options.directory, .max_pages = options.max_pages});
}

absl::Status MakeUnlessThere(const std::string& directory) {
  // Its rights are the operator's: others may have to read it.
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return absl::OkStatus();
  return storage::MakePrivateDirectory(directory);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(Options options) {
  COMITY_RETURN_IF_ERROR(Validate(options));
  StoredJournal::Parts parts;
  COMITY_RETURN_IF_ERROR(MakeUnlessThere(options.publication_directory));
  COMITY_ASSIGN_OR_RETURN(parts.database, OpenDatabase(options));
  storage::Connection& sql = parts.database->writer();
  const absl::Time now = options.clock->Now();
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "journal", JournalMigrations(), now));
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "pruning", PruningMigrations(), now));
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "service", options.migrations, now));
  COMITY_ASSIGN_OR_RETURN(parts.keys, ExpiryKeys::Open(options.expiry_key_directory));
  COMITY_ASSIGN_OR_RETURN(parts.head, ReadOrMakeHead(sql));

  parts.publication = absl::StrCat(options.publication_directory, "/checkpoint");
  parts.options = std::move(options);
  COMITY_RETURN_IF_ERROR(LoadLedger(parts));

  auto journal = std::make_unique<StoredJournal>(std::move(parts));
  journal->Start();
  return journal;
}

absl::StatusOr<Committed> Journal::Mutate(Attempt attempt, Body body) {
  absl::Notification answered;
  absl::StatusOr<Committed> answer;
  Submit(std::move(attempt), std::move(body), [&](absl::StatusOr<Committed> verdict) {
    answer = std::move(verdict);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

absl::StatusOr<Entry> Journal::RecordLeaf(LeafMaker maker) {
  absl::Notification answered;
  absl::StatusOr<Entry> answer;
  SubmitLeaf(std::move(maker), [&](absl::StatusOr<Entry> verdict) {
    answer = std::move(verdict);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

absl::StatusOr<Entry> Journal::ReadEntry(std::int64_t leaf_index) {
  COMITY_ASSIGN_OR_RETURN(std::vector<Entry> entries, ReadEntries(leaf_index, 1));
  if (entries.empty() || entries.front().leaf_index != leaf_index) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("The ledger has no entry ", leaf_index, "."),
                     {.reason = "LEAF_NOT_FOUND"});
  }
  return std::move(entries.front());
}

}  // namespace comity::journal
