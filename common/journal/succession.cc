#include "common/journal/succession.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/additions.h"
#include "common/journal/entry.h"
#include "common/journal/entry_writer.h"
#include "common/journal/ledger_check.h"
#include "common/journal/logs.h"
#include "common/journal/open_store.h"
#include "common/journal/publication.h"
#include "common/journal/rows.h"
#include "common/journal/schema.h"
#include "common/journal/stored_tiles.h"
#include "common/json/canonical.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/ledger_files/tile_publisher.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/migrations.h"

namespace comity::journal {
namespace {

absl::Status Intact() {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "The ledger goes on from what was published and its store is no restored copy: "
                   "it needs no successor. If the database was restored by other means than comity "
                   "admin restore, say so (--although-intact).",
                   {.reason = "LEDGER_INTACT"});
}

// Makes the folder of log `number`, so that nobody else takes the number: also if what follows
// fails.
absl::Status Reserve(const std::string& publication, std::int64_t number) {
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(FolderOf(publication, number)));
  // Whoever may read the publication directory may read what is in it.
  std::error_code error;
  std::filesystem::permissions(FolderOf(publication, number),
                               std::filesystem::status(publication, error).permissions(), error);
  return absl::OkStatus();
}

class Successor {
 public:
  Successor(const Options& options, storage::Database& database, ExpiryKeys& keys)
      : options_(options), database_(database), sql_(database.writer()), keys_(keys) {}

  absl::StatusOr<Succession> Run(bool although_intact);

 private:
  // Reads where the store stands, under the lock of its head.
  absl::Status Load();
  // Whether the store is behind what was published, and why; OK: it is not.
  absl::Status Compare();
  // Publishes a last checkpoint over all entries.
  absl::Status PublishAll() const;
  // The checkpoint that the log was closed at, verified with all that was published under it.
  absl::StatusOr<std::string> ReadClosed() const;
  absl::StatusOr<std::string> MakeEntry(std::int64_t latest, const std::string& note,
                                        absl::Time now) const;
  absl::Status Write(const std::string& note, std::int64_t number);

  const Options& options_;
  storage::Database& database_;
  storage::Connection& sql_;
  ExpiryKeys& keys_;
  Head head_;
  Log log_;
  std::optional<ledger::NoteSigner> signer_;  // Of log_.
  std::shared_ptr<const ledger::Tree> tree_;
  std::int64_t published_ = 0;
};

absl::Status Successor::Load() {
  COMITY_ASSIGN_OR_RETURN(const auto head,
                          database_.shared() ? rows::LockHead(sql_) : rows::ReadHead(sql_));
  if (!head) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "Nothing was ever written to this store: start its service on it.",
                     {.reason = "STORE_EMPTY"});
  }
  head_ = *head;
  COMITY_ASSIGN_OR_RETURN(
      const std::vector<Log> logs,
      LoadLogs(sql_, head_, options_.publication_directory, options_.signer->verifiers()));
  log_ = logs.back();
  COMITY_ASSIGN_OR_RETURN(signer_, options_.signer->Renamed(log_.origin));
  return absl::OkStatus();
}

absl::Status Successor::Compare() {
  const StoredTiles complete(&database_);
  COMITY_ASSIGN_OR_RETURN(ledger::Tree tree, LoadTree(sql_, head_.leaf_count, complete));
  tree_ = std::make_shared<const ledger::Tree>(std::move(tree));
  COMITY_ASSIGN_OR_RETURN(
      const Published published,
      CheckPublished(sql_, absl::StrCat(log_.folder, "/checkpoint"), signer_->verifiers(), *tree_,
                     ledger::TreeTiles(tree_, &complete)));
  if (published.file) published_ = published.file->size;
  COMITY_RETURN_IF_ERROR(published.refusal);
  return CheckLast(log_, options_.publication_directory);
}

absl::Status Successor::PublishAll() const {
  PublishedCheckpoint last{.size = tree_->size(), .root = tree_->root()};
  COMITY_ASSIGN_OR_RETURN(
      last.note, ledger::SignCheckpoint(
                     {.origin = log_.origin, .size = last.size, .root = last.root}, *signer_));
  const StoredTiles complete(&database_);
  const ledger::TreeTiles tiles(tree_, &complete);
  return Publish(absl::StrCat(log_.folder, "/checkpoint"), last, signer_->verifiers(),
                 options_.cosignatures ? &*options_.cosignatures : nullptr,
                 [&] {
                   ledger_files::TilePublisher publisher(log_.folder, published_);
                   return publisher.Publish(tiles, last.size);
                 })
      .status();
}

absl::StatusOr<std::string> Successor::ReadClosed() const {
  COMITY_ASSIGN_OR_RETURN(const auto note,
                          ReadPublication(absl::StrCat(log_.folder, "/checkpoint")));
  if (!note) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("There is no published checkpoint in ", log_.folder,
                                  "; bring back the publication directory, or a mirror of it."),
                     {.reason = "PUBLICATION_MISSING"});
  }
  COMITY_ASSIGN_OR_RETURN(const ledger::Checkpoint head,
                          ledger::OpenCheckpoint(*note, signer_->verifiers()));
  COMITY_RETURN_IF_ERROR(
      ledger::VerifyLog(ledger_files::FolderTiles(log_.folder, head.size), head).status());
  return *note;
}

absl::StatusOr<std::string> Successor::MakeEntry(std::int64_t latest, const std::string& note,
                                                 absl::Time now) const {
  // Usually one. More where the database is one of before an earlier succession.
  json::Json checkpoints = json::Json::array({note});
  for (std::int64_t number = log_.number + 1; number <= latest; ++number) {
    COMITY_ASSIGN_OR_RETURN(
        const auto later,
        ReadPublication(FolderOf(options_.publication_directory, number) + "/checkpoint"));
    if (later) checkpoints.push_back(*later);
  }
  return FormatEntry(
      {.time = now,
       .kind = "SUCCESSION",
       .caller = "-",
       .method = "admin/succeed",
       .resource = log_.origin,
       .outcome = "DONE",
       .detail = json::Canonical({{"checkpoints", checkpoints}, {"store_id", head_.store_id}})});
}

absl::Status Successor::Write(const std::string& note, std::int64_t number) {
  // Later than anything of the closed log, so that entries of both are in order of their times.
  const absl::Time now = std::max(absl::FromUnixMicros(absl::ToUnixMicros(options_.clock->Now())),
                                  head_.commit_time + absl::Microseconds(1));
  COMITY_ASSIGN_OR_RETURN(const std::string body, MakeEntry(number - 1, note, now));
  COMITY_RETURN_IF_ERROR(rows::PutLog(
      sql_, {.number = log_.number, .store_id = head_.store_id, .note = note, .close_time = now}));
  COMITY_RETURN_IF_ERROR(rows::CloseLog(sql_, log_.number));
  head_.store_id = NewStoreId();
  head_.leaf_count = 1;
  head_.commit_time = now;
  COMITY_RETURN_IF_ERROR(rows::PutLog(sql_, {.number = number, .store_id = head_.store_id}));
  Additions first;
  COMITY_ASSIGN_OR_RETURN(first.entries.emplace_back(),
                          EntryWriter(&keys_, head_.store_id, options_.expiry_months)
                              .Seal(/*leaf_index=*/0, /*revision=*/0, now, body));
  COMITY_RETURN_IF_ERROR(Insert(sql_, first));
  COMITY_RETURN_IF_ERROR(rows::ReplaceHead(sql_, head_));
  return storage::RequireReader(sql_, "journal", kSuccessionVersion);
}

absl::StatusOr<Succession> Successor::Run(bool although_intact) {
  // Who waits for it here finds a ledger that needs no successor any more.
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(&sql_));
  COMITY_RETURN_IF_ERROR(Load());
  const absl::Status behind = Compare();
  if (!behind.ok() && !IsLedgerBehind(behind)) return behind;
  COMITY_ASSIGN_OR_RETURN(const auto copied, rows::FindCopy(sql_));
  if (behind.ok() && !copied && !although_intact) return Intact();
  if (behind.ok()) COMITY_RETURN_IF_ERROR(PublishAll());
  COMITY_ASSIGN_OR_RETURN(const std::string note, ReadClosed());

  const std::vector<std::int64_t> begun = NumbersIn(options_.publication_directory);
  const std::int64_t number = std::max(log_.number, begun.empty() ? 0 : begun.back()) + 1;
  COMITY_RETURN_IF_ERROR(Reserve(options_.publication_directory, number));
  COMITY_RETURN_IF_ERROR(Write(note, number));
  COMITY_ASSIGN_OR_RETURN(
      const std::vector<Log> logs,
      LoadLogs(sql_, head_, options_.publication_directory, options_.signer->verifiers()));
  COMITY_RETURN_IF_ERROR(transaction.Commit());
  return Succession{.closed = logs[logs.size() - 2], .opened = logs.back()};
}

}  // namespace

absl::StatusOr<Succession> Succeed(const Options& options, bool although_intact) {
  COMITY_ASSIGN_OR_RETURN(const auto database, OpenStore(options));
  COMITY_ASSIGN_OR_RETURN(const auto keys, ExpiryKeys::Open(options.expiry_key_directory));
  return Successor(options, *database, *keys).Run(although_intact);
}

}  // namespace comity::journal
