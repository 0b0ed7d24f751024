#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/legal/facts.h"
#include "common/registry_view/registry_snapshot.h"
#include "common/release/release_lock.h"

namespace comity::document_exchange {

using registry_view::ContactEntry;
using registry_view::RegistrySnapshot;
using RegistryRevision = legal::Revision;

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
