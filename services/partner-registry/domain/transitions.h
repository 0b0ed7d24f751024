#pragma once

#include "absl/status/status.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Whether `step`, of a word that its axis has, can be taken: what has to come first (steps.h) was
// taken by its day, as a milestone or by an instrument that has not ended, and since the axis was
// last closed by its last step; in the same project. What is undated counts from when it was
// recorded.
//
// INVALID_ARGUMENT `EVIDENCE_MISSING`: without a day or a document. FAILED_PRECONDITION
// `STEP_NOT_POSSIBLE`, one precondition for each step that is missing, with who takes it.
absl::Status CheckTransition(const Registry& registry, const Partner& partner,
                             const Milestone& step);

}  // namespace comity::partner_registry
