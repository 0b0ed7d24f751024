#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/journal/types.h"

namespace comity::journal {

// Keeps the file `checkpoint` of the publication directory close behind the ledger, on a thread of
// its own: asks for a checkpoint within the interval of a commit, and writes the file once its row
// is committed. Only a checkpoint whose file is durable counts as published: what a client has
// seen, a restored database can be measured by. Thread-safe.
class CheckpointPublisher {
 public:
  // Does what must be done before a checkpoint may be published, and returns the note to publish:
  // the checkpoint's, with cosignatures if need be. May block for seconds; after an error it is
  // called again.
  using Prepare = std::function<absl::StatusOr<std::string>(const PublishedCheckpoint&)>;

  // `published` is what the file says; `pending`, the last committed one (maybe the same), is
  // published first; `request` asks the writer for a checkpoint.
  CheckpointPublisher(std::string path, absl::Duration interval,
                      std::optional<PublishedCheckpoint> published,
                      std::optional<PublishedCheckpoint> pending, Prepare prepare,
                      std::function<void()> request);
  ~CheckpointPublisher() { Close(); }
  CheckpointPublisher(const CheckpointPublisher&) = delete;
  CheckpointPublisher& operator=(const CheckpointPublisher&) = delete;

  void Start();

  // Writes what is committed, if it can, and stops. Idempotent.
  void Close();

  // The ledger has this many committed leaves.
  void NoteLeaves(std::int64_t leaf_count);

  // The checkpoint asked for is committed, or could not be.
  void NoteCheckpoint(std::optional<PublishedCheckpoint> checkpoint);

  std::optional<PublishedCheckpoint> published() const;

  // Files that could not be written since the start; it is tried again.
  std::int64_t failures() const;

 private:
  void Loop();
  // Waits, unless it is closed.
  void PauseFor(absl::Duration pause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const absl::Duration interval_;
  const Prepare prepare_;
  const std::function<void()> request_;
  std::thread thread_;

  mutable absl::Mutex mutex_;
  absl::CondVar wake_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool requested_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t leaf_count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t committed_size_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<PublishedCheckpoint> committed_ ABSL_GUARDED_BY(mutex_);
  std::optional<PublishedCheckpoint> published_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::journal
