#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/time/working_hours.h"

namespace comity::engagement_scheduling {

// INVALID_ARGUMENT `TIME_ZONE_UNKNOWN`, `WORKING_HOURS_INVALID` naming the field below `field`.
absl::Status CheckWorkingHours(const WorkingHours& hours, absl::string_view field);

}  // namespace comity::engagement_scheduling
