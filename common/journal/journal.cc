#include "common/journal/journal.h"

#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/journal/ledger_check.h"
#include "common/journal/logs.h"
#include "common/journal/open_store.h"
#include "common/journal/rows.h"
#include "common/journal/stored_journal.h"
#include "common/journal/stored_tiles.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/migrations.h"

namespace comity::journal {
namespace {

absl::StatusOr<Head> ReadOrMakeHead(storage::Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(auto found, rows::ReadHead(sql));
  if (found) return *found;
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(&sql));
  COMITY_RETURN_IF_ERROR(rows::InsertHead(sql, {.store_id = NewStoreId()}));
  // Another process may have been first.
  COMITY_ASSIGN_OR_RETURN(found, rows::ReadHead(sql));
  COMITY_RETURN_IF_ERROR(transaction.Commit());
  return *found;
}

// Whether `note` is signed with exactly the keys of `signer`, of those of its name.
bool IsSignedBy(const std::string& note, const ledger::NoteSigner& signer) {
  const auto parsed = ledger::ParseNote(note);
  std::set<std::uint32_t> signed_with, keys;
  for (const ledger::NoteVerifier& key : signer.verifiers()) keys.insert(key.key_id());
  if (!parsed.ok()) return false;
  for (const ledger::NoteSignature& signature : parsed->signatures) {
    if (signature.name == signer.name()) signed_with.insert(signature.key_id);
  }
  return signed_with == keys;
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
      CheckPublished(sql, parts.publication, parts.options.signer->verifiers(), parts.tree, tiles));
  parts.refusal = published.refusal;
  const absl::Status drawn = CheckSomeTile(sql, parts.head.leaf_count, complete);
  if (!drawn.ok() && !IsLedgerBehind(drawn)) return drawn;
  parts.refusal.Update(drawn);
  COMITY_ASSIGN_OR_RETURN(const auto copied, rows::FindCopy(sql));
  if (copied) parts.refusal.Update(LedgerBehind("this store is a restored copy"));
  parts.refusal.Update(CheckLast(parts.logs.back(), parts.options.publication_directory));
  if (!published.last) return absl::OkStatus();
  parts.checkpoint_size = published.last->size;
  parts.keys_changed = !IsSignedBy(published.last->note, *parts.options.signer);
  if (!parts.refusal.ok()) return absl::OkStatus();
  // The process may have died between row and file, or tiles may be missing.
  parts.pending = published.last;
  parts.published = published.file;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(Options options) {
  StoredJournal::Parts parts;
  COMITY_ASSIGN_OR_RETURN(parts.database, OpenStore(options));
  storage::Connection& sql = parts.database->writer();
  COMITY_RETURN_IF_ERROR(
      storage::Migrate(sql, "service", options.migrations, options.clock->Now()));
  COMITY_ASSIGN_OR_RETURN(parts.keys, ExpiryKeys::Open(options.expiry_key_directory));
  COMITY_ASSIGN_OR_RETURN(parts.head, ReadOrMakeHead(sql));

  COMITY_ASSIGN_OR_RETURN(parts.logs, LoadLogs(sql, parts.head, options.publication_directory,
                                               options.signer->verifiers()));
  COMITY_ASSIGN_OR_RETURN(options.signer, options.signer->Renamed(parts.logs.back().origin));
  parts.publication = absl::StrCat(parts.logs.back().folder, "/checkpoint");
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

absl::StatusOr<StateReader> Journal::StateAt(std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(storage::Snapshot snapshot, Read());
  return StateReader(std::move(snapshot), revision);
}

absl::StatusOr<const Log*> Journal::FindLog(absl::string_view store_id) const {
  if (store_id.empty()) return &logs().back();
  for (const Log& log : logs()) {
    if (log.store_id == store_id) return &log;
  }
  return MakeError(absl::StatusCode::kNotFound,
                   "This service has kept no log under this store id; ask for another, or for none "
                   "to get the current one.",
                   {.reason = "LOG_NOT_FOUND"});
}

absl::StatusOr<Entry> Journal::ReadEntry(std::int64_t leaf_index, absl::string_view store_id) {
  COMITY_ASSIGN_OR_RETURN(const Log* const log, FindLog(store_id));
  COMITY_ASSIGN_OR_RETURN(std::vector<Entry> entries, ReadEntriesOf(*log, leaf_index, 1));
  if (entries.empty() || entries.front().leaf_index != leaf_index) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("The ledger has no entry ", leaf_index, "."),
                     {.reason = "LEAF_NOT_FOUND"});
  }
  return std::move(entries.front());
}

}  // namespace comity::journal
