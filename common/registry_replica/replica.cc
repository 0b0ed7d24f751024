#include "common/registry_replica/replica.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/registry_replica/follower.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::registry_replica {
namespace {

absl::Status Denied(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kPermissionDenied, sentence, {.reason = std::string(reason)});
}

// The last question about whoever is let in otherwise.
absl::Status CheckPartner(const Snapshot& snapshot, absl::string_view partner, bool vouched) {
  if (!vouched) {
    return MakeError(
        absl::StatusCode::kUnavailable,
        "The registry was not heard from for longer than its lease, so that nobody here knows who "
        "of a partner still counts; try again when it is reached.",
        {.reason = "REGISTRY_LEASE_LAPSED", .retry_after = absl::Seconds(2)});
  }
  if (!snapshot.ExchangesSuspended(partner)) return absl::OkStatus();
  return Denied("EXCHANGES_SUSPENDED",
                "Exchanges with this partner are suspended, or it was taken off the register; ask "
                "the agency.");
}

}  // namespace

std::unique_ptr<RegistryReplica> RegistryReplica::Start(ReplicaOptions options) {
  auto follower = std::make_shared<Follower>(std::move(options));
  follower->Start();
  return std::unique_ptr<RegistryReplica>(new RegistryReplica(std::move(follower)));
}

RegistryReplica::RegistryReplica(std::shared_ptr<Follower> follower)
    : follower_(std::move(follower)) {}

RegistryReplica::~RegistryReplica() { follower_->Stop(); }

absl::StatusOr<std::shared_ptr<const Snapshot>> RegistryReplica::Latest() const {
  return follower_->Latest();
}

absl::CivilDay RegistryReplica::Today() const { return follower_->Today(); }

absl::Status RegistryReplica::WaitFor(std::int64_t number, absl::Duration patience) const {
  return follower_->WaitFor(number, patience);
}

bool RegistryReplica::LeaseValid() const { return LeaseLeft() > absl::ZeroDuration(); }

absl::Duration RegistryReplica::LeaseLeft() const { return follower_->LeaseLeft(); }

bool RegistryReplica::Settled() const { return follower_->Settled(); }

legal::Revision RegistryReplica::LastBarrier() const { return follower_->LastBarrier(); }

absl::StatusOr<ReleasePermit> RegistryReplica::PermitRelease(const legal::Revision& decided_at,
                                                             bool operational) const {
  return follower_->PermitRelease(decided_at, operational);
}

absl::Status RegistryReplica::CheckContact(const identity::Principal& principal) const {
  const bool prosecutor = principal.IsAgency(identity::Role::kLiaisonProsecutor);
  if (!prosecutor && principal.kind != identity::PrincipalKind::kPartner) return absl::OkStatus();
  // Before the snapshot: a lease that comes in between is one on what is newer.
  const bool vouched = LeaseValid();
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> snapshot, Latest());
  if (prosecutor) {
    const std::string by = snapshot->SecondedBy(principal.spiffe_id, Today());
    if (by.empty()) {
      return Denied("SECONDMENT_NOT_IN_EFFECT",
                    "No secondment in effect names this liaison prosecutor; ask the agency.");
    }
    return CheckPartner(*snapshot, by, vouched);
  }
  const std::string partner = absl::StrCat("partners/", principal.partner);
  const Contact* const contact = snapshot->FindContact(principal.spiffe_id);
  if (contact == nullptr || contact->partner != partner) {
    return Denied("CONTACT_NOT_REGISTERED",
                  "This contact is not registered; ask the agency to register it.");
  }
  if (!contact->active) {
    return Denied("CONTACT_SUSPENDED",
                  "This contact is suspended; ask the agency to reinstate it.");
  }
  if (!contact->validity.Covers(Today())) {
    return Denied("CONTACT_NOT_VALID",
                  "This contact is not valid today; ask the agency to extend it.");
  }
  if (!snapshot->Counts(*contact, Today())) {
    return Denied("SECONDMENT_NOT_IN_EFFECT",
                  "This contact's secondment is not in effect; ask the agency.");
  }
  return CheckPartner(*snapshot, partner, vouched);
}

}  // namespace comity::registry_replica
