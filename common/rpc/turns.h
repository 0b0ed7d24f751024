#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/fair_queue.h"

namespace comity::rpc {

// So many pieces of work in progress at a time behind a FairQueue, without threads of its own: work
// whose turn has come begins at once, on the thread that brings it or on the one that ended a turn
// before, and is in progress until it gives its turn back, on whatever thread. It must not block.
// Thread-safe.
class Turns {
 public:
  class Turn;
  using Work = std::function<void(Turn)>;

  struct Options {
    std::size_t at_once = 64;
    FairQueue<Work>::Options queue;  // Its `running` is `at_once`.
  };
  explicit Turns(Options options)
      : at_once_(options.at_once), queue_(WithShares(std::move(options.queue), options.at_once)) {}
  // Waits until what was submitted has begun and every turn has ended.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // Begins `work`, or queues it for `caller`; refuses as FairQueue::Push.
  absl::Status Submit(absl::string_view caller, Work work);

  // Pieces of work waiting.
  std::size_t queued() const;

 private:
  using Line = FairQueue<Work>::Lines::value_type;

  static FairQueue<Work>::Options WithShares(FairQueue<Work>::Options queue, std::size_t at_once) {
    queue.running = at_once;
    return queue;
  }

  void End(Line* line);
  // Begins what may begin. The lock is given up for each piece of work.
  void HandOut() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t at_once_;
  mutable absl::Mutex mutex_;
  absl::CondVar idle_;
  FairQueue<Work> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;      // Turns that have not ended.
  std::size_t handing_out_ ABSL_GUARDED_BY(mutex_) = 0;  // Threads in HandOut.
};

// Ends when it is destroyed.
class Turns::Turn {
 public:
  Turn() = default;
  Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), line_(other.line_) {}
  Turn& operator=(Turn&& other) noexcept {
    if (this == &other) return *this;
    End();
    turns_ = std::exchange(other.turns_, nullptr);
    line_ = other.line_;
    return *this;
  }
  ~Turn() { End(); }

  void End() {
    if (turns_ != nullptr) std::exchange(turns_, nullptr)->End(line_);
  }

 private:
  friend class Turns;
  Turn(Turns* turns, Line* line) : turns_(turns), line_(line) {}

  Turns* turns_ = nullptr;
  Line* line_ = nullptr;
};

}  // namespace comity::rpc
