#include "common/journal/stored_journal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/journal/entry.h"
#include "common/journal/logs.h"
#include "common/journal/publication.h"
#include "common/journal/rows.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

// Subtrees of some 16 million entries.
constexpr std::size_t kSubtreeBudget = std::size_t{64} << 20;

}  // namespace

StoredJournal::StoredJournal(Parts parts)
    : options_(parts.options),
      logs_(std::move(parts.logs)),
      publication_(parts.publication),
      keys_changed_(parts.keys_changed),
      database_(std::move(parts.database)),
      keys_(std::move(parts.keys)),
      entries_(keys_.get(), parts.head.store_id, options_.expiry_months),
      stored_tiles_(database_.get()),
      subtrees_(kSubtreeBudget, options_.proof_cache),
      tile_publisher_(logs_.back().folder, parts.published ? parts.published->size : 0),
      publisher_(MakePublisherSetup(parts)),
      writer_(MakeSetup(parts)) {}

StoredJournal::~StoredJournal() { Close(); }

Writer::Setup StoredJournal::MakeSetup(Parts& parts) {
  return {.tools = {.sql = &database_->writer(),
                    .entries = &entries_,
                    .keys = keys_.get(),
                    .request_memory = options_.request_memory,
                    .shared = database_->shared()},
          .clock = options_.clock,
          .signer = *options_.signer,
          .queue_limit = options_.queue_limit,
          .batch_limit = options_.batch_limit,
          .head = parts.head,
          .tree = std::move(parts.tree),
          .checkpoint_size = parts.checkpoint_size,
          .refusal = parts.refusal,
          .stored_tiles = &stored_tiles_,
          .publication = parts.publication,
          .on_leaves = [this](std::int64_t leaf_count) { publisher_.NoteLeaves(leaf_count); },
          .on_checkpoint =
              [this](std::optional<PublishedCheckpoint> checkpoint) {
                publisher_.NoteCheckpoint(std::move(checkpoint));
              }};
}

CheckpointPublisher::Setup StoredJournal::MakePublisherSetup(Parts& parts) {
  return {.interval = options_.checkpoint_interval,
          .patience = options_.publication_patience,
          .published = std::move(parts.published),
          .pending = std::move(parts.pending),
          .publish =
              [this](const PublishedCheckpoint& next) {
                return Publish(publication_, next, options_.signer->verifiers(),
                               options_.cosignatures ? &*options_.cosignatures : nullptr,
                               [&] { return tile_publisher_.Publish(*Tiles(), next.size); });
              },
          .request = [this] { writer_.RequestCheckpoint(); },
          .on_trouble = options_.on_publication_trouble};
}

void StoredJournal::Start() {
  if (!writer_.refusal().ok()) return;
  publisher_.Start();
  writer_.Start();
  listener_ =
      database_->Listen(kNewsChannel, [this](absl::string_view news) { writer_.NoteNews(news); });
  // A crash may have left entries without a checkpoint.
  publisher_.NoteLeaves(head().leaf_count);
  if (keys_changed_) RecordKeys();
}

void StoredJournal::RecordKeys() {
  json::Json vkeys = json::Json::array();
  for (const ledger::NoteVerifier& key : options_.signer->verifiers()) vkeys.push_back(key.vkey());
  const auto body = [detail = json::Canonical({{"keys", std::move(vkeys)}}),
                     origin = logs_.back().origin](absl::Time commit_time) {
    return FormatEntry({.time = commit_time,
                        .kind = "LEDGER_KEYS",
                        .caller = "-",
                        .method = "start/sign",
                        .resource = origin,
                        .outcome = "DONE",
                        .detail = detail});
  };
  // If it cannot be written, no checkpoint of these keys comes about either, and the next start
  // tries again.
  SubmitLeaf(body, [](const absl::StatusOr<Entry>&) {});
}

void StoredJournal::Close() {
  // In this order: the writer's last act is a checkpoint, the publisher's to write it.
  listener_.reset();
  writer_.Close();
  publisher_.Close();
}

void StoredJournal::Attach(Participant* participant) { writer_.Attach(participant); }

void StoredJournal::Submit(Attempt attempt, Body body, Done done) {
  writer_.Submit(MutationItem{
      .attempt = std::move(attempt), .body = std::move(body), .done = std::move(done)});
}

absl::StatusOr<std::optional<Committed>> StoredJournal::FindAnswer(const Attempt& attempt) {
  if (attempt.request_id.empty()) return std::optional<Committed>();
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  return journal::FindAnswer(snapshot.sql(), attempt, options_.request_memory,
                             std::max(options_.clock->Now(), head().commit_time));
}

void StoredJournal::SubmitLeaf(LeafMaker maker, std::function<void(absl::StatusOr<Entry>)> done) {
  writer_.Submit(LeafItem{.maker = std::move(maker), .done = std::move(done)});
}

absl::Status StoredJournal::Writable() const {
  COMITY_RETURN_IF_ERROR(writer_.refusal());
  if (writer_.closed()) {
    return MakeError(absl::StatusCode::kUnavailable, "The service is stopping; try again later.",
                     {.reason = "JOURNAL_CLOSED"});
  }
  return absl::OkStatus();
}

Head StoredJournal::head() const { return writer_.head(); }

Stats StoredJournal::stats() const {
  Stats stats = writer_.stats();
  const auto published = publisher_.published();
  stats.publication_failures = publisher_.failures();
  stats.publication_waiting = publisher_.waiting();
  stats.leaves_unpublished = head().leaf_count - (published ? published->size : 0);
  stats.writable = Writable().ok();
  return stats;
}

absl::StatusOr<storage::Snapshot> StoredJournal::Read() { return database_->Read(); }

absl::StatusOr<Head> StoredJournal::ReadHead() {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  COMITY_ASSIGN_OR_RETURN(const std::optional<Head> head, rows::ReadHead(snapshot.sql()));
  if (head) return *head;
  return MakeError(absl::StatusCode::kDataLoss,
                   "The database has no head any more; stop the service and restore the last "
                   "backup.",
                   {.reason = "LEDGER_INCONSISTENT"});
}

absl::StatusOr<std::vector<Version>> StoredJournal::ReadFeed(std::int64_t after_revision,
                                                             std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  return rows::ReadFeed(snapshot.sql(), after_revision, limit);
}

absl::StatusOr<std::vector<CommittedMutation>> StoredJournal::ReadMutations(
    std::int64_t after_revision, std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  return rows::ReadMutations(snapshot.sql(), after_revision, limit);
}

absl::StatusOr<std::vector<Version>> StoredJournal::LatestVersions(absl::string_view kind) {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  return rows::ReadLatest(snapshot.sql(), kind);
}

absl::StatusOr<std::optional<Version>> StoredJournal::VersionAt(absl::string_view kind,
                                                                absl::string_view id,
                                                                std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  return rows::FindVersionAt(snapshot.sql(), kind, id, revision);
}

absl::StatusOr<std::vector<Entry>> StoredJournal::ReadEntriesOf(const Log& log, std::int64_t first,
                                                                std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
  COMITY_ASSIGN_OR_RETURN(const auto rows, ReadSealed(snapshot.sql(), log, first, limit));
  return EntryWriter(keys_.get(), log.store_id, options_.expiry_months).Open(rows);
}

absl::StatusOr<PublishedCheckpoint> StoredJournal::LatestCheckpoint() const {
  auto published = publisher_.published();
  if (published) return *std::move(published);
  return MakeError(absl::StatusCode::kNotFound,
                   "The ledger has no published checkpoint yet: it is empty or its first entry is "
                   "younger than a second.",
                   {.reason = "NO_CHECKPOINT"});
}

absl::StatusOr<PublishedCheckpoint> StoredJournal::CheckpointCovering(std::int64_t leaf_index) {
  const auto published = publisher_.published();
  if (leaf_index >= 0 && published && published->size > leaf_index) {
    // Rows are without cosignatures.
    if (options_.cosignatures) return *published;
    COMITY_ASSIGN_OR_RETURN(const storage::Snapshot snapshot, database_->Read());
    COMITY_ASSIGN_OR_RETURN(auto found, rows::FindCheckpointCovering(snapshot.sql(), leaf_index));
    if (found && found->size <= published->size) return *std::move(found);
  }
  return MakeError(absl::StatusCode::kOutOfRange,
                   absl::StrCat("No published checkpoint covers leaf ", leaf_index,
                                " yet; ask again after a second."),
                   {.reason = "LEAF_NOT_COVERED"});
}

std::shared_ptr<const ledger::TileReader> StoredJournal::Tiles() const {
  return std::make_shared<ledger::TreeTiles>(writer_.tree(), &stored_tiles_, &subtrees_);
}

absl::StatusOr<std::optional<std::string>> StoredJournal::Unseal(absl::string_view sealed,
                                                                 absl::string_view context) {
  return keys_->Open(sealed, context);
}

std::shared_ptr<void> StoredJournal::Subscribe(std::function<void(const CommitRange&)> callback) {
  return writer_.subscribers().Add(std::move(callback));
}

}  // namespace comity::journal
