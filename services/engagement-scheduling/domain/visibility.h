#pragma once

#include "absl/status/status.h"
#include "common/identity/principal.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// A contact, or a liaison prosecutor, who is his State's (EJR 54a).
bool IsOfAPartner(const identity::Principal& person);

// Whether `viewer` may see `engagement`. What is not visible is, to him, not there.
//
// Organiser and participants see it. Of the agency, everybody sees strategic ones; operational ones
// also the data protection officer and the auditor. Partners' contacts, liaison prosecutors,
// applications and services see nothing else.
bool MaySee(const identity::Principal& viewer, const Engagement& engagement);

// NOT_FOUND `ENGAGEMENT_NOT_FOUND`, the same for what is absent and for what is not visible.
absl::Status EngagementNotFound();

}  // namespace comity::engagement_scheduling
