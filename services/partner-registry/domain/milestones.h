#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// What is done to milestones, in the form of mutations.h. Errors of edit_rules.h besides those
// named.
namespace comity::partner_registry {

// Records a step, under a name made of it. Errors of CheckTransition (transitions.h);
// INVALID_ARGUMENT `MILESTONE_INVALID` with the field; `day` too, if all of it is yet to come.
absl::StatusOr<Plan> PlanRecordMilestone(const Registry& registry, Milestone milestone,
                                         absl::Time now);

// Withdraws a step that was recorded by mistake: it counts no more, and stays readable. NOT_FOUND
// `MILESTONE_NOT_FOUND`; INVALID_ARGUMENT `EVIDENCE_MISSING`. FAILED_PRECONDITION
// `MILESTONE_WITHDRAWN`; `STEP_NOT_POSSIBLE`, with one precondition for each fact that could not be
// recorded without it: a later step, an instrument, what it is the step of.
absl::StatusOr<Plan> PlanWithdrawMilestone(const Registry& registry, absl::string_view name,
                                           const std::string& evidence);

// What an import would change in `known`, of `registry`, that others may rest on: which step it is,
// or anything of a step of an arrangement, which that alone tells.
std::optional<Problem> CheckStepStays(const Registry& registry, const Milestone& known,
                                      const Milestone& made);

}  // namespace comity::partner_registry
