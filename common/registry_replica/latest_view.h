#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/registry_replica/replica.h"
#include "common/registry_view/registry_snapshot.h"

namespace comity::registry_replica {

// What `replica` knows, as its contacts count today. Errors as RegistryReplica::Latest.
absl::StatusOr<std::shared_ptr<const registry_view::RegistrySnapshot>> LatestView(
    const RegistryReplica& replica);

}  // namespace comity::registry_replica
