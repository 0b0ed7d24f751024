#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "services/engagement-scheduling/domain/schedule.h"

namespace comity::engagement_scheduling {

// Confirmed engagements that began within `year` and are over at `now`, by partner;
// only of `partner` unless that is empty.
std::map<std::string, std::int64_t> EngagementsOf(const Schedule& schedule, const Interval& year,
                                                  const std::string& partner, absl::Time now);

}  // namespace comity::engagement_scheduling
