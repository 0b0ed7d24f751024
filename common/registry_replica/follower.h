#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/registry_replica/replica.h"
#include "common/registry_replica/replica_file.h"
#include "common/registry_replica/replica_state.h"
#include "common/registry_replica/replicate_stream.h"
#include "common/registry_replica/whole_revisions.h"
#include "common/time/day.h"
#include "common/time/steady_cond_var.h"

namespace comity::registry_replica {

// What scrapes read; outlives the replica in the callbacks of the metrics.
struct Readings {
  std::atomic<std::int64_t> revision{0};
  std::atomic<std::int64_t> barrier{0};
  std::atomic<std::int64_t> reconnections{0};
  std::atomic<bool> connected{false};
  std::atomic<bool> seed_refused{false};
  // Of CLOCK_BOOTTIME, in nanoseconds; 0 if there never was a lease.
  std::atomic<std::int64_t> lease_until{0};
};

// The replica at work: one thread reads the stream and applies what comes, another renews.
class RegistryReplica::Follower {
 public:
  explicit Follower(ReplicaOptions options);

  // Reads the file, starts the threads.
  void Start();
  void Stop();

  absl::StatusOr<std::shared_ptr<const Snapshot>> Latest() const;
  absl::CivilDay Today() const { return DayInBrussels(options_.clock->Now()); }
  absl::Status WaitFor(std::int64_t number, absl::Duration patience) const;
  absl::Duration LeaseLeft() const;
  bool Settled() const;
  legal::Revision LastBarrier() const;
  absl::StatusOr<ReleasePermit> PermitRelease(const legal::Revision& decided_at,
                                              bool operational) const;

 private:
  using Request = ReplicateStream::Request;
  using Response = ReplicateStream::Response;

  // Thread bodies.
  void Run();
  void RenewWhile(ReplicateStream& stream, grpc::ClientContext& context,
                  const std::atomic<bool>& reading);

  // Starts from the seed, if it is good and can be kept.
  absl::Status StartFromSeed();

  // One connection, from its first message to its end.
  absl::Status FollowOnce();
  absl::Status Handle(Response response, ReplicateStream& stream);
  absl::Status ApplyChanges(Response& response);
  // Makes the state visible. A barrier waits for the permits that are out.
  void Publish(bool barrier);
  void Drop();
  void TakeLease(const Response& response);
  // Confirms what is applied and renews the lease, unless a snapshot is on its way.
  bool Confirm(ReplicateStream& stream);
  void AddMetrics();
  void Warn(absl::string_view message, const absl::Status& status);

  const ReplicaOptions options_;
  const std::string replica_id_;
  const std::unique_ptr<partner_registry::v1::PartnerRegistryService::Stub> stub_;
  const std::shared_ptr<Readings> readings_ = std::make_shared<Readings>();

  // Of the reading thread.
  ReplicaFile file_;
  std::unique_ptr<ReplicaState> state_;
  std::unique_ptr<ReplicaState> arriving_;  // A snapshot that is not complete yet.
  std::unique_ptr<Folder> arriving_facts_;
  WholeRevisions<Response> revisions_;  // What came of one that is not whole yet.

  const std::shared_ptr<ReleaseLock> release_lock_ = std::make_shared<ReleaseLock>();

  mutable absl::Mutex mutex_;
  // Signalled when it stops, the reading of a stream ends, or snapshot or lease change.
  mutable SteadyCondVar changed_;
  legal::Revision barrier_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Snapshot> snapshot_ ABSL_GUARDED_BY(mutex_);
  absl::Duration lease_until_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  bool had_lease_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  // What the next renewal may confirm; unset while a snapshot is on its way.
  std::optional<legal::Revision> confirmable_ ABSL_GUARDED_BY(mutex_);
  absl::Duration heard_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  std::map<std::int64_t, absl::Duration> sent_ ABSL_GUARDED_BY(mutex_);  // Renewals under way.
  std::int64_t renewal_ ABSL_GUARDED_BY(mutex_) = 0;

  absl::Duration started_ = absl::ZeroDuration();  // Since boot; set by Start.

  // Guards no member: of renewals, which two threads send, one is written at a time.
  absl::Mutex write_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  std::thread thread_;
};

}  // namespace comity::registry_replica
