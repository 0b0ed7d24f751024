#include "services/engagement-scheduling/server/replica_view.h"

#include <string>

#include "common/crypto/digest.h"
#include "common/registry_replica/snapshot.h"
#include "common/status/macros.h"

namespace comity::engagement_scheduling {
namespace {

class ReplicaSnapshot final : public RegistrySnapshot {
 public:
  ReplicaSnapshot(std::shared_ptr<const registry_replica::Snapshot> snapshot, absl::CivilDay today)
      : snapshot_(std::move(snapshot)), today_(today) {}

  const legal::Revision& revision() const override { return snapshot_->revision(); }

  std::string checkpoint_sha256() const override {
    if (snapshot_->checkpoint().empty()) return "";
    const crypto::Digest digest = crypto::Sha256(snapshot_->checkpoint());
    return std::string(crypto::View(digest));
  }

  const legal::Facts& facts() const override { return snapshot_->facts(); }

  std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const override {
    const registry_replica::Contact* const contact = snapshot_->FindContact(spiffe_id);
    if (contact == nullptr) return std::nullopt;
    return ContactEntry{.partner = contact->partner,
                        .authority = contact->authority,
                        .active = snapshot_->Counts(*contact, today_),
                        .hours = contact->working_hours,
                        .validity = contact->validity,
                        .secondments = snapshot_->SecondmentsOf(*contact)};
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
};

}  // namespace

absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> ReplicaView::Latest() const {
  COMITY_ASSIGN_OR_RETURN(std::shared_ptr<const registry_replica::Snapshot> snapshot,
                          replica_->Latest());
  return std::make_shared<ReplicaSnapshot>(std::move(snapshot), replica_->Today());
}

absl::StatusOr<ReleasePermit> ReplicaView::PermitRelease(const legal::Revision& decided_at,
                                                         bool operational) const {
  return replica_->PermitRelease(decided_at, operational);
}

absl::Status ReplicaView::CheckContact(const identity::Principal& principal) const {
  return replica_->CheckContact(principal);
}

}  // namespace comity::engagement_scheduling
