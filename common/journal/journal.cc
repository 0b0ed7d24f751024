#include "common/journal/journal.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/journal/rows.h"
#include "common/journal/schema.h"
#include "common/journal/stored_journal.h"
#include "common/journal/stored_tiles.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/sqlite_database.h"

namespace comity::journal {
namespace {

constexpr std::size_t kStoreIdBytes = 16;

absl::Status Validate(const Options& options) {
  const char* missing = nullptr;
  if (options.directory.empty()) missing = "directory";
  if (options.expiry_key_directory.empty()) missing = "expiry_key_directory";
  if (options.publication_directory.empty()) missing = "publication_directory";
  if (!options.signer) missing = "signer";
  if (options.clock == nullptr) missing = "clock";
  if (options.expiry_months < 1) missing = "expiry_months";
  if (options.queue_limit < 1) missing = "queue_limit";
  if (options.batch_limit < 1) missing = "batch_limit";
  if (missing != nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("The journal's option ", missing, " is not set; set it."),
                     {.reason = "JOURNAL_OPTIONS"});
  }
  // Keys and checkpoints guard against what happens to the database: a backup of it that has them
  // too is worth nothing.
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
  COMITY_ASSIGN_OR_RETURN(const auto found, rows::ReadHead(sql));
  if (found) return *found;
  const Head head{.store_id = crypto::Hex(crypto::RandomBytes(kStoreIdBytes))};
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(&sql));
  COMITY_RETURN_IF_ERROR(rows::InsertHead(sql, head));
  COMITY_RETURN_IF_ERROR(transaction.Commit());
  return head;
}

absl::StatusOr<ledger::Tree> LoadTree(storage::Connection& sql, std::int64_t size,
                                      const ledger::TileReader& tiles) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<crypto::Digest> tail,
                          rows::ReadCommitments(sql, size - size % ledger::kTileWidth));
  return ledger::Tree::Load(size, tail, tiles);
}

absl::Status Behind(absl::string_view why) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(
          "The ledger takes no more entries because ", why,
          ": the database was restored from a backup or changed by other hands. Bring back "
          "the database that goes with the published checkpoint, or close this log and "
          "open its successor (comity admin ledger succeed). Reading goes on."),
      {.reason = "LEDGER_BEHIND_CHECKPOINT"});
}

// Whether the tree has the published head as a prefix.
absl::Status Compare(const ledger::Checkpoint& published, const ledger::Tree& tree,
                     const ledger::TileReader& tiles) {
  if (published.size > tree.size()) {
    return Behind(absl::StrCat("it has ", tree.size(), " entries and a published checkpoint has ",
                               published.size));
  }
  const auto root = ledger::RootAt(tiles, published.size);
  if (!root.ok() || *root != published.root) {
    return Behind(absl::StrCat("its first ", published.size,
                               " entries are not those of the published checkpoint"));
  }
  return absl::OkStatus();
}

// What the file in the publication directory says; nullopt: there is none.
absl::StatusOr<std::optional<std::string>> ReadPublished(const std::string& path) {
  auto note = storage::ReadFile(path, ledger::kMaxNoteSize);
  if (absl::IsNotFound(note.status())) return std::optional<std::string>();
  COMITY_RETURN_IF_ERROR(note.status());
  return std::optional<std::string>(*std::move(note));
}

// Fills in `checkpoint_size`, `published`, `pending` and `refusal`.
absl::Status CheckAgainstCheckpoints(StoredJournal::Parts& parts, const std::string& path,
                                     const ledger::TileReader& tiles) {
  COMITY_ASSIGN_OR_RETURN(const auto last, rows::FindLastCheckpoint(parts.database->writer()));
  if (last) {
    parts.checkpoint_size = last->size;
    parts.refusal = Compare({.size = last->size, .root = last->root}, parts.tree, tiles);
  }
  COMITY_ASSIGN_OR_RETURN(const auto note, ReadPublished(path));
  std::optional<PublishedCheckpoint> published;
  if (note && parts.refusal.ok()) {
    const auto file = ledger::OpenCheckpoint(*note, parts.options.signer->verifier());
    if (!file.ok()) {
      parts.refusal = Behind("the published checkpoint is not one of this log and key");
    } else if (file->size > parts.checkpoint_size) {
      // The row is committed before the file is written: where the row is gone, more may be.
      parts.refusal = Behind(absl::StrCat("the published checkpoint has ", file->size,
                                          " entries and the database remembers only ",
                                          parts.checkpoint_size, " as published"));
    } else {
      COMITY_ASSIGN_OR_RETURN(
          published, rows::FindCheckpointCovering(parts.database->writer(), file->size - 1));
      if (published) published->note = *note;
      parts.refusal = Compare(*file, parts.tree, tiles);
    }
  }
  if (!parts.refusal.ok() || !last) return absl::OkStatus();
  // The process may have died between row and file, or tiles may be missing.
  parts.pending = published && published->size == last->size ? published : last;
  parts.published = std::move(published);
  return absl::OkStatus();
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
  COMITY_ASSIGN_OR_RETURN(parts.database, storage::OpenSqlite({.directory = options.directory,
                                                               .max_pages = options.max_pages}));
  storage::Connection& sql = parts.database->writer();
  const absl::Time now = options.clock->Now();
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "journal", JournalMigrations(), now));
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "service", options.migrations, now));
  COMITY_ASSIGN_OR_RETURN(parts.keys, ExpiryKeys::Open(options.expiry_key_directory));
  COMITY_ASSIGN_OR_RETURN(parts.head, ReadOrMakeHead(sql));

  const StoredTiles complete(parts.database.get());
  COMITY_ASSIGN_OR_RETURN(parts.tree, LoadTree(sql, parts.head.leaf_count, complete));
  const ledger::TreeTiles tiles(std::make_shared<const ledger::Tree>(parts.tree), &complete);
  const std::string path = absl::StrCat(options.publication_directory, "/checkpoint");
  parts.options = std::move(options);
  COMITY_RETURN_IF_ERROR(CheckAgainstCheckpoints(parts, path, tiles));

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
