#include "common/journal/writer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "common/journal/ledger_check.h"
#include "common/journal/rows.h"
#include "common/ledger/checkpoint.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/clock.h"

namespace comity::journal {
namespace {

absl::Status Closed() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The service is stopping and takes no more changes; try again in a moment.",
                   {.reason = "JOURNAL_CLOSED", .retry_after = absl::Seconds(1)});
}

absl::Status QueueFull() {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   "Too many changes wait to be written; try again in a moment.",
                   {.reason = "WRITE_QUEUE_FULL", .retry_after = absl::Milliseconds(500)});
}

// What everybody of a lost batch hears: storage errors as they are, another's error not.
absl::Status LostBecause(const absl::Status& cause) {
  switch (cause.code()) {
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return cause;
    default:
      return MakeError(absl::StatusCode::kUnavailable,
                       "The change could not be written together with others and nothing of it was "
                       "kept; try again with the same request_id.",
                       {.reason = "BATCH_LOST", .retry_after = absl::Milliseconds(100)});
  }
}

absl::Status NotCommitted() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The connection to the database was lost and the change was not written; try "
                   "again.",
                   {.reason = "STORAGE_LOST", .retry_after = absl::Seconds(1)});
}

absl::Status InDoubtAbout() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The connection to the database was lost while the change was committed, and "
                   "whether it was is not known yet; repeat the request with the same request_id.",
                   {.reason = "COMMIT_IN_DOUBT", .retry_after = absl::Seconds(1)});
}

bool InDoubt(const absl::Status& status) { return ReasonOf(status) == "COMMIT_IN_DOUBT"; }

// How long callers wait until it is known what became of their batch, and between two looks.
constexpr absl::Duration kDoubtPatience = absl::Seconds(20);
constexpr absl::Duration kDoubtPause = absl::Milliseconds(100);

// What all of `items` hear.
void Fail(std::vector<Item>& items, const absl::Status& failure) {
  for (Item& item : items) std::visit([&](auto& waiting) { waiting.verdict = failure; }, item);
}

}  // namespace

Writer::Writer(Setup setup)
    : setup_(std::move(setup)),
      working_tree_(setup_.tree),
      checkpoint_size_(setup_.checkpoint_size),
      follower_(setup_.tools.sql, setup_.stored_tiles, setup_.signer.verifiers(),
                setup_.publication),
      refusal_(setup_.refusal),
      head_(setup_.head),
      tree_(std::make_shared<const ledger::Tree>(setup_.tree)) {}

void Writer::Start() {
  answers_.Start();
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "journal-writer");
}

void Writer::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    wake_.SignalAll();
    stop_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
  answers_.Close();
}

void Writer::Attach(Participant* participant) {
  absl::MutexLock lock(&mutex_);
  participants_.push_back(participant);
}

void Writer::Submit(Item item) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (!refusal_.ok()) {
      refused = refusal_;
    } else if (closing_) {
      refused = Closed();
    } else if (queue_.size() >= setup_.queue_limit) {
      refused = QueueFull();
    } else {
      queue_.push_back(std::move(item));
      wake_.Signal();
      return;
    }
  }
  std::visit([&](auto& waiting) { waiting.done(refused); }, item);
}

void Writer::RequestCheckpoint() {
  absl::MutexLock lock(&mutex_);
  checkpoint_requested_ = true;
  wake_.Signal();
}

void Writer::NoteNews(absl::string_view news) {
  absl::MutexLock lock(&mutex_);
  if (news == NewsOf(head_)) return;  // Its own.
  follow_requested_ = true;
  wake_.Signal();
}

absl::Status Writer::refusal() const {
  absl::MutexLock lock(&mutex_);
  return refusal_;
}

absl::Status Writer::Refuse(absl::Status status) {
  if (!IsLedgerBehind(status)) return status;
  absl::MutexLock lock(&mutex_);
  refusal_ = status;
  return status;
}

std::vector<Participant*> Writer::participants() const {
  absl::MutexLock lock(&mutex_);
  return participants_;
}

Head Writer::head() const {
  absl::MutexLock lock(&mutex_);
  return head_;
}

std::shared_ptr<const ledger::Tree> Writer::tree() const {
  absl::MutexLock lock(&mutex_);
  return tree_;
}

bool Writer::closed() const {
  absl::MutexLock lock(&mutex_);
  return closing_;
}

Stats Writer::stats() const {
  Stats stats{.batches = batches_,
              .mutations = mutations_,
              .refusals = refusals_,
              .replays = replays_,
              .lost = lost_};
  absl::MutexLock lock(&mutex_);
  stats.queued = static_cast<std::int64_t>(queue_.size());
  stats.clock_behind = std::max(absl::ZeroDuration(), head_.commit_time - setup_.clock->Now());
  return stats;
}

absl::Time Writer::Now() const {
  // Whole microseconds, as it is stored.
  return absl::FromUnixMicros(
      absl::ToUnixMicros(std::max(setup_.clock->Now(), head().commit_time)));
}

std::optional<Writer::Work> Writer::Take() {
  absl::MutexLock lock(&mutex_);
  while (queue_.empty() && !checkpoint_requested_ && !follow_requested_ && !closing_) {
    wake_.Wait(&mutex_);
  }
  if (closing_) return std::nullopt;
  Work work;
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), setup_.batch_limit));
  work.items.assign(std::make_move_iterator(queue_.begin()),
                    std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  work.checkpoint = std::exchange(checkpoint_requested_, false);
  work.follow = std::exchange(follow_requested_, false);
  return work;
}

void Writer::Loop() {
  while (std::optional<Work> work = Take()) {
    // A batch follows the others by itself.
    if (!work->items.empty()) {
      RunBatch(std::move(work->items));
    } else if (work->follow) {
      FollowOthers();
    }
    if (work->checkpoint) CommitCheckpoint();
  }
  std::vector<Item> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    queue_.clear();
  }
  Fail(waiting, Closed());
  answers_.Give(std::move(waiting));
  // What was committed is published, also if nobody comes back for it.
  CommitCheckpoint();
}

absl::StatusOr<storage::Transaction> Writer::Begin(const std::vector<Participant*>& participants) {
  COMITY_RETURN_IF_ERROR(refusal());
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(setup_.tools.sql));
  if (setup_.tools.shared) COMITY_RETURN_IF_ERROR(CatchUp(/*locked=*/true, participants));
  return transaction;
}

absl::Status Writer::CatchUp(bool locked, const std::vector<Participant*>& participants) {
  const Head known = head();
  auto news = follower_.Read(locked, known, working_tree_, participants);
  if (!news.ok()) {
    Forget(participants);
    return Refuse(news.status());
  }
  if (!news->has_value()) return absl::OkStatus();
  working_tree_ = std::move((*news)->tree);
  Publish((*news)->head, participants);
  Settle(participants, (*news)->head.leaf_count > known.leaf_count);
  return absl::OkStatus();
}

void Writer::FollowOthers() {
  if (!refusal().ok()) return;
  const std::vector<Participant*> all = participants();
  storage::Connection& sql = *setup_.tools.sql;
  if (!sql.BeginSnapshot().ok()) return;
  const absl::Status done = CatchUp(/*locked=*/false, all);
  sql.Rollback();
  // What a new session shows is checked under the lock. If it fails, the listener asks again.
  if (!done.ok()) (void)Begin(all);
}

absl::Status Writer::Commit(std::vector<Item>& items, const std::vector<Participant*>& participants,
                            std::optional<Batch>& batch) {
  COMITY_ASSIGN_OR_RETURN(auto transaction, Begin(participants));
  batch.emplace(setup_.tools, participants, head(), &working_tree_, Now(), setup_.clock->Now());
  COMITY_RETURN_IF_ERROR(batch->Run(items));
  return batch->changed() ? transaction.Commit() : absl::OkStatus();
}

void Writer::RunBatch(std::vector<Item> items) {
  const std::vector<Participant*> all = participants();
  std::optional<Batch> batch;
  absl::Status done = Commit(items, all, batch);
  bool published = false;
  if (!done.ok()) {
    Forget(all);
    if (InDoubt(done)) done = LookUp(*batch, all);
    if (!done.ok()) {
      lost_ += static_cast<std::int64_t>(items.size());
      Fail(items, refusal().ok() ? LostBecause(done) : refusal());
      answers_.Give(std::move(items));
      return;
    }
    published = true;  // As what another process committed.
  }

  // Only now: what can be seen is durable.
  refusals_ += batch->refusals();
  replays_ += batch->replays();
  const bool leaves = batch->head().leaf_count > head().leaf_count;
  if (batch->changed()) {
    ++batches_;
    mutations_ += batch->mutations();
    if (!published) Publish(batch->head(), all);
  }
  answers_.Give(std::move(items));
  if (batch->changed() && !published) Settle(all, leaves);
}

absl::Status Writer::LookUp(const Batch& batch, const std::vector<Participant*>& participants) {
  const absl::Duration patience = SystemClock().SinceBoot() + kDoubtPatience;
  while (true) {
    absl::Status found = LookUpOnce(batch, participants);
    if (!InDoubt(found) || SystemClock().SinceBoot() > patience || !refusal().ok()) return found;
    absl::MutexLock lock(&mutex_);
    const auto closing = [this] {
      mutex_.AssertHeld();
      return closing_;
    };
    if (stop_.AwaitFor(&mutex_, kDoubtPause, closing)) return found;
  }
}

absl::Status Writer::LookUpOnce(const Batch& batch, const std::vector<Participant*>& participants) {
  // Under the head's lock: the session that was lost has ended its transaction, one way or the
  // other. If it was committed, catching up has it already.
  const auto transaction = Begin(participants);
  if (!transaction.ok()) return InDoubtAbout();
  const auto id = rows::FindBatch(*setup_.tools.sql, batch.head().batch);
  if (!id.ok()) return InDoubtAbout();
  if (*id == batch.id()) return absl::OkStatus();
  // Its number is not taken, or by another, or so old that it was forgotten.
  if (batch.head().batch > head().batch - rows::kBatchesKept) return NotCommitted();
  return InDoubtAbout();
}

void Writer::Publish(const Head& head, const std::vector<Participant*>& participants) {
  CommitRange range{.last_revision = head.revision,
                    .leaf_count = head.leaf_count,
                    .commit_time = head.commit_time};
  std::shared_ptr<const ledger::Tree> tree;
  {
    absl::MutexLock lock(&mutex_);
    range.first_revision = head_.revision + 1;
    if (head.leaf_count == head_.leaf_count) tree = tree_;
  }
  if (tree == nullptr) tree = std::make_shared<const ledger::Tree>(working_tree_);
  {
    absl::MutexLock lock(&mutex_);
    head_ = head;
    tree_ = std::move(tree);
  }
  for (Participant* const participant : participants) participant->Publish(range);
  subscribers_.Notify(range);
}

void Writer::Settle(const std::vector<Participant*>& participants, bool leaves) {
  for (Participant* const participant : participants) participant->Settle();
  if (leaves) setup_.on_leaves(head().leaf_count);
}

void Writer::Forget(const std::vector<Participant*>& participants) {
  working_tree_ = *tree();
  for (Participant* const participant : participants) participant->Discard();
}

void Writer::CommitCheckpoint() {
  if (working_tree_.size() <= checkpoint_size_ || !refusal().ok()) return;
  auto checkpoint = InsertCheckpoint();
  if (checkpoint.ok()) {
    checkpoint_size_ = checkpoint->size;
    setup_.on_checkpoint(*std::move(checkpoint));
  } else {
    (void)Refuse(checkpoint.status());
    setup_.on_checkpoint(std::nullopt);
  }
}

absl::Status Writer::CheckLastCheckpoint(const PublishedCheckpoint& last) {
  if (last.size <= checkpoint_size_) return absl::OkStatus();
  const ledger::TreeTiles tiles(tree(), setup_.stored_tiles);
  return CheckPrefix(last.size, last.root, "a published checkpoint", working_tree_, tiles);
}

absl::StatusOr<PublishedCheckpoint> Writer::InsertCheckpoint() {
  storage::Connection& sql = *setup_.tools.sql;
  COMITY_ASSIGN_OR_RETURN(auto transaction, Begin(participants()));
  if (setup_.tools.shared) {
    // Another replica may have been first; what does not go on from it is never signed.
    COMITY_ASSIGN_OR_RETURN(const auto last, rows::FindLastCheckpoint(sql));
    if (last) {
      COMITY_RETURN_IF_ERROR(CheckLastCheckpoint(*last));
      if (last->size >= working_tree_.size()) return *last;
    }
  }
  PublishedCheckpoint checkpoint{
      .size = working_tree_.size(), .root = working_tree_.root(), .publish_time = Now()};
  COMITY_ASSIGN_OR_RETURN(checkpoint.note, ledger::SignCheckpoint({.origin = setup_.signer.name(),
                                                                   .size = checkpoint.size,
                                                                   .root = checkpoint.root},
                                                                  setup_.signer));
  COMITY_RETURN_IF_ERROR(rows::InsertCheckpoint(sql, checkpoint));
  COMITY_RETURN_IF_ERROR(transaction.Commit());
  return checkpoint;
}

}  // namespace comity::journal
