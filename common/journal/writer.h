#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/journal/answers.h"
#include "common/journal/batch.h"
#include "common/journal/follower.h"
#include "common/journal/journal.h"
#include "common/journal/participant.h"
#include "common/journal/subscribers.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/ledger/tree.h"
#include "common/time/steady_cond_var.h"

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
    // Why nothing may be written from the start, or OK.
    absl::Status refusal;
    const ledger::TileReader* stored_tiles = nullptr;  // Not owned.
    std::string publication;                           // The file.
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

  // Finishes the batch that runs, answers what waits, commits a last checkpoint. Returns when every
  // answer has been given. Idempotent.
  void Close();

  void Attach(Participant* participant);

  // `item` is answered exactly once, on a thread of Answers, or at once if it cannot be queued.
  void Submit(Item item);

  // Asks for a checkpoint over what is committed, soon.
  void RequestCheckpoint();

  // Another process may have committed: `news` is NewsOf its head, or "" if that is not known.
  void NoteNews(absl::string_view news);

  // OK, or why nothing may be written any more.
  absl::Status refusal() const;

  Head head() const;
  std::shared_ptr<const ledger::Tree> tree() const;
  Stats stats() const;
  bool closed() const;
  Subscribers& subscribers() { return subscribers_; }

 private:
  void Loop();
  // What there is to do.
  struct Work {
    std::vector<Item> items;
    bool checkpoint = false;
    bool follow = false;
  };
  // nullopt: the journal closes.
  std::optional<Work> Take();

  void RunBatch(std::vector<Item> items);
  // Runs `items` in a transaction and commits it; `batch` is what became of them.
  absl::Status Commit(std::vector<Item>& items, const std::vector<Participant*>& participants,
                      std::optional<Batch>& batch);
  // What became of a batch whose answer was lost; returns once it is known, or COMMIT_IN_DOUBT
  // after a while.
  absl::Status LookUp(const Batch& batch, const std::vector<Participant*>& participants);
  absl::Status LookUpOnce(const Batch& batch, const std::vector<Participant*>& participants);

  // A write transaction; of a shared database under the head's lock and after catching up.
  absl::StatusOr<storage::Transaction> Begin(const std::vector<Participant*>& participants);
  absl::Status CatchUp(bool locked, const std::vector<Participant*>& participants);
  void FollowOthers();

  // What is committed becomes visible; `working_tree_` is its tree.
  void Publish(const Head& head, const std::vector<Participant*>& participants);
  // After Publish and the answers.
  void Settle(const std::vector<Participant*>& participants, bool leaves);
  // What was not committed is forgotten.
  void Forget(const std::vector<Participant*>& participants);

  void CommitCheckpoint();
  absl::StatusOr<PublishedCheckpoint> InsertCheckpoint();
  absl::Status CheckLastCheckpoint(const PublishedCheckpoint& last);
  // Passes `status` on; if it says that the store is another one, nothing is written any more.
  absl::Status Refuse(absl::Status status);
  std::vector<Participant*> participants() const;
  absl::Time Now() const;

  const Setup setup_;
  Subscribers subscribers_;
  Answers answers_;
  std::thread thread_;

  // Of the writer thread.
  ledger::Tree working_tree_;
  std::int64_t checkpoint_size_;
  Follower follower_;

  mutable absl::Mutex mutex_;
  absl::CondVar wake_;
  SteadyCondVar stop_;  // Signalled when it closes.
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
  bool checkpoint_requested_ ABSL_GUARDED_BY(mutex_) = false;
  bool follow_requested_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
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
