#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// What was recorded by mistake is marked: it counts for nothing from then on, and stays readable.
// In the form of mutations.h; both are barriers. Errors of edit_rules.h besides those named;
// INVALID_ARGUMENT `EVIDENCE_MISSING`, FAILED_PRECONDITION `ALREADY_RETRACTED`.
namespace comity::partner_registry {

// Takes it out of what later versions supersede. Who rests on it by name stays so and is worse off:
// a secondment under it has no instrument that permits it, an authority listed in it is covered by
// nothing for that. FAILED_PRECONDITION `INSTRUMENT_SUPERSEDES`: the earlier version that it
// replaces would govern again, which is for somebody to say and no part of a retraction.
absl::StatusOr<Plan> PlanRetractInstrument(const Registry& registry, absl::string_view caller,
                                           const std::string& name, const std::string& evidence,
                                           absl::string_view etag, absl::Time now);

// FAILED_PRECONDITION `AUTHORITY_HAS_CONTACTS`, with one precondition a contact that is not erased.
absl::StatusOr<Plan> PlanRetractAuthority(const Registry& registry, absl::string_view caller,
                                          const std::string& name, const std::string& evidence,
                                          absl::string_view etag, absl::Time now);

}  // namespace comity::partner_registry
