#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/journal/participant.h"

namespace comity::journal {

// State in memory, twice: readers see the last committed copy, the writer's bodies the working
// copy, which already has the earlier mutations of the batch. After a commit the copies change
// places and the batch's changes are replayed on the other one. Reading neither copies nor waits.
//
// State is copyable and has void Apply(const Change&), which must give the same result on equal
// states and cannot fail: the body checks before it stages.
//
//   TwinState<Calendar, CalendarChange> calendar(LoadCalendar(*journal), journal->head());
//   journal->Attach(&calendar);
//   journal->Mutate(attempt, [&](Turn& turn) {
//     COMITY_RETURN_IF_ERROR(calendar.working().CheckFree(slot));
//     COMITY_RETURN_IF_ERROR(turn.Put("booking", id, bytes));
//     calendar.Stage(Booked{...});
//     return absl::OkStatus();
//   });
//   calendar.View()->Find(...);
//
// View is thread-safe; working and Stage are for bodies, which run on the writer thread.
template <typename State, typename Change>
class TwinState final : public Participant {
 private:
  struct Copy {
    State state;
    std::int64_t revision;
    absl::Time commit_time;
  };

 public:
  // One committed state; it does not change while it is held. Hold it for a call, not for a stream:
  // a copy that is held when its turn comes is left to its readers and the state is copied anew.
  class Guard {
   public:
    const State& operator*() const { return copy_->state; }
    const State* operator->() const { return &copy_->state; }

    // The revision and the commit time that it is of.
    std::int64_t revision() const { return copy_->revision; }
    absl::Time commit_time() const { return copy_->commit_time; }

   private:
    friend class TwinState;
    explicit Guard(std::shared_ptr<const Copy> copy) : copy_(std::move(copy)) {}

    std::shared_ptr<const Copy> copy_;
  };

  // `state` is that of `head`.
  TwinState(State state, const Head& head)
      : published_(std::make_shared<Copy>(Copy{std::move(state), head.revision, head.commit_time})),
        working_(std::make_shared<Copy>(*published_)),
        front_(published_) {}

  // The last committed state.
  Guard View() const { return Guard(front_.load(std::memory_order_acquire)); }

  // The state with everything accepted so far; what this body staged is not in it yet.
  const State& working() const { return working_->state; }

  // Adds a change to this mutation. It is applied when the mutation is accepted.
  void Stage(Change change) { staged_.push_back(std::move(change)); }

  void Accept() override {
    for (Change& change : staged_) {
      working_->state.Apply(change);
      accepted_.push_back(std::move(change));
    }
    staged_.clear();
  }

  void Refuse() override { staged_.clear(); }

  void Publish(const CommitRange& range) override {
    working_->commit_time = range.commit_time;
    if (range.last_revision >= range.first_revision) working_->revision = range.last_revision;
    std::swap(published_, working_);
    front_.store(published_, std::memory_order_release);
  }

  void Settle() override {
    // Only this thread and late readers of the old copy hold it now; no new reader can come.
    const absl::Time patience = absl::Now() + kPatience;
    bool alone = working_.use_count() == 1;
    while (!alone && absl::Now() < patience) alone = working_.use_count() == 1;
    if (alone) {
      // Pairs with the release in the readers' last decrement, so that their reads come before.
      std::atomic_thread_fence(std::memory_order_acquire);
      for (const Change& change : accepted_) working_->state.Apply(change);
      working_->revision = published_->revision;
      working_->commit_time = published_->commit_time;
    } else {
      working_ = std::make_shared<Copy>(*published_);
    }
    accepted_.clear();
  }

  void Discard() override {
    staged_.clear();
    if (accepted_.empty()) return;
    accepted_.clear();
    working_ = std::make_shared<Copy>(*published_);
  }

 private:
  // Readers hold a view for microseconds; a longer one must not hold up the write path.
  static constexpr absl::Duration kPatience = absl::Milliseconds(1);

  // Touched by the writer thread only.
  std::shared_ptr<Copy> published_;
  std::shared_ptr<Copy> working_;
  std::vector<Change> staged_;
  std::vector<Change> accepted_;

  std::atomic<std::shared_ptr<const Copy>> front_;
};

}  // namespace comity::journal
