#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// INVALID_ARGUMENT `TIME_ZONE_UNKNOWN`, `WORKING_HOURS_INVALID` naming the field below `field`.
absl::Status CheckWorkingHours(const WorkingHours& hours, absl::string_view field);

// When `hours` are worked within `window`, by start, none touching another. Across daylight-saving
// changes the local clock counts: 09:00 is 09:00, a skipped local time begins with the first one
// after it. `hours` passed CheckWorkingHours.
std::vector<Interval> WorkingIntervals(const WorkingHours& hours, const Interval& window);

// "2026-12-01T14:00+04:00 Asia/Tbilisi".
std::string LocalText(absl::Time time, const std::string& time_zone);

}  // namespace comity::engagement_scheduling
