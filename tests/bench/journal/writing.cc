#include "tests/bench/journal/writing.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/journal/entry.h"

namespace comity::journal {
namespace {

// Between two looks for a checkpoint: what is measured is longer by half of it.
constexpr absl::Duration kLook = absl::Milliseconds(1);

// From the answer of a mutation to the published checkpoint over its entry. Thread-safe.
class Publications {
 public:
  explicit Publications(const Journal* journal)
      : journal_(journal), watcher_([this] { Watch(); }) {}

  // Of one caller, so that they come in the order of their leaves.
  void NoteCommit(std::int64_t leaf_index) {
    const absl::MutexLock lock(&mutex_);
    waiting_.emplace_back(leaf_index, absl::Now());
  }

  // Waits for those that were noted; all of them, sorted.
  std::vector<absl::Duration> Finish() {
    {
      const absl::MutexLock lock(&mutex_);
      finishing_ = true;
    }
    watcher_.join();
    std::sort(took_.begin(), took_.end());
    return std::move(took_);
  }

 private:
  void Watch() {
    while (true) {
      const auto latest = journal_->LatestCheckpoint();
      const std::int64_t covered = latest.ok() ? latest->size : 0;
      const absl::Time now = absl::Now();
      {
        const absl::MutexLock lock(&mutex_);
        for (; !waiting_.empty() && waiting_.front().first < covered; waiting_.pop_front()) {
          took_.push_back(now - waiting_.front().second);
        }
        if (finishing_ && waiting_.empty()) return;
      }
      absl::SleepFor(kLook);
    }
  }

  const Journal* const journal_;
  absl::Mutex mutex_;
  std::deque<std::pair<std::int64_t, absl::Time>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<absl::Duration> took_;  // Of the watcher, while it runs.
  std::thread watcher_;
};

// Bytes that this process gave to write calls.
std::int64_t WrittenBytes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (io >> name >> value) {
    if (name == "wchar:") return value;
  }
  return 0;
}

}  // namespace

double Milliseconds(const std::vector<absl::Duration>& sorted, double quantile) {
  if (sorted.empty()) return 0;
  return absl::ToDoubleMilliseconds(
      sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))]);
}

Written WriteFor(Journal& journal, absl::Duration duration, int callers) {
  const Stats before = journal.stats();
  Publications publications(&journal);
  const std::string content(256, 'c');
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> failed = 0;

  std::vector<std::thread> threads;
  const std::int64_t written_before = WrittenBytes();
  const absl::Time begin = absl::Now();
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      const std::string id = absl::StrCat("spiffe://agency.example/application/", caller);
      while (!stop) {
        const std::string request_id = NewUuid(absl::Now());
        const Attempt attempt{.caller = id, .method = "bench/Write", .request_id = request_id};
        std::int64_t leaf_index = 0;
        const auto done = journal.Mutate(attempt, [&](Turn& turn) {
          turn.SetResource(request_id);
          if (auto put = turn.Put("thing", request_id, content); !put.ok()) return put;
          const auto leaf = turn.AddLeaf({.time = turn.now(),
                                          .kind = kMutationEntry,
                                          .caller = id,
                                          .method = "bench/Write",
                                          .request_id = request_id,
                                          .revision = turn.revision(),
                                          .resource = request_id,
                                          .outcome = "DONE"});
          if (leaf.ok()) leaf_index = leaf->leaf_index;
          return leaf.status();
        });
        if (!done.ok()) {
          ++failed;
        } else if (caller == 0) {
          publications.NoteCommit(leaf_index);
        }
      }
    });
  }
  absl::SleepFor(duration);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  const Stats after = journal.stats();
  return {.seconds = seconds,
          .mutations = after.mutations - before.mutations,
          .batches = after.batches - before.batches,
          .bytes = WrittenBytes() - written_before,
          .failed = failed,
          .published = publications.Finish()};
}

}  // namespace comity::journal
