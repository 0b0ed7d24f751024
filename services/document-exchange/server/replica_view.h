#pragma once

#include <memory>

#include "common/registry_replica/replica.h"
#include "services/document-exchange/domain/registry_view.h"

namespace comity::document_exchange {

// RegistryView over a replica. Thread-safe.
class ReplicaView final : public RegistryView {
 public:
  // `replica` is not owned and must outlive this object.
  explicit ReplicaView(const registry_replica::RegistryReplica* replica) : replica_(replica) {}

  absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> Latest() const override;
  absl::StatusOr<ReleasePermit> PermitRelease(const RegistryRevision& decided_at,
                                              bool operational) const override;

 private:
  const registry_replica::RegistryReplica* const replica_;
};

}  // namespace comity::document_exchange
