#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/journal/twin_state.h"
#include "common/journal/types.h"
#include "services/engagement-scheduling/domain/schedule.h"

namespace comity::engagement_scheduling {

// What a mutation decides.
struct Plan {
  std::vector<Change> changes;  // Empty: nothing is to be changed.
  // With no changes: what stands as it was asked for already, to be answered with.
  std::optional<Change> standing;
  std::string detail;  // Of the ledger's entry: canonical JSON, or empty.
};

// Where the schedule is kept: the state in memory, twice (readers never wait), every mutation
// durable with its evidence before it is answered.
//
// Thread-safe.
class ScheduleStore {
 public:
  using State = journal::TwinState<Schedule, Change>;

  virtual ~ScheduleStore() = default;

  // The last committed state.
  virtual State::Guard View() const = 0;

  // Runs on the writer thread, on the latest state.
  using Planner = std::function<absl::StatusOr<Plan>(const Schedule& latest, absl::Time now)>;

  // What became of a mutation.
  struct Written {
    journal::Committed committed;
    // The first resource of the plan as it was committed, or what stands. nullopt: there is
    // neither; of a repetition, see Recall.
    std::optional<Change> made;
  };
  using Done = std::function<void(absl::StatusOr<Written>)>;

  // Runs `planner` in its turn, commits what it plans, and calls `done` as Journal::Submit does.
  // Fails as the planner does, or as Journal::Mutate.
  virtual void Submit(journal::Attempt attempt, Planner planner, Done done) = 0;

  // Of a repetition: with what was made when it was answered first, at its revision. nullopt: the
  // key of its month was destroyed since. Anything else it gives back. Reads the store.
  virtual absl::StatusOr<Written> Recall(Written written) = 0;

  // What Write would answer `attempt` with as a repetition; nullopt: it would run the planner.
  // Reads the store and writes nothing. Fails as Journal::FindAnswer.
  virtual absl::StatusOr<std::optional<Written>> FindAnswer(const journal::Attempt& attempt) = 0;

  // Submit, waiting for the end, and Recall.
  absl::StatusOr<Written> Write(journal::Attempt attempt, Planner planner);

  virtual const std::string& store_id() const = 0;
};

}  // namespace comity::engagement_scheduling
