#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// The readiness file of a candidate (R57). Plans are as in mutations.h.
namespace comity::partner_registry {

// That of a partner; empty if nothing was recorded.
Readiness ReadinessOf(const Registry& registry, const std::string& partner);

// Topics that are missing, partly there or unknown, in their order.
std::vector<Topic> MissingTopics(const Readiness& readiness);

// Sets `items`; those of other topics stay. Nothing changes if they say the same. NOT_FOUND
// `PARTNER_NOT_FOUND`; INVALID_ARGUMENT `READINESS_INVALID` with the field; ABORTED
// `ETAG_MISMATCH`; errors of CheckCandidate (candidates.h), for today.
absl::StatusOr<Plan> PlanUpdateReadiness(const Registry& registry, const std::string& partner,
                                         const std::vector<ReadinessItem>& items,
                                         absl::string_view etag, absl::Time now);

}  // namespace comity::partner_registry
