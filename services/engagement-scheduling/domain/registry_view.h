#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/identity/principal.h"
#include "common/legal/facts.h"
#include "common/registry_view/registry_snapshot.h"
#include "common/release/release_lock.h"

namespace comity::engagement_scheduling {

using registry_view::ContactEntry;
using registry_view::RegistrySnapshot;

// What this service knows of the registry. Thread-safe. Every implementation, the fakes of tests
// included, passes tests/contract/engagement_scheduling/registry_view_contract_test.cc.
class RegistryView {
 public:
  virtual ~RegistryView() = default;

  // The latest revision known here. UNAVAILABLE `REGISTRY_UNKNOWN`: nothing was ever received.
  virtual absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> Latest() const = 0;

  // Leave to act on what was decided at `decided_at`; no barrier (a withdrawal, suspension or
  // revocation in the registry) takes effect here while it is held. UNAVAILABLE
  // `REGISTRY_LEASE_LAPSED` if `operational` and the registry was not heard from for longer than
  // the lease; ABORTED `REGISTRY_CHANGED` if a barrier later than `decided_at` was applied, or the
  // registry's store is another.
  virtual absl::StatusOr<ReleasePermit> PermitRelease(const legal::Revision& decided_at,
                                                      bool operational) const = 0;

  // Whether a principal with a valid certificate counts today. OK for everybody but partners'
  // contacts and liaison prosecutors of the agency. PERMISSION_DENIED `CONTACT_NOT_REGISTERED`,
  // `CONTACT_SUSPENDED`, `EXCHANGES_SUSPENDED` and others of RegistryReplica::CheckContact;
  // UNAVAILABLE `REGISTRY_UNKNOWN`; UNAVAILABLE `REGISTRY_LEASE_LAPSED` instead of OK or
  // `EXCHANGES_SUSPENDED` if the registry was not heard from for longer than the lease. From
  // memory.
  virtual absl::Status CheckContact(const identity::Principal& principal) const = 0;
};

}  // namespace comity::engagement_scheduling
