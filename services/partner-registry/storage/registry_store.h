#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/journal/twin_state.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// One mutation as it was committed.
struct CommittedChange {
  Change change;
  absl::Time commit_time;
  bool barrier = false;  // Releases must not rest on an earlier revision.
};

// The registry over its journal: the state in memory, twice (readers never wait), every mutation
// durable with its leaf before it is answered, and every earlier revision readable.
//
// A fact is kept as the bytes of v1.Fact under the kinds of KindOf(); a barrier as an entry of kind
// "barrier" in the same revision. The grounds of a decision are free text and kept sealed, so that
// they go when their month's key goes.
//
// Thread-safe.
class RegistryStore {
 public:
  using State = journal::TwinState<Registry, Change>;

  // Loads the last state. `journal` is not owned, must outlive this object, and must not have
  // written before. DATA_LOSS `RECORD_UNREADABLE`; errors of the journal.
  static absl::StatusOr<std::unique_ptr<RegistryStore>> Open(journal::Journal* journal);

  // The last committed state.
  State::Guard View() const { return state_.View(); }

  // What a mutation decides; see domain/mutations.h. Runs on the writer thread, on the latest
  // state.
  using Planner = std::function<absl::StatusOr<Plan>(const Registry& latest, absl::Time now)>;

  // What became of a mutation.
  struct Written {
    journal::Committed committed;
    // The resource as the first answer had it: at its revision if this was a repetition.
    std::optional<Fact> fact;
    bool barrier = false;
  };

  // Runs `planner` in its turn and commits what it plans: rows, feed, leaf. `detail` is a canonical
  // JSON object for the leaf, or empty. Fails as the planner does, or as Journal::Mutate.
  absl::StatusOr<Written> Write(journal::Attempt attempt, std::string detail, Planner planner);

  // The state at an earlier revision; 0 is the empty registry. OUT_OF_RANGE `REVISION_UNKNOWN`.
  absl::StatusOr<std::shared_ptr<const Registry>> At(std::int64_t revision);

  // Mutations after `after`, in order, as many as hold about `limit` facts; empty: there are none.
  absl::StatusOr<std::vector<CommittedChange>> ChangesAfter(std::int64_t after, std::size_t limit);

  journal::Journal& journal() { return *journal_; }
  const std::string& store_id() const { return store_id_; }

 private:
  static constexpr std::size_t kStatesKept = 4;

  RegistryStore(journal::Journal* journal, Registry loaded, const journal::Head& head)
      : journal_(journal), store_id_(head.store_id), state_(std::move(loaded), head) {}

  absl::StatusOr<Fact> Read(const journal::Version& version);
  absl::StatusOr<absl::Time> CommitTime(std::int64_t revision);
  absl::StatusOr<Registry> Load(std::int64_t revision,
                                const std::vector<journal::Version>& versions);
  absl::StatusOr<Fact> Stamp(const Fact& fact, journal::Turn& turn, std::string& record) const;

  journal::Journal* const journal_;
  const std::string store_id_;
  State state_;

  absl::Mutex mutex_;
  std::map<std::int64_t, absl::Time> commit_times_ ABSL_GUARDED_BY(mutex_);
  // Earlier states, the last used first.
  std::list<std::shared_ptr<const Registry>> earlier_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
