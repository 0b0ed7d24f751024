#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// Liaison prosecutors seconded to the agency (EJR 54a) and liaison magistrates posted by it
// (EJR 53). Access of the contact or identity that a secondment binds begins and ends with it, and
// with its instrument. Plans are as in mutations.h.
namespace comity::partner_registry {

// Why `secondment` is not in effect on `day`, as one clause with its article; empty: it is.
std::string WhyNotInEffect(const Registry& registry, const Secondment& secondment,
                           absl::CivilDay day);

// The day after the last one on which it had effect, as the registry has it; empty: it has not
// ended by `day`.
std::string EndOf(const Registry& registry, const Secondment& secondment, absl::CivilDay day);

// A barrier if it binds a contact, which then counts only while it is in effect. An identity counts
// with a secondment in effect only: one at a time names it, of a liaison prosecutor of
// `trust_domain`, the agency's own. The authority that it names counts now. INVALID_ARGUMENT
// `SECONDMENT_INVALID` with the field; ALREADY_EXISTS `SECONDMENT_EXISTS`; NOT_FOUND
// `PARTNER_NOT_FOUND`; FAILED_PRECONDITION `SECONDMENT_NOT_PERMITTED` with the article.
absl::StatusOr<Plan> PlanCreateSecondment(const Registry& registry, Secondment secondment,
                                          absl::string_view trust_domain);

// Sets the last day, today if `day` is empty; a barrier. If that day has come, access ends now. A
// day before its first calls it off. NOT_FOUND `SECONDMENT_NOT_FOUND`; INVALID_ARGUMENT
// `SECONDMENT_INVALID`: the day is none, or later than its end; ABORTED `ETAG_MISMATCH`.
absl::StatusOr<Plan> PlanEndSecondment(const Registry& registry, absl::string_view name,
                                       const std::string& day, absl::string_view etag,
                                       absl::Time now);

}  // namespace comity::partner_registry
