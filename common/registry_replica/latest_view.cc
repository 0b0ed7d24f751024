#include "common/registry_replica/latest_view.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/registry_replica/snapshot.h"
#include "common/status/macros.h"

namespace comity::registry_replica {
namespace {

using registry_view::ContactEntry;

class SnapshotView final : public registry_view::RegistrySnapshot {
 public:
  SnapshotView(std::shared_ptr<const Snapshot> snapshot, absl::CivilDay today)
      : snapshot_(std::move(snapshot)), today_(today) {}

  const legal::Revision& revision() const override { return snapshot_->revision(); }

  std::optional<crypto::Digest> checkpoint_sha256() const override {
    if (snapshot_->checkpoint().empty()) return std::nullopt;
    return crypto::Sha256(snapshot_->checkpoint());
  }

  const legal::Facts& facts() const override { return snapshot_->facts(); }

  std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const override {
    const Contact* const contact = snapshot_->FindContact(spiffe_id);
    if (contact == nullptr) return std::nullopt;
    return ContactEntry{.partner = contact->partner,
                        .authority = contact->authority,
                        .active = snapshot_->Counts(*contact, today_),
                        .opener = contact->opener,
                        .hours = contact->working_hours,
                        .validity = contact->validity,
                        .secondments = snapshot_->SecondmentsOf(*contact)};
  }

  std::vector<legal::Secondment> SecondmentsOf(absl::string_view identity) const override {
    return snapshot_->SecondmentsOf(identity);
  }

  std::optional<registry_view::SealingKey> KeyOf(absl::string_view identity) const override {
    return snapshot_->KeyOf(identity);
  }

  std::string PartnerOfUnit(absl::string_view unit) const override {
    return snapshot_->PartnerOfUnit(unit);
  }

  bool ExchangesSuspended(absl::string_view partner) const override {
    return snapshot_->ExchangesSuspended(partner);
  }

 private:
  const std::shared_ptr<const Snapshot> snapshot_;
  const absl::CivilDay today_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const registry_view::RegistrySnapshot>> LatestView(
    const RegistryReplica& replica) {
  COMITY_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> snapshot, replica.Latest());
  return std::make_shared<SnapshotView>(std::move(snapshot), replica.Today());
}

}  // namespace comity::registry_replica
