#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/journal/twin_state.h"
#include "common/journal/types.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// One mutation as it was committed.
struct CommittedChange {
  Change change;
  absl::Time commit_time;
  bool barrier = false;  // Releases must not rest on an earlier revision.
};

// Where the registry is kept: the state in memory, twice (readers never wait), every mutation
// durable with its evidence before it is answered, and every earlier revision readable.
//
// Thread-safe.
class RegistryStore {
 public:
  using State = journal::TwinState<Registry, Change>;

  virtual ~RegistryStore() = default;

  // The last committed state.
  virtual State::Guard View() const = 0;

  // What a mutation decides; see mutations.h. Runs on the writer thread, on the latest state.
  using Planner = std::function<absl::StatusOr<Plan>(const Registry& latest, absl::Time now)>;

  // What became of a mutation.
  struct Written {
    journal::Committed committed;
    // The resource as the first answer had it: at its revision if this was a repetition.
    std::optional<Fact> fact;
  };

  // Runs `planner` in its turn and commits what it plans. `detail` is a canonical JSON object for
  // the ledger, or empty. Fails as the planner does, or as Journal::Mutate.
  virtual absl::StatusOr<Written> Write(journal::Attempt attempt, std::string detail,
                                        Planner planner) = 0;

  // What Write would answer `attempt` with as a repetition, at the state of View; nullopt: it would
  // run the planner. Writes nothing. Fails as Journal::FindAnswer.
  virtual absl::StatusOr<std::optional<Written>> FindAnswer(const journal::Attempt& attempt) = 0;

  // Makes the keys that recording these contacts (names) takes, where nobody waits for it: in the
  // turn of a Write that comes without, syncing the files of thousands holds up everybody who
  // writes. The key of a contact that is not recorded after all has sealed nothing, and is there
  // when it is. Errors of the files.
  virtual absl::Status PrepareKeys(const std::vector<std::string>& contacts) = 0;

  // The state at an earlier revision; 0 is the empty registry. OUT_OF_RANGE `REVISION_UNKNOWN`.
  virtual absl::StatusOr<std::shared_ptr<const Registry>> At(std::int64_t revision) = 0;

  // Mutations after `after`, in order, as many as hold about `limit` facts; empty: there are none.
  virtual absl::StatusOr<std::vector<CommittedChange>> ChangesAfter(std::int64_t after,
                                                                    std::size_t limit) = 0;

  // Calls `callback` after every commit, on the writer thread: it must only wake somebody. Not
  // called again once the returned handle is gone.
  virtual std::shared_ptr<void> Subscribe(std::function<void()> callback) = 0;

  // The last published checkpoint of the ledger (signed note); empty if there is none.
  virtual std::string LatestCheckpoint() const = 0;

  virtual const std::string& store_id() const = 0;
};

}  // namespace comity::partner_registry
