#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/legal/facts.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/registry_replica/seed.h"
#include "common/registry_replica/snapshot.h"
#include "common/release/release_lock.h"
#include "common/time/clock.h"

namespace grpc {
class Channel;
}

// What the services other than the registry know of it: a replica in memory, kept by a stream, and
// a lease that says how long decisions for operational data may rest on it. README.md has the life
// of a withdrawal.
namespace comity::registry_replica {

struct ReplicaOptions {
  // To the registry (rpc::Connect), shared with nobody who closes it.
  std::shared_ptr<grpc::Channel> channel;
  // Where the replica is kept between starts, `<folder>/registry-replica`; "" keeps nothing. The
  // folder is there already.
  std::string folder;
  // What it starts from if `folder` never held a replica (README.md).
  Seed seed;
  // None is owned; all outlive the replica. Only `metrics` and `logger` may be null.
  const Clock* clock = &SystemClock();
  metrics::Metrics* metrics = nullptr;
  logging::Logger* logger = nullptr;
  // Called after every new snapshot, on the replica's thread; `barrier` if it holds a withdrawal
  // (README.md). Quick, and asks for no permit.
  std::function<void(const Snapshot& snapshot, bool barrier)> on_change;

  absl::Duration renewal = absl::Seconds(2);
  absl::Duration first_backoff = absl::Milliseconds(100);
  absl::Duration longest_backoff = absl::Seconds(2);
  // How often a changed replica is written to `folder`, at most.
  absl::Duration save_interval = absl::Seconds(5);
  // How long a start waits for its first lease at most; see Settled.
  absl::Duration first_lease = absl::Seconds(10);
};

// Keeps itself up to date from construction to destruction. Thread-safe.
class RegistryReplica {
 public:
  // Reads what was kept in `options.folder`, if it can be read (otherwise it starts with nothing,
  // and says so in the log), or starts from the seed, and begins to follow the registry. Does not
  // wait for it.
  static std::unique_ptr<RegistryReplica> Start(ReplicaOptions options);

  // Stops following, and keeps the last state.
  ~RegistryReplica();

  // The latest revision known here; from folder or seed if the registry was not reached yet. Costs
  // a reference count. UNAVAILABLE `REGISTRY_UNKNOWN`: nothing was ever received.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Latest() const;

  // The day in Europe/Brussels, by the replica's clock: for whether contacts count.
  absl::CivilDay Today() const;

  // Waits until the replica holds at least `revision` of its store (any, if `number` is 0) under a
  // valid lease. DEADLINE_EXCEEDED `REGISTRY_NOT_CAUGHT_UP`. For start and tests, never on a
  // request's path.
  absl::Status WaitFor(std::int64_t number, absl::Duration patience) const;

  // Whether the registry counts on this replica still: releases of operational data stop without.
  bool LeaseValid() const;

  // How much of the lease is left; negative or zero if it has lapsed.
  absl::Duration LeaseLeft() const;

  // Whether the start is over: a lease was given, or none came for `first_lease`. Stays so.
  bool Settled() const;

  // Nothing may be handed over on an earlier revision. Number 0 before the first.
  legal::Revision LastBarrier() const;

  // Leave to act on what was decided at `decided_at`: while the permit is held no barrier is
  // applied here, and none confirmed to the registry. Keep it until the act is done, for data until
  // they were given to gRPC, and no longer: every withdrawal waits for it.
  //   UNAVAILABLE `REGISTRY_LEASE_LAPSED`: the registry was not heard from for longer than the
  //   lease; only if `operational`;
  //   ABORTED `REGISTRY_CHANGED`: a barrier later than `decided_at` was applied, or the registry's
  //   store is another: decide again.
  absl::StatusOr<ReleasePermit> PermitRelease(const legal::Revision& decided_at,
                                              bool operational) const;

  // Whether a principal with a valid certificate counts today: the hook of the access table. OK for
  // everybody but partners' contacts and the agency's liaison prosecutors. A contact must be
  // registered with this SPIFFE id and active, and a secondment that binds it in effect today; a
  // liaison prosecutor must be named by one that is; and exchanges with the partner not suspended:
  // PERMISSION_DENIED `CONTACT_NOT_REGISTERED`, `CONTACT_SUSPENDED`, `CONTACT_NOT_VALID`,
  // `SECONDMENT_NOT_IN_EFFECT`, `EXCHANGES_SUSPENDED`; UNAVAILABLE `REGISTRY_UNKNOWN` as long as
  // nothing is known, `REGISTRY_LEASE_LAPSED` without a lease: whoever counted may not any more.
  // What is known against somebody himself is said all the same; that exchanges are suspended, for
  // which rows of the access table make an exception, only under a lease. From memory, without
  // blocking.
  absl::Status CheckContact(const identity::Principal& principal) const;

 private:
  class Follower;
  explicit RegistryReplica(std::shared_ptr<Follower> follower);

  const std::shared_ptr<Follower> follower_;
};

}  // namespace comity::registry_replica
