#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/identity/chain_verifier.h"

namespace comity::registry_replica {

// A signed snapshot (common/registry_snapshot) for a replica that never kept anything.
struct Seed {
  std::string folder;  // "": none.
  // Judges who signed it: the registry with this SPIFFE id. Not owned; needed at start only.
  const identity::ChainVerifier* verifier = nullptr;
  std::string registry;
};

// Everything in `seed`, verified for use at `now`, as one change at its revision. Errors of
// registry_snapshot::VerifyFolder; FAILED_PRECONDITION `SNAPSHOT_EMPTY` if nothing was recorded
// yet; INVALID_ARGUMENT `FACT_LINE_INVALID`: a newer registry made it.
absl::StatusOr<partner_registry::v1::Change> ReadSeed(const Seed& seed, absl::Time now);

}  // namespace comity::registry_replica
