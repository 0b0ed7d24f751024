#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/journal/twin_state.h"
#include "services/engagement-scheduling/domain/schedule.h"

namespace comity::engagement_scheduling {

// What a mutation decides.
struct Plan {
  std::vector<Change> changes;  // Empty: nothing is to be changed.
  std::string detail;           // Of the ledger's entry: canonical JSON, or empty.
};

// The schedule over its journal: the state in memory, twice (readers never wait), every mutation
// durable with its leaf before it is answered.
//
// An engagement is kept as the bytes of v1.Engagement under kind "engagement", a calendar as those
// of v1.Calendar under kind "calendar", named by the digest of its owner. Both hold free text or
// what concerns persons, so the bytes are sealed and go when their month's key goes: a person's
// hours are then the office's again. Calendars of resources are not sealed.
//
// Thread-safe.
class ScheduleStore {
 public:
  using State = journal::TwinState<Schedule, Change>;

  // Loads the last state. `journal` is not owned, must outlive this object, and must not have
  // written before. DATA_LOSS `RECORD_UNREADABLE`; errors of the journal.
  static absl::StatusOr<std::unique_ptr<ScheduleStore>> Open(journal::Journal* journal);

  // The last committed state.
  State::Guard View() const { return state_.View(); }

  // Runs on the writer thread, on the latest state.
  using Planner = std::function<absl::StatusOr<Plan>(const Schedule& latest, absl::Time now)>;

  // What became of a mutation.
  struct Written {
    journal::Committed committed;
    // The first resource of the plan, as the first answer had it: at its revision if this was a
    // repetition.
    std::optional<Change> made;
  };

  // Runs `planner` in its turn and commits what it plans. Fails as the planner does, or as
  // Journal::Mutate.
  absl::StatusOr<Written> Write(journal::Attempt attempt, Planner planner);

  journal::Journal& journal() { return *journal_; }
  const std::string& store_id() const { return store_id_; }

 private:
  ScheduleStore(journal::Journal* journal, Schedule loaded, const journal::Head& head)
      : journal_(journal), store_id_(head.store_id), state_(std::move(loaded), head) {}

  // nullopt if the key of its month was destroyed.
  static absl::StatusOr<std::optional<Change>> Read(journal::Journal& journal,
                                                    const journal::Version& version);
  static absl::Status Put(const Change& change, const std::string& store_id, journal::Turn& turn);

  journal::Journal* const journal_;
  const std::string store_id_;
  State state_;
};

}  // namespace comity::engagement_scheduling
