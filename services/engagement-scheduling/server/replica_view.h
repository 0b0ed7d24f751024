#pragma once

#include <memory>
#include <utility>

#include "common/registry_replica/replica.h"
#include "services/engagement-scheduling/domain/registry_view.h"

namespace comity::engagement_scheduling {

// RegistryView over a replica, which it owns. Thread-safe.
class ReplicaView final : public RegistryView {
 public:
  explicit ReplicaView(std::unique_ptr<registry_replica::RegistryReplica> replica)
      : replica_(std::move(replica)) {}

  absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> Latest() const override;
  absl::StatusOr<ReleasePermit> PermitRelease(const legal::Revision& decided_at,
                                              bool operational) const override;
  absl::Status CheckContact(const identity::Principal& principal) const override;

 private:
  const std::unique_ptr<registry_replica::RegistryReplica> replica_;
};

}  // namespace comity::engagement_scheduling
