#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// How potential partners are judged (R17): versions of criteria, and scores with their sources. How
// much was exchanged is in volumes.h, ranking in ranking.h. Plans are as in mutations.h.
namespace comity::partner_registry {

// The criterion that every set must have, with a minimum.
inline constexpr char kOperationalNecessity[] = "operational-necessity";

// A set never changes. INVALID_ARGUMENT `CRITERIA_INVALID` with the field; ALREADY_EXISTS
// `CRITERIA_SET_EXISTS`.
absl::StatusOr<Plan> PlanCreateCriteriaSet(const Registry& registry, CriteriaSet set);

// `id` becomes the last segment of its name. NOT_FOUND `PARTNER_NOT_FOUND`,
// `CRITERIA_SET_NOT_FOUND`; INVALID_ARGUMENT `ASSESSMENT_INCOMPLETE` with the criterion that has no
// score, `ASSESSMENT_INVALID` with the field. Errors of CheckCandidate (candidates.h), for its day.
absl::StatusOr<Plan> PlanRecordAssessment(const Registry& registry, Assessment assessment,
                                          std::string id, const identity::Principal& caller,
                                          absl::Time now);

}  // namespace comity::partner_registry
