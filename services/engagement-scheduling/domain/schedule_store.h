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
    // The first resource of the plan, as the first answer had it: at its revision if this was a
    // repetition; or what stands. nullopt: there is neither, or the key of its month was destroyed
    // since.
    std::optional<Change> made;
  };

  // Runs `planner` in its turn and commits what it plans. Fails as the planner does, or as
  // Journal::Mutate.
  virtual absl::StatusOr<Written> Write(journal::Attempt attempt, Planner planner) = 0;

  virtual const std::string& store_id() const = 0;
};

}  // namespace comity::engagement_scheduling
