#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/journal/participant.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/clock.h"

namespace comity::journal {

// State in memory, twice: readers see the last committed copy, the writer's bodies the working
// copy, which already has the earlier mutations of the batch. After a commit the copies change
// places and the batch's changes are replayed on the other one. Reading neither copies nor waits.
//
// State is copyable (constructible from another) and has void Apply(const Change&), which must give
// the same result on equal states and cannot fail: the body checks before it stages.
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
// View is thread-safe; working and Stage are for bodies, which run on the writer thread. Guards
// must not outlive the TwinState.
template <typename State, typename Change>
class TwinState final : public Participant {
 private:
  // Room for one copy. Slots are used again but never freed while the TwinState lives, so that a
  // reader may touch the count of a slot that went out of use under its hands.
  struct Slot {
    std::atomic<std::int64_t> readers = 0;
    std::optional<State> state;
    std::int64_t revision = 0;
    absl::Time commit_time;
  };

 public:
  // One committed state; it does not change while it is held. Hold it for a call, not for a stream:
  // a copy that is held when its turn comes is left to its readers and the state is copied anew.
  class Guard {
   public:
    Guard(const Guard& other) : slot_(other.slot_) { slot_->readers.fetch_add(1); }
    Guard& operator=(Guard other) {
      std::swap(slot_, other.slot_);
      return *this;
    }
    ~Guard() { slot_->readers.fetch_sub(1); }

    const State& operator*() const { return *slot_->state; }
    const State* operator->() const { return &*slot_->state; }

    // The revision and the commit time that it is of.
    std::int64_t revision() const { return slot_->revision; }
    absl::Time commit_time() const { return slot_->commit_time; }

   private:
    friend class TwinState;
    // Takes over a count.
    explicit Guard(Slot* slot) : slot_(slot) {}

    Slot* slot_;
  };

  // Reads a mutation that another process committed: the changes that its body staged. On the
  // writer thread.
  using Reader = std::function<absl::StatusOr<std::vector<Change>>(const CommittedMutation&)>;

  // `state` is that of `head`. Without a `reader` only this process may write.
  TwinState(State state, const Head& head, Reader reader = nullptr)
      : reader_(std::move(reader)), published_(NewSlot()), working_(NewSlot()) {
    published_->state = std::move(state);
    published_->revision = head.revision;
    published_->commit_time = head.commit_time;
    CopyPublished();
    front_ = published_;
  }

  // The last committed state.
  Guard View() const {
    while (true) {
      Slot* const slot = front_;
      slot->readers.fetch_add(1);
      // The writer changes a slot only after it saw it out of front and then without readers. Both
      // sides write first and look then, in one order for all (sequentially consistent), so either
      // the writer sees this count or this sees the slot out of front, and leaves it unread.
      if (front_ == slot) return Guard(slot);
      slot->readers.fetch_sub(1);
    }
  }

  // The state with everything accepted so far; what this body staged is not in it yet.
  const State& working() const { return *working_->state; }

  // Adds a change to this mutation. It is applied when the mutation is accepted.
  void Stage(Change change) { staged_.push_back(std::move(change)); }

  void Accept() override {
    for (Change& change : staged_) {
      working_->state->Apply(change);
      accepted_.push_back(std::move(change));
    }
    staged_.clear();
  }

  void Refuse() override { staged_.clear(); }

  std::int64_t revision() const override { return published_->revision; }

  absl::Status Follow(const CommittedMutation& mutation) override {
    if (reader_ == nullptr) {
      return MakeError(absl::StatusCode::kInternal,
                       "Another process wrote to a store that this program keeps to itself.",
                       {.reason = "STORE_NOT_SHARED"});
    }
    COMITY_ASSIGN_OR_RETURN(std::vector<Change> changes, reader_(mutation));
    for (Change& change : changes) Stage(std::move(change));
    Accept();
    return absl::OkStatus();
  }

  void Publish(const CommitRange& range) override {
    working_->commit_time = range.commit_time;
    working_->revision = std::max(published_->revision, range.last_revision);
    std::swap(published_, working_);
    front_ = published_;
  }

  void Settle() override {
    const absl::Duration patience = SystemClock().SinceBoot() + kPatience;
    bool free = working_->readers == 0;
    while (!free && SystemClock().SinceBoot() < patience) free = working_->readers == 0;
    if (free) {
      for (const Change& change : accepted_) working_->state->Apply(change);
      working_->revision = published_->revision;
      working_->commit_time = published_->commit_time;
    } else {
      working_ = FreeSlot();
      CopyPublished();
    }
    accepted_.clear();
    DropAbandoned();
  }

  void Discard() override {
    staged_.clear();
    if (accepted_.empty()) return;
    accepted_.clear();
    CopyPublished();
  }

 private:
  // Readers hold a view for microseconds; a longer one must not hold up the write path.
  static constexpr absl::Duration kPatience = absl::Milliseconds(1);

  Slot* NewSlot() {
    slots_.push_back(std::make_unique<Slot>());
    return slots_.back().get();
  }

  // A slot that nobody reads and that is not published.
  Slot* FreeSlot() {
    for (const auto& slot : slots_) {
      if (slot.get() != published_ && slot->readers == 0) return slot.get();
    }
    return NewSlot();
  }

  void CopyPublished() {
    working_->state.emplace(*published_->state);
    working_->revision = published_->revision;
    working_->commit_time = published_->commit_time;
  }

  // Frees the states that were left to slow readers and have none any more.
  void DropAbandoned() {
    if (slots_.size() == 2) return;
    for (const auto& slot : slots_) {
      if (slot.get() != published_ && slot.get() != working_ && slot->readers == 0) {
        slot->state.reset();
      }
    }
  }

  const Reader reader_;

  // Of the writer thread. Slots are declared before what points to them.
  std::vector<std::unique_ptr<Slot>> slots_;
  Slot* published_;
  Slot* working_;
  std::vector<Change> staged_;
  std::vector<Change> accepted_;

  // What readers see.
  std::atomic<Slot*> front_ = nullptr;
};

}  // namespace comity::journal
