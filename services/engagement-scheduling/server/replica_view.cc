#include "services/engagement-scheduling/server/replica_view.h"

#include "common/registry_replica/latest_view.h"

namespace comity::engagement_scheduling {
absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> ReplicaView::Latest() const {
  return registry_replica::LatestView(*replica_);
}

absl::StatusOr<ReleasePermit> ReplicaView::PermitRelease(const legal::Revision& decided_at,
                                                         bool operational) const {
  return replica_->PermitRelease(decided_at, operational);
}

absl::Status ReplicaView::CheckContact(const identity::Principal& principal) const {
  return replica_->CheckContact(principal);
}

}  // namespace comity::engagement_scheduling
