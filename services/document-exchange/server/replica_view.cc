#include "services/document-exchange/server/replica_view.h"

#include "common/registry_replica/latest_view.h"

namespace comity::document_exchange {
absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> ReplicaView::Latest() const {
  return registry_replica::LatestView(*replica_);
}

absl::StatusOr<ReleasePermit> ReplicaView::PermitRelease(const RegistryRevision& decided_at,
                                                         bool operational) const {
  return replica_->PermitRelease(decided_at, operational);
}

}  // namespace comity::document_exchange
