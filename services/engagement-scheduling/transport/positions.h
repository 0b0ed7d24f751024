#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

// Where a page of a list that is ordered by time and name goes on, as its token carries it.
namespace comity::engagement_scheduling {

using TimePosition = std::pair<absl::Time, std::string>;

std::string PositionText(absl::Time time, absl::string_view name);

// INVALID_ARGUMENT `PAGE_TOKEN_INVALID`: it is none.
absl::StatusOr<TimePosition> ParsePosition(absl::string_view text);

}  // namespace comity::engagement_scheduling
