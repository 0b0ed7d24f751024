#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/principal.h"
#include "common/legal/facts.h"
#include "common/legal/validity.h"
#include "common/release/release_lock.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// A contact of a partner as the registry lists it.
struct ContactEntry {
  std::string partner;    // "partners/{partner}"
  std::string authority;  // "partners/{partner}/authorities/{authority}"
  bool active = false;    // Counts today: valid, not suspended, its secondment, if any, in effect.
  std::optional<WorkingHours> hours;           // With its absences.
  legal::Validity validity;                    // The days on which it counts at most.
  std::vector<legal::Secondment> secondments;  // Those that bind it; none: nothing does.
};

// The registry at one revision. Immutable, hence thread-safe.
class RegistrySnapshot {
 public:
  virtual ~RegistrySnapshot() = default;

  virtual const legal::Revision& revision() const = 0;

  // SHA-256 of the registry's checkpoint known with it, 32 bytes; empty if none is.
  virtual std::string checkpoint_sha256() const = 0;

  virtual const legal::Facts& facts() const = 0;

  // By SPIFFE id.
  virtual std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const = 0;

  // The partner that a unit of the agency acts for, `partners/france` for `fr` and
  // `partners/georgia` for `georgia`, such as a liaison prosecutor's; empty if there is none.
  virtual std::string PartnerOfUnit(absl::string_view unit) const = 0;

  // Or the partner was taken off the register.
  virtual bool ExchangesSuspended(absl::string_view partner) const = 0;
};

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
  // contacts. PERMISSION_DENIED `CONTACT_NOT_REGISTERED`, `CONTACT_SUSPENDED`,
  // `EXCHANGES_SUSPENDED`; UNAVAILABLE `REGISTRY_UNKNOWN`. From memory.
  virtual absl::Status CheckContact(const identity::Principal& principal) const = 0;
};

}  // namespace comity::engagement_scheduling
