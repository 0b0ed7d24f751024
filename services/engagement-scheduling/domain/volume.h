#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "services/engagement-scheduling/domain/schedule.h"

namespace comity::engagement_scheduling {

// What was counted so far.
struct Volume {
  std::map<std::string, std::int64_t> engagements;  // By partner.
  StartPosition last = {absl::InfinitePast(), ""};  // Of the last engagement looked at.
  bool more = true;                                 // There are others after it.
};

// Adds to `volume` confirmed engagements that began within `year` and are over at `now`; only of
// `partner` unless that is empty. Goes on after its last one, looks at `most` engagements at most.
void CountEngagements(const Schedule& schedule, const Interval& year, const std::string& partner,
                      absl::Time now, std::size_t most, Volume& volume);

}  // namespace comity::engagement_scheduling
