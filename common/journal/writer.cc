#include "common/journal/writer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "common/journal/rows.h"
#include "common/ledger/checkpoint.h"
#include "common/status/error.h"
#include "common/status/macros.h"

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

void Answer(Item& item, const absl::Status& failure) {
  std::visit([&](auto& waiting) { waiting.done(failure); }, item);
}

void AnswerVerdict(Item& item) {
  std::visit([](auto& waiting) { waiting.done(*std::move(waiting.verdict)); }, item);
}

}  // namespace

Writer::Writer(Setup setup)
    : setup_(std::move(setup)),
      working_tree_(setup_.tree),
      checkpoint_size_(setup_.checkpoint_size),
      head_(setup_.head),
      tree_(std::make_shared<const ledger::Tree>(setup_.tree)) {}

void Writer::Start() {
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "journal-writer");
}

void Writer::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    wake_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Writer::Attach(Participant* participant) {
  absl::MutexLock lock(&mutex_);
  participants_.push_back(participant);
}

void Writer::Submit(Item item) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (closing_) {
      refused = Closed();
    } else if (queue_.size() >= setup_.queue_limit) {
      refused = QueueFull();
    } else {
      queue_.push_back(std::move(item));
      wake_.Signal();
      return;
    }
  }
  Answer(item, refused);
}

void Writer::RequestCheckpoint() {
  absl::MutexLock lock(&mutex_);
  checkpoint_requested_ = true;
  wake_.Signal();
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

bool Writer::Take(std::vector<Item>& items, bool& checkpoint) {
  absl::MutexLock lock(&mutex_);
  while (queue_.empty() && !checkpoint_requested_ && !closing_) wake_.Wait(&mutex_);
  if (closing_) return false;
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), setup_.batch_limit));
  items.assign(std::make_move_iterator(queue_.begin()),
               std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  checkpoint = std::exchange(checkpoint_requested_, false);
  return true;
}

void Writer::Loop() {
  std::vector<Item> items;
  bool checkpoint = false;
  while (Take(items, checkpoint)) {
    if (!items.empty()) RunBatch(items);
    items.clear();
    if (checkpoint) CommitCheckpoint();
  }
  std::deque<Item> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting.swap(queue_);
  }
  for (Item& item : waiting) Answer(item, Closed());
  // What was committed is published, also if nobody comes back for it.
  CommitCheckpoint();
}

void Writer::RunBatch(std::vector<Item>& items) {
  Head before;
  std::vector<Participant*> participants;
  {
    absl::MutexLock lock(&mutex_);
    before = head_;
    participants = participants_;
  }
  Batch batch(setup_.tools, participants, before, &working_tree_, Now(), setup_.clock->Now());
  if (const absl::Status done = batch.Run(items); !done.ok()) {
    working_tree_ = *tree();
    for (Participant* const participant : participants) participant->Discard();
    lost_ += static_cast<std::int64_t>(items.size());
    const absl::Status answer = LostBecause(done);
    for (Item& item : items) Answer(item, answer);
    return;
  }

  // Only now: what can be seen is durable.
  refusals_ += batch.refusals();
  replays_ += batch.replays();
  if (batch.changed()) {
    ++batches_;
    mutations_ += batch.mutations();
    Publish(batch, before, participants);
  }
  for (Item& item : items) AnswerVerdict(item);
  if (batch.changed()) {
    for (Participant* const participant : participants) participant->Settle();
    if (batch.head().leaf_count > before.leaf_count) setup_.on_leaves(batch.head().leaf_count);
  }
}

void Writer::Publish(const Batch& batch, const Head& before,
                     const std::vector<Participant*>& participants) {
  const Head& head = batch.head();
  std::shared_ptr<const ledger::Tree> tree;
  if (head.leaf_count != before.leaf_count) {
    tree = std::make_shared<const ledger::Tree>(working_tree_);
  }
  const CommitRange range{.first_revision = before.revision + 1,
                          .last_revision = head.revision,
                          .leaf_count = head.leaf_count,
                          .commit_time = head.commit_time};
  {
    absl::MutexLock lock(&mutex_);
    head_ = head;
    if (tree != nullptr) tree_ = std::move(tree);
  }
  for (Participant* const participant : participants) participant->Publish(range);
  subscribers_.Notify(range);
}

void Writer::CommitCheckpoint() {
  if (working_tree_.size() <= checkpoint_size_) return;
  auto checkpoint = InsertCheckpoint();
  if (checkpoint.ok()) {
    checkpoint_size_ = checkpoint->size;
    setup_.on_checkpoint(*std::move(checkpoint));
  } else {
    setup_.on_checkpoint(std::nullopt);
  }
}

absl::StatusOr<PublishedCheckpoint> Writer::InsertCheckpoint() {
  PublishedCheckpoint checkpoint{
      .size = working_tree_.size(), .root = working_tree_.root(), .publish_time = Now()};
  COMITY_ASSIGN_OR_RETURN(checkpoint.note, ledger::SignCheckpoint({.origin = setup_.signer.name(),
                                                                   .size = checkpoint.size,
                                                                   .root = checkpoint.root},
                                                                  setup_.signer));
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(setup_.tools.sql));
  COMITY_RETURN_IF_ERROR(rows::InsertCheckpoint(*setup_.tools.sql, checkpoint));
  COMITY_RETURN_IF_ERROR(transaction.Commit());
  return checkpoint;
}

}  // namespace comity::journal
