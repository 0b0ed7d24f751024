#include "common/journal/checkpoint_publisher.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "common/status/error.h"
#include "common/time/clock.h"

namespace comity::journal {
namespace {

// That witnesses take their time is no failure.
constexpr absl::string_view kAwaited = "WITNESSES_MISSING";

// Between two looks for what witnesses left.
constexpr absl::Duration kLongestPause = absl::Milliseconds(50);

}  // namespace

CheckpointPublisher::CheckpointPublisher(Setup setup)
    : setup_(std::move(setup)),
      committed_size_(setup_.pending ? setup_.pending->size : 0),
      committed_(setup_.pending),
      published_(setup_.published) {}

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

absl::Duration CheckpointPublisher::waiting() const {
  absl::MutexLock lock(&mutex_);
  return std::max(SystemClock().SinceBoot() - waiting_since_, absl::ZeroDuration());
}

void CheckpointPublisher::PauseFor(absl::Duration pause) {
  wake_.AwaitFor(&mutex_, pause, [this] {
    mutex_.AssertHeld();
    return closing_;
  });
}

void CheckpointPublisher::NoteOutcome(const absl::Status& status) {
  const absl::Duration now = SystemClock().SinceBoot();
  if (status.ok()) {
    waiting_since_ = absl::InfiniteDuration();
  } else {
    waiting_since_ = std::min(waiting_since_, now);
    if (ReasonOf(status) != kAwaited) ++failures_;
  }
  const bool trouble = !status.ok() && now - waiting_since_ >= setup_.patience;
  if (trouble == troubled_ || (troubled_ && !status.ok())) return;
  troubled_ = trouble;
  if (!setup_.on_trouble) return;
  mutex_.Unlock();
  setup_.on_trouble(status);
  mutex_.Lock();
}

void CheckpointPublisher::Loop() {
  mutex_.Lock();
  while (true) {
    if (committed_) {
      const PublishedCheckpoint next = *std::exchange(committed_, std::nullopt);
      mutex_.Unlock();
      const absl::StatusOr<std::optional<std::string>> note = setup_.publish(next);
      mutex_.Lock();
      NoteOutcome(note.status());
      if (note.ok()) {
        // A replica that is ahead published a larger one, which will come here too.
        if (note->has_value()) {
          published_ = next;
          published_->note = **note;
        }
        continue;
      }
      if (closing_) break;
      // A newer one may have come meanwhile; otherwise this one is tried again.
      if (!committed_) committed_ = next;
      PauseFor(std::min(setup_.interval, kLongestPause));
      continue;
    }
    if (closing_) break;
    if (leaf_count_ > committed_size_ && !requested_) {
      // Half of the interval to gather what else is committed, the rest to sign, commit and write.
      PauseFor(setup_.interval / 2);
      if (closing_) continue;
      requested_ = true;
      mutex_.Unlock();
      setup_.request();
      mutex_.Lock();
      continue;
    }
    wake_.Wait(&mutex_);
  }
  mutex_.Unlock();
}

}  // namespace comity::journal
