#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/identity/principal.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// Whether `viewer` may see `engagement`. What is not visible is, to him, not there.
//
// Organiser and participants see it. Of the agency, everybody sees strategic ones; operational ones
// also the data protection officer and the auditor. The Commission and the EEAS see strategic ones
// (R56), an EU delegation those with its own partner. Partners' contacts, liaison prosecutors,
// applications and services see nothing else.
bool MaySee(const identity::Principal& viewer, const Engagement& engagement);

// Whether `viewer` is told that an engagement which he may see concerns `partner`
// ("partners/{partner}"). Of several an EU delegation is told of its own.
bool IsShownWith(const identity::Principal& viewer, const Engagement& engagement,
                 absl::string_view partner);

// What of an engagement that `viewer` may see is shown to him. The Commission, the EEAS and EU
// delegations have to know what is planned and was done, not which persons and rooms it takes.
Engagement ShownTo(const identity::Principal& viewer, Engagement engagement);

// Whether `viewer` organises it or takes part.
bool TakesPart(const identity::Principal& viewer, const Engagement& engagement);

// Whether `viewer` may see the hours of `owner`, a SPIFFE id or a resource. Who is not the agency's
// staff sees his own.
bool MaySeeHours(const identity::Principal& viewer, absl::string_view owner);

// NOT_FOUND `ENGAGEMENT_NOT_FOUND`, the same for what is absent and for what is not visible.
absl::Status EngagementNotFound();

}  // namespace comity::engagement_scheduling
