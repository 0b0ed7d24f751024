#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/journal/types.h"
#include "common/time/steady_cond_var.h"

namespace comity::journal {

// Keeps the file `checkpoint` of the publication directory close behind the ledger, on a thread of
// its own: asks for a checkpoint within the interval of a commit, and publishes it once its row is
// committed. Only a checkpoint whose file is durable counts as published: what a client has
// seen, a restored database can be measured by. Thread-safe.
class CheckpointPublisher {
 public:
  struct Setup {
    absl::Duration interval;
    // How long one checkpoint may wait before on_trouble hears of it.
    absl::Duration patience;
    std::optional<PublishedCheckpoint> published;  // What the file says.
    // The last committed one (maybe the same); published first.
    std::optional<PublishedCheckpoint> pending;
    // See journal::Publish; called again after an error.
    std::function<absl::StatusOr<std::optional<std::string>>(const PublishedCheckpoint&)> publish;
    // Asks the writer for a checkpoint.
    std::function<void()> request;
    // On the publisher's thread: why a checkpoint is still not published; OK: it is now. May be
    // empty.
    std::function<void(const absl::Status&)> on_trouble;
  };

  explicit CheckpointPublisher(Setup setup);
  ~CheckpointPublisher() { Close(); }
  CheckpointPublisher(const CheckpointPublisher&) = delete;
  CheckpointPublisher& operator=(const CheckpointPublisher&) = delete;

  void Start();

  // Publishes what is committed, if it can, and stops. Idempotent.
  void Close();

  // The ledger has this many committed leaves.
  void NoteLeaves(std::int64_t leaf_count);

  // The checkpoint asked for is committed, or could not be.
  void NoteCheckpoint(std::optional<PublishedCheckpoint> checkpoint);

  std::optional<PublishedCheckpoint> published() const;

  // Files that could not be written since the start; it is tried again.
  std::int64_t failures() const;

  // How long the next checkpoint has been waiting for its witnesses, or for files that cannot be
  // written; zero: none waits.
  absl::Duration waiting() const;

 private:
  void Loop();
  // What became of the last try to publish.
  void NoteOutcome(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits, unless it is closed.
  void PauseFor(absl::Duration pause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Setup setup_;
  std::thread thread_;

  mutable absl::Mutex mutex_;
  SteadyCondVar wake_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool requested_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t leaf_count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t committed_size_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration waiting_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  bool troubled_ ABSL_GUARDED_BY(mutex_) = false;  // on_trouble heard of it.
  std::optional<PublishedCheckpoint> committed_ ABSL_GUARDED_BY(mutex_);
  std::optional<PublishedCheckpoint> published_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::journal
