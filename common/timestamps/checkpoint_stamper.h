#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/time/clock.h"
#include "common/timestamps/timestamp.h"

namespace comity::timestamps {

// Has the published checkpoints of a journal timestamped: what a checkpoint covers existed at that
// time, whatever becomes of our keys later.
//
// A timestamp is two files beside the checkpoint, timestamps/<size>.checkpoint (the published note,
// byte for byte) and timestamps/<size>.tsr (the authority's answer), which `openssl ts -verify`
// checks. What they cover is all that is remembered, so nothing is forgotten by a restart, and
// replicas with one publication directory work for each other.
//
// Tick is for one thread; the rest is thread-safe.
class CheckpointStamper {
 public:
  struct Setup {
    journal::Journal* journal = nullptr;  // Not owned.
    const Clock* clock = nullptr;         // Not owned.
    std::string publication;              // The directory.
    Authorities trusted;
    // The authority's answer to a TimeStampReq.
    std::function<absl::StatusOr<std::string>(const std::string& request)> ask;
    // At most one timestamp in this time.
    absl::Duration interval = absl::Hours(1);
    // How old an entry may become without a timestamp before Current fails.
    absl::Duration limit = absl::Hours(24);
  };

  // Counts since the start, for metrics.
  struct Stats {
    std::int64_t stamped = 0;
    std::int64_t failures = 0;                  // Asked in vain; it is asked again.
    absl::Duration age = absl::ZeroDuration();  // Of the oldest entry without a timestamp.
  };

  enum class Outcome { kNothing, kStamped };

  explicit CheckpointStamper(Setup setup) : setup_(std::move(setup)) {}

  // Asks for a timestamp if one is due: `interval` after the last, or, after a failure, after a
  // pause that doubles from a second to five minutes. To be called about every second. The error
  // says why there is none (AskAuthority, TimestampRequest::Check, errors of files).
  absl::StatusOr<Outcome> Tick();

  // OK, or UNAVAILABLE `TIMESTAMPS_OVERDUE`: an entry is older than the limit without a timestamp.
  absl::Status Current() const;

  Stats stats() const;

 private:
  // What the folder has: the size of the largest checkpoint with a timestamp.
  absl::StatusOr<std::int64_t> ReadStamped() const;
  absl::Status Stamp(const journal::PublishedCheckpoint& checkpoint);
  // Finds out since when an entry has none.
  absl::Status NoteOldest();
  absl::Duration Age() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Setup setup_;
  // Of Tick.
  std::int64_t stamped_size_ = -1;  // Not read yet.
  std::int64_t oldest_of_ = -1;     // The stamped_size_ that oldest_ was found for.
  absl::Time next_ = absl::InfinitePast();
  absl::Duration pause_ = absl::ZeroDuration();

  mutable absl::Mutex mutex_;
  absl::Time oldest_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  Stats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::timestamps
