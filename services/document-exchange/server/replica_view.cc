#include "services/document-exchange/server/replica_view.h"

#include <utility>

#include "common/registry_replica/snapshot.h"
#include "common/status/macros.h"

namespace comity::document_exchange {
namespace {

class ReplicaSnapshot final : public RegistrySnapshot {
 public:
  ReplicaSnapshot(std::shared_ptr<const registry_replica::Snapshot> snapshot, absl::CivilDay today)
      : snapshot_(std::move(snapshot)),
        today_(today),
        revision_{.store_id = snapshot_->revision().store_id,
                  .number = snapshot_->revision().number} {}

  const RegistryRevision& revision() const override { return revision_; }

  std::optional<crypto::Digest> checkpoint_sha256() const override {
    if (snapshot_->checkpoint().empty()) return std::nullopt;
    return crypto::Sha256(snapshot_->checkpoint());
  }

  const legal::Facts& facts() const override { return snapshot_->facts(); }

  std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const override {
    const registry_replica::Contact* const contact = snapshot_->FindContact(spiffe_id);
    if (contact == nullptr) return std::nullopt;
    return ContactEntry{.partner = contact->partner,
                        .authority = contact->authority,
                        .active = snapshot_->Counts(*contact, today_),
                        .opener = contact->opener};
  }

  std::string PartnerOfUnit(absl::string_view unit) const override {
    return snapshot_->PartnerOfUnit(unit);
  }

  bool ExchangesSuspended(absl::string_view partner) const override {
    return snapshot_->ExchangesSuspended(partner);
  }

 private:
  const std::shared_ptr<const registry_replica::Snapshot> snapshot_;
  const absl::CivilDay today_;
  const RegistryRevision revision_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> ReplicaView::Latest() const {
  COMITY_ASSIGN_OR_RETURN(std::shared_ptr<const registry_replica::Snapshot> snapshot,
                          replica_->Latest());
  return std::make_shared<ReplicaSnapshot>(std::move(snapshot), replica_->Today());
}

absl::StatusOr<ReleasePermit> ReplicaView::PermitRelease(const RegistryRevision& decided_at,
                                                         bool operational) const {
  return replica_->PermitRelease({.store_id = decided_at.store_id, .number = decided_at.number},
                                 operational);
}

}  // namespace comity::document_exchange
