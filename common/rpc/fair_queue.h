#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/error.h"
#include "common/time/clock.h"

namespace comity::rpc {

// A bounded queue that callers share fairly: the next piece of work is that of the caller served
// least recently, no caller may hold more than a quarter of the queue, nor more than is left for
// the others, nor, where work may wait for its caller, have more than his share in progress.
//
// A queue that does not empty makes everybody late and nobody's work done sooner. So the whole of
// it is for bursts; once it has stood for `burst`, and until a second has passed without a refusal,
// the bound is `standing`: what is admitted waits about as long as that much takes to run, however
// fast the machine.
//
// Not thread-safe: Executor and Turns have the lock.
template <typename Work>
class FairQueue {
 public:
  struct Options {
    std::size_t length = 1024;  // Pieces of work waiting, at most.
    std::size_t standing = 0;   // The same once the queue stands. 0: `length`.
    absl::Duration burst = absl::Milliseconds(100);
    const Clock* clock = &SystemClock();  // Not owned.
    // Pieces of one caller's work in progress, at most; his others wait. 0: no limit.
    std::size_t running_of_a_caller = 0;
    // Pieces of work in progress, all callers', at most, which whoever takes them sees to. While
    // there are several callers none has more than twice an equal share of these: who always has
    // work waiting would else take all that the others leave between two calls of theirs. 0: shares
    // are not limited so. Not together with on_ready.
    std::size_t running = 0;
    // Called when there is one more caller whose work may be taken. May be empty.
    std::function<void()> on_ready;
  };

  // One caller's work.
  struct Line {
    std::deque<Work> work;
    std::size_t running = 0;
  };
  using Lines = std::unordered_map<std::string, Line>;

  struct Taken {
    typename Lines::value_type* line;  // Stays where it is until Finish.
    Work work;
  };

  explicit FairQueue(Options options)
      : options_(WithBounds(std::move(options))),
        too_busy_(MakeError(absl::StatusCode::kResourceExhausted,
                            "more calls wait than the service can answer soon; try again later.",
                            {.reason = "TOO_BUSY", .retry_after = absl::Seconds(1)})),
        too_many_calls_(
            MakeError(absl::StatusCode::kResourceExhausted,
                      "this caller has as many calls waiting as the others leave room for; make "
                      "fewer at a time.",
                      {.reason = "TOO_MANY_CALLS", .retry_after = absl::Seconds(1)})) {}

  // Queues `work` for `caller`. RESOURCE_EXHAUSTED `TOO_BUSY` or `TOO_MANY_CALLS` (this caller's
  // share is used up), both with a time to wait; `work` is dropped then.
  absl::Status Push(absl::string_view caller, Work work) {
    const absl::Duration now = options_.clock->SinceBoot();
    // A queue of those only who have their share does not stand.
    if (!ready()) standing_since_ = now;
    // Under overload the queue empties now and then by chance: that is no reason to let a burst in.
    const bool stands =
        now < overloaded_until_ || (size_ > 0 && now - standing_since_ > options_.burst);
    const std::size_t bound = stands ? options_.standing : options_.length;
    if (size_ >= bound) {
      if (stands) overloaded_until_ = now + kOverloadLasts;
      return too_busy_;
    }
    const auto line = lines_.find(std::string(caller));
    const std::size_t waiting = line == lines_.end() ? 0 : line->second.work.size();
    // The fuller the queue, the less of it for one caller: the last place is for who has none.
    const std::size_t share =
        std::min(std::max<std::size_t>(1, options_.length / 4), bound - size_);
    if (waiting >= share) return too_many_calls_;
    PushAdmitted(caller, std::move(work));
    return absl::OkStatus();
  }

  // The same past every limit.
  void PushAdmitted(absl::string_view caller, Work work) {
    typename Lines::value_type& line = *lines_.try_emplace(std::string(caller)).first;
    line.second.work.push_back(std::move(work));
    if (size_++ == 0) standing_since_ = options_.clock->SinceBoot();
    if (line.second.work.size() == 1) TakeTurn(line);
  }

  // Whether there is work that may be taken.
  bool ready() const { return Next() != turn_.end(); }

  // The next piece of work, in progress until Finish(line). Only if ready().
  Taken Take() {
    const auto next = Next();
    typename Lines::value_type& line = **next;
    turn_.erase(next);
    Taken taken{&line, std::move(line.second.work.front())};
    line.second.work.pop_front();
    --size_;
    ++line.second.running;
    TakeTurn(line);
    return taken;
  }

  void Finish(typename Lines::value_type* line) {
    if (line->second.running-- == options_.running_of_a_caller) TakeTurn(*line);
    if (line->second.work.empty() && line->second.running == 0) {
      lines_.erase(lines_.find(line->first));
    }
  }

  // Pieces of work waiting.
  std::size_t size() const { return size_; }

 private:
  static constexpr absl::Duration kOverloadLasts = absl::Seconds(1);

  static Options WithBounds(Options options) {
    if (options.standing == 0) options.standing = options.length;
    options.standing = std::min(options.standing, options.length);
    return options;
  }

  // Whose turn it is.
  typename std::list<typename Lines::value_type*>::const_iterator Next() const {
    if (options_.running == 0 || turn_.empty()) return turn_.begin();
    const std::size_t most = std::max<std::size_t>(1, 2 * options_.running / lines_.size());
    return std::find_if(turn_.begin(), turn_.end(),
                        [&](const auto* line) { return line->second.running < most; });
  }

  // `line` has no turn: it gets one if it has work that may run.
  void TakeTurn(typename Lines::value_type& line) {
    const std::size_t most = options_.running_of_a_caller;
    if (line.second.work.empty() || (most > 0 && line.second.running >= most)) return;
    turn_.push_back(&line);
    if (options_.on_ready) options_.on_ready();
  }

  const Options options_;
  const absl::Status too_busy_;  // Made once: under overload refusing must cost little.
  const absl::Status too_many_calls_;
  Lines lines_;  // By caller.
  // Of callers with work that may run, as far as running_of_a_caller says, next first.
  std::list<typename Lines::value_type*> turn_;
  std::size_t size_ = 0;
  absl::Duration standing_since_;    // When the queue was last empty, since boot.
  absl::Duration overloaded_until_;  // A second after the last call that a standing queue refused.
};

}  // namespace comity::rpc
