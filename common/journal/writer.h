#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/journal/batch.h"
#include "common/journal/journal.h"
#include "common/journal/participant.h"
#include "common/journal/subscribers.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/ledger/tree.h"

namespace comity::journal {

// The queue and the one thread that writes. Thread-safe.
class Writer {
 public:
  struct Setup {
    BatchTools tools;
    const Clock* clock = nullptr;  // Not owned.
    ledger::NoteSigner signer;
    std::size_t queue_limit = 0;
    std::size_t batch_limit = 0;
    Head head;
    ledger::Tree tree;
    // The last checkpoint of the database.
    std::int64_t checkpoint_size = 0;
    // Both on the writer thread: a batch with leaves was committed; a checkpoint was committed, or
    // could not be (nullopt).
    std::function<void(std::int64_t leaf_count)> on_leaves;
    std::function<void(std::optional<PublishedCheckpoint>)> on_checkpoint;
  };

  explicit Writer(Setup setup);
  ~Writer() { Close(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void Start();

  // Finishes the batch that runs, answers what waits, commits a last checkpoint. Idempotent.
  void Close();

  void Attach(Participant* participant);

  // `item` is answered exactly once: at once if it cannot be queued.
  void Submit(Item item);

  // Asks for a checkpoint over what is committed, soon.
  void RequestCheckpoint();

  Head head() const;
  std::shared_ptr<const ledger::Tree> tree() const;
  Stats stats() const;
  bool closed() const;
  Subscribers& subscribers() { return subscribers_; }

 private:
  void Loop();
  // False: the journal closes.
  bool Take(std::vector<Item>& items, bool& checkpoint);
  void RunBatch(std::vector<Item>& items);
  void Publish(const Batch& batch, const Head& before,
               const std::vector<Participant*>& participants);
  void CommitCheckpoint();
  absl::StatusOr<PublishedCheckpoint> InsertCheckpoint();
  absl::Time Now() const;

  const Setup setup_;
  Subscribers subscribers_;
  std::thread thread_;

  // Of the writer thread.
  ledger::Tree working_tree_;
  std::int64_t checkpoint_size_;

  mutable absl::Mutex mutex_;
  absl::CondVar wake_;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
  bool checkpoint_requested_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  Head head_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const ledger::Tree> tree_ ABSL_GUARDED_BY(mutex_);
  std::vector<Participant*> participants_ ABSL_GUARDED_BY(mutex_);

  std::atomic<std::int64_t> batches_ = 0;
  std::atomic<std::int64_t> mutations_ = 0;
  std::atomic<std::int64_t> refusals_ = 0;
  std::atomic<std::int64_t> replays_ = 0;
  std::atomic<std::int64_t> lost_ = 0;
};

}  // namespace comity::journal
