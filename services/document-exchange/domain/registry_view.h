#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"
#include "common/legal/facts.h"
#include "common/release/release_lock.h"
#include "common/sealing/evidence.h"

namespace comity::document_exchange {

using RegistryRevision = sealing::RegistryRevision;

// A contact as the registry lists it.
struct ContactEntry {
  std::string partner;    // `partners/{partner}`.
  std::string authority;  // `partners/{partner}/authorities/{authority}`.
  bool active = false;    // Counts today: not suspended, its secondment, if any, in effect.
  bool opener = false;    // Opens documents addressed to the authority.
};

// The registry at one revision. Immutable, hence thread-safe.
class RegistrySnapshot {
 public:
  virtual ~RegistrySnapshot() = default;

  virtual const RegistryRevision& revision() const = 0;

  // Of the registry's checkpoint this rests on, if one is known.
  virtual std::optional<crypto::Digest> checkpoint_sha256() const = 0;

  virtual const legal::Facts& facts() const = 0;

  // By SPIFFE id.
  virtual std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const = 0;

  // The partner that a unit of the agency acts for, `partners/france` for `fr` and
  // `partners/georgia` for `georgia`; empty if there is none.
  virtual std::string PartnerOfUnit(absl::string_view unit) const = 0;

  // Or the partner was taken off the register.
  virtual bool ExchangesSuspended(absl::string_view partner) const = 0;
};

// What this service knows of the registry. Thread-safe. Every implementation, the fakes of tests
// included, passes tests/contract/document_exchange/registry_view_contract_test.cc.
class RegistryView {
 public:
  virtual ~RegistryView() = default;

  // The latest revision known here; may be called on the writer thread. UNAVAILABLE
  // `REGISTRY_UNKNOWN`: nothing was ever received.
  virtual absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> Latest() const = 0;

  // Leave to hand over what was decided at `decided_at`; no barrier (a withdrawal, suspension or
  // revocation in the registry) takes effect here while it is held.
  //   UNAVAILABLE `REGISTRY_LEASE_LAPSED`: this service has not heard from the registry for longer
  //   than the lease; only if `operational`, all else goes on;
  //   ABORTED `REGISTRY_CHANGED`: a barrier later than `decided_at` was applied, or the registry's
  //   store is another: decide again.
  virtual absl::StatusOr<ReleasePermit> PermitRelease(const RegistryRevision& decided_at,
                                                      bool operational) const = 0;
};

}  // namespace comity::document_exchange
