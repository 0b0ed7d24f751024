#include "common/journal/checkpoint_publisher.h"

#include <pthread.h>

#include <utility>

#include "absl/time/clock.h"
#include "common/journal/publication.h"

namespace comity::journal {

CheckpointPublisher::CheckpointPublisher(std::string path, absl::Duration interval,
                                         std::optional<PublishedCheckpoint> published,
                                         std::optional<PublishedCheckpoint> pending,
                                         Prepare prepare, std::function<void()> request)
    : path_(std::move(path)),
      interval_(interval),
      prepare_(std::move(prepare)),
      request_(std::move(request)),
      committed_size_(pending ? pending->size : 0),
      committed_(std::move(pending)),
      published_(std::move(published)) {}

void CheckpointPublisher::Start() {
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "journal-publish");
}

void CheckpointPublisher::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    wake_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void CheckpointPublisher::NoteLeaves(std::int64_t leaf_count) {
  absl::MutexLock lock(&mutex_);
  leaf_count_ = leaf_count;
  wake_.Signal();
}

void CheckpointPublisher::NoteCheckpoint(std::optional<PublishedCheckpoint> checkpoint) {
  absl::MutexLock lock(&mutex_);
  requested_ = false;
  if (checkpoint) {
    committed_size_ = checkpoint->size;
    committed_ = std::move(checkpoint);
  }
  wake_.Signal();
}

std::optional<PublishedCheckpoint> CheckpointPublisher::published() const {
  absl::MutexLock lock(&mutex_);
  return published_;
}

std::int64_t CheckpointPublisher::failures() const {
  absl::MutexLock lock(&mutex_);
  return failures_;
}

void CheckpointPublisher::PauseFor(absl::Duration pause) {
  const absl::Time due = absl::Now() + pause;
  while (!closing_ && !wake_.WaitWithDeadline(&mutex_, due)) {
  }
}

void CheckpointPublisher::Loop() {
  mutex_.Lock();
  while (true) {
    if (committed_) {
      const PublishedCheckpoint next = *std::exchange(committed_, std::nullopt);
      mutex_.Unlock();
      const absl::StatusOr<std::optional<std::string>> note =
          Publish(path_, next.size, [&] { return prepare_(next); });
      mutex_.Lock();
      if (note.ok()) {
        // A replica that is ahead published a larger one, which will come here too.
        if (note->has_value()) {
          published_ = next;
          published_->note = **note;
        }
        continue;
      }
      ++failures_;
      if (closing_) break;
      // A newer one may have come meanwhile; otherwise this one is tried again.
      if (!committed_) committed_ = next;
      PauseFor(interval_);
      continue;
    }
    if (closing_) break;
    if (leaf_count_ > committed_size_ && !requested_) {
      // Half of the interval to gather what else is committed, the rest to sign, commit and write.
      PauseFor(interval_ / 2);
      if (closing_) continue;
      requested_ = true;
      mutex_.Unlock();
      request_();
      mutex_.Lock();
      continue;
    }
    wake_.Wait(&mutex_);
  }
  mutex_.Unlock();
}

}  // namespace comity::journal
