#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/rpc/streams.h"
#include "common/time/clock.h"
#include "services/partner-registry/domain/leases.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/domain/shared_fact.h"
#include "services/partner-registry/domain/visibility.h"
#include "services/partner-registry/transport/footnotes.h"

namespace comity::partner_registry {

// Whose eyes a replica of the registry sees with.
inline Viewer ReplicaViewer() { return {.all = true, .insight = Insight::kReplica}; }

// A fact that `viewer` may see, as it is sent: grounds of decisions are free text that nothing but
// this service needs, and nobody needs to know who recorded what to follow what is recorded.
v1::Fact ForTheWire(const Viewer& viewer, Fact fact, absl::string_view store_id);

// How many bytes a part of a feed has, about: a revision that comes to less is never cut, and no
// part has more than twice as many and one fact. gRPC takes 8 MiB a message.
inline constexpr std::size_t kBytesAPart = std::size_t{256} << 10;

// What a stream of changes has sent and has yet to send: a snapshot if it was asked for, then every
// change in order and without a gap, read from the journal as the reader has room. Messages are
// made of it one by one: of a reader who is slow no more is kept than what it is owed.
//
// One thread at a time.
class FeedCursor {
 public:
  // `viewer` sees what it may. `store` and `clock` are not owned.
  FeedCursor(RegistryStore* store, const Clock* clock, Viewer viewer)
      : store_(store), clock_(clock), viewer_(std::move(viewer)) {}

  // Goes on after `number`, or begins with a snapshot.
  void StartAfter(std::int64_t number) { sent_ = number; }
  void StartWithSnapshot();

  // The next message: changes or nothing but a bookmark; nullopt if the reader has everything.
  struct Part {
    std::vector<v1::Change> changes;
    std::optional<std::int64_t> bookmark;  // None: more of the same revision follows.
  };
  absl::StatusOr<std::optional<Part>> Next();

  // The revision up to which Next has given out everything.
  std::int64_t sent() const { return sent_; }

 private:
  // What is left of a snapshot.
  struct SnapshotLeft {
    std::vector<FactPointer> facts;
    std::size_t at = 0;
    std::int64_t revision = 0;
    absl::Time commit_time;
    absl::CivilDay today;
    Footnotes footnotes;
  };
  // What is left of changes that were read.
  struct ChangesLeft {
    std::vector<CommittedChange> changes;
    std::size_t at = 0;
    std::size_t fact = 0;  // Of the change at `at`.
  };

  v1::Change FrameOf(std::int64_t revision, absl::Time commit_time) const;
  Part NextOfSnapshot();
  Part NextOfChanges();
  // What `viewer_` is sent of `fact`; returns how many bytes that is.
  std::size_t Add(Fact fact, absl::CivilDay today, v1::Change& to);
  void Remember(const Fact& fact);

  RegistryStore* const store_;
  const Clock* const clock_;
  const Viewer viewer_;
  // Instruments of others that were sent to who does not see all: when they were made public may
  // be doubted later.
  std::set<std::string> shown_;
  std::int64_t sent_ = 0;
  std::optional<SnapshotLeft> snapshot_;
  ChangesLeft left_;
};

// Watch and Replicate. Thread-safe.
class Feed {
 public:
  // None is owned; all must outlive this object and every stream.
  Feed(RegistryStore* store, Leases* leases, const Clock* clock)
      : store_(store), leases_(leases), clock_(clock) {}

  // OUT_OF_RANGE `RESYNC`: `after` is of another store, or lies ahead.
  absl::Status Watch(const v1::WatchRequest& request,
                     std::shared_ptr<rpc::Outflow<v1::WatchResponse>> stream) const;

  // INVALID_ARGUMENT `REPLICA_ID_INVALID`: no id, or another than in the first message.
  // FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT`: a store that was restored is followed by
  // nobody, since it may lack withdrawals.
  absl::Status Replicate(
      std::shared_ptr<rpc::Session<v1::ReplicateRequest, v1::ReplicateResponse>> stream) const;

 private:
  RegistryStore* const store_;
  Leases* const leases_;
  const Clock* const clock_;
};

}  // namespace comity::partner_registry
