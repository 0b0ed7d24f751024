#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// Working arrangements as the agency's own negotiation (R55, EJR 47(3)): drafts, adoption by the
// College, signature, effect, and what parliaments are told (EJR 67). Every step is a milestone of
// the partner in the same revision. Plans are as in mutations.h.
namespace comity::partner_registry {

// Ids of the Member States, "-" for the European Parliament, to whose parliaments it is still to be
// transmitted: those of the day of its signature. Empty before it.
std::vector<std::string> TransmissionsOutstanding(const Registry& registry,
                                                  const Arrangement& arrangement);

// The name of an authority on its other side that was retracted since; empty: there is none. Such
// an arrangement comes to nothing: it can only be given up or ended.
std::string RetractedSideOf(const Registry& registry, const Arrangement& arrangement);

// The id of the milestone that a step of an arrangement became.
std::string MilestoneIdOf(const Arrangement& arrangement, ArrangementState state);

// Of a partner ("kazakhstan"), by the ids of the milestones that their steps became.
std::map<std::string, const Arrangement*> ArrangementsBySteps(const Registry& registry,
                                                              absl::string_view partner);

// INVALID_ARGUMENT `ARRANGEMENT_INVALID` with the field; ALREADY_EXISTS `ARRANGEMENT_EXISTS`;
// NOT_FOUND `PARTNER_NOT_FOUND`; errors of CheckArrangedWith (candidates.h), for the day.
absl::StatusOr<Plan> PlanCreateArrangement(const Registry& registry, Arrangement arrangement,
                                           absl::Time now);

// NOT_FOUND `ARRANGEMENT_NOT_FOUND`, here and below; INVALID_ARGUMENT `ARRANGEMENT_INVALID`;
// FAILED_PRECONDITION `ARRANGEMENT_STEP`: it is not being drafted any more.
absl::StatusOr<Plan> PlanAddDraft(const Registry& registry, absl::string_view name,
                                  ArrangementDraft draft, absl::Time now);

// INVALID_ARGUMENT `EVIDENCE_MISSING`, `ARRANGEMENT_INVALID`; ABORTED `ETAG_MISMATCH`;
// FAILED_PRECONDITION `ARRANGEMENT_STEP` with the step that has to come first, `ENTRY_RETRACTED`
// with the authority on the other side that was retracted; errors of CheckArrangedWith, for the
// day, unless the step closes it.
absl::StatusOr<Plan> PlanAdvanceArrangement(const Registry& registry, absl::string_view name,
                                            ArrangementStep step, absl::string_view etag,
                                            absl::Time now);

// A later one to the same parliament is a correction. INVALID_ARGUMENT `ARRANGEMENT_INVALID`;
// FAILED_PRECONDITION `ARRANGEMENT_STEP` before it was signed.
absl::StatusOr<Plan> PlanRecordTransmission(const Registry& registry, absl::string_view name,
                                            ArrangementTransmission transmission, absl::Time now);

}  // namespace comity::partner_registry
