#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/types.h"

// Who takes part from outside the agency, and on which days. Pure.
namespace comity::engagement_scheduling {

// The days in Brussels on which the engagement takes place, in their order; its last moment is
// before `interval.end`.
std::vector<absl::CivilDay> DaysOf(const Interval& interval);

// Every contact and every liaison prosecutor who takes part must count on the day of `now` and on
// every day of the engagement: contacts active, valid and, if anything binds them, seconded;
// prosecutors seconded by a State, which need not be the same on all of them. Exchanges go on with
// each of these partners and States: a suspension has no days, it is one until it is lifted.
//
// FAILED_PRECONDITION `CONTACT_NOT_ACTIVE`, a precondition for each who does not, 16 at most.
absl::Status CheckAttendance(const Engagement& engagement, const RegistrySnapshot& registry,
                             absl::Time now);

}  // namespace comity::engagement_scheduling
