#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/journal/checkpoint_publisher.h"
#include "common/journal/entry_writer.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/journal.h"
#include "common/journal/stored_tiles.h"
#include "common/journal/writer.h"
#include "common/ledger/subtree_cache.h"
#include "common/ledger_files/tile_publisher.h"

namespace comity::journal {

// The journal over a storage::Database.
class StoredJournal final : public Journal {
 public:
  // What Open found and made.
  struct Parts {
    Options options;  // Its signer is that of the last log.
    std::vector<Log> logs;
    std::unique_ptr<storage::Database> database;
    std::unique_ptr<ExpiryKeys> keys;
    Head head;
    ledger::Tree tree;
    std::int64_t checkpoint_size = 0;              // The last row.
    std::optional<PublishedCheckpoint> published;  // What the file says.
    std::optional<PublishedCheckpoint> pending;    // The last row.
    bool keys_changed = false;                     // Others signed it than will sign the next.
    absl::Status refusal;                          // Why nothing may be written, or OK.
    std::string publication;                       // The file.
  };

  explicit StoredJournal(Parts parts);
  ~StoredJournal() override;

  // If writing is allowed.
  void Start();

  void Attach(Participant* participant) override;
  void Close() override;
  void Submit(Attempt attempt, Body body, Done done) override;
  absl::StatusOr<std::optional<Committed>> FindAnswer(const Attempt& attempt) override;
  void SubmitLeaf(LeafMaker maker, std::function<void(absl::StatusOr<Entry>)> done) override;
  absl::Status Writable() const override;
  Head head() const override;
  Stats stats() const override;
  absl::StatusOr<storage::Snapshot> Read() override;
  absl::StatusOr<Head> ReadHead() override;
  storage::Database& database() override { return *database_; }
  absl::StatusOr<std::vector<Version>> ReadFeed(std::int64_t after_revision,
                                                std::size_t limit) override;
  absl::StatusOr<std::vector<CommittedMutation>> ReadMutations(std::int64_t after_revision,
                                                               std::size_t limit) override;
  absl::StatusOr<std::vector<Version>> LatestVersions(absl::string_view kind) override;
  absl::StatusOr<std::optional<Version>> VersionAt(absl::string_view kind, absl::string_view id,
                                                   std::int64_t revision) override;
  const std::vector<Log>& logs() const override { return logs_; }
  absl::StatusOr<std::vector<Entry>> ReadEntriesOf(const Log& log, std::int64_t first,
                                                   std::size_t limit) override;
  absl::StatusOr<PublishedCheckpoint> LatestCheckpoint() const override;
  absl::StatusOr<PublishedCheckpoint> CheckpointCovering(std::int64_t leaf_index) override;
  std::shared_ptr<const ledger::TileReader> Tiles() const override;
  absl::StatusOr<std::optional<std::string>> Unseal(absl::string_view sealed,
                                                    absl::string_view context) override;
  std::shared_ptr<void> Subscribe(std::function<void(const CommitRange&)> callback) override;

 private:
  Writer::Setup MakeSetup(Parts& parts);
  CheckpointPublisher::Setup MakePublisherSetup(Parts& parts);
  // An entry that says who signs from here on.
  void RecordKeys();

  const Options options_;
  const std::vector<Log> logs_;
  const std::string publication_;  // The file.
  const bool keys_changed_;
  const std::unique_ptr<storage::Database> database_;
  const std::unique_ptr<ExpiryKeys> keys_;
  const EntryWriter entries_;
  const StoredTiles stored_tiles_;
  mutable ledger::SubtreeCache subtrees_;
  ledger_files::TilePublisher tile_publisher_;  // The publisher's thread's.
  CheckpointPublisher publisher_;
  Writer writer_;
  std::shared_ptr<void> listener_;
};

}  // namespace comity::journal
