#include "common/timestamps/checkpoint_stamper.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::timestamps {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(5);
constexpr unsigned int kMode = 0644;  // Everybody may check them.

std::string FolderOf(const std::string& publication) { return publication + "/timestamps"; }

}  // namespace

absl::StatusOr<CheckpointStamper::Outcome> CheckpointStamper::Tick() {
  const absl::Time now = setup_.clock->Now();
  const bool due = now >= next_;
  // Another replica may have been first.
  if (due || stamped_size_ < 0) {
    COMITY_ASSIGN_OR_RETURN(stamped_size_, ReadStamped());
  }
  COMITY_RETURN_IF_ERROR(NoteOldest());
  const auto checkpoint = setup_.journal->LatestCheckpoint();
  if (!due || !checkpoint.ok() || checkpoint->size <= stamped_size_) return Outcome::kNothing;

  const absl::Status stamped = Stamp(*checkpoint);
  if (!stamped.ok()) {
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    next_ = now + pause_;
    const absl::MutexLock lock(&mutex_);
    ++stats_.failures;
    return stamped;
  }
  stamped_size_ = checkpoint->size;
  pause_ = absl::ZeroDuration();
  next_ = now + setup_.interval;
  {
    const absl::MutexLock lock(&mutex_);
    ++stats_.stamped;
  }
  COMITY_RETURN_IF_ERROR(NoteOldest());
  return Outcome::kStamped;
}

absl::StatusOr<std::int64_t> CheckpointStamper::ReadStamped() const {
  std::int64_t largest = 0;
  std::error_code error;
  for (fs::directory_iterator entry(FolderOf(setup_.publication), error), end;
       !error && entry != end; entry.increment(error)) {
    std::int64_t size = 0;
    if (entry->path().extension() != ".tsr") continue;
    if (absl::SimpleAtoi(entry->path().stem().string(), &size)) largest = std::max(largest, size);
  }
  if (!error || error == std::errc::no_such_file_or_directory) return largest;
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("Cannot read the folder ", FolderOf(setup_.publication), ": ",
                                error.message(), "; check its owner."),
                   {.reason = "STORAGE_IO"});
}

absl::Status CheckpointStamper::NoteOldest() {
  absl::Time oldest = absl::InfiniteFuture();
  if (setup_.journal->head().leaf_count > stamped_size_) {
    if (oldest_of_ == stamped_size_) return absl::OkStatus();
    COMITY_ASSIGN_OR_RETURN(const journal::Entry entry, setup_.journal->ReadEntry(stamped_size_));
    oldest = entry.commit_time;
    oldest_of_ = stamped_size_;
  }
  const absl::MutexLock lock(&mutex_);
  oldest_ = oldest;
  return absl::OkStatus();
}

absl::Status CheckpointStamper::Stamp(const journal::PublishedCheckpoint& checkpoint) {
  const TimestampRequest request = TimestampRequest::Over(checkpoint.note);
  COMITY_ASSIGN_OR_RETURN(const std::string reply, setup_.ask(request.der()));
  COMITY_RETURN_IF_ERROR(request.Check(reply, setup_.trusted).status());

  const std::string folder = FolderOf(setup_.publication);
  std::error_code error;
  // Not its parents: a publication directory that is gone is not mounted.
  if (fs::create_directory(folder, error)) {
    COMITY_RETURN_IF_ERROR(storage::SyncDirectory(setup_.publication));
  }
  const std::string base = absl::StrCat(folder, "/", checkpoint.size);
  // The .tsr counts, and must find its checkpoint.
  COMITY_RETURN_IF_ERROR(
      storage::WriteFileAtomically(base + ".checkpoint", checkpoint.note, kMode));
  return storage::WriteFileAtomically(base + ".tsr", reply, kMode);
}

absl::Duration CheckpointStamper::Age() const {
  return std::max(setup_.clock->Now() - oldest_, absl::ZeroDuration());
}

absl::Status CheckpointStamper::Current() const {
  const absl::MutexLock lock(&mutex_);
  if (Age() <= setup_.limit) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kUnavailable,
      "No new exchange begins because evidence lacks a timestamp for longer than the "
      "service may allow; its operator must look after the time-stamping authority and "
      "the witnesses.",
      {.reason = "TIMESTAMPS_OVERDUE"});
}

CheckpointStamper::Stats CheckpointStamper::stats() const {
  const absl::MutexLock lock(&mutex_);
  Stats stats = stats_;
  stats.age = Age();
  return stats;
}

}  // namespace comity::timestamps
