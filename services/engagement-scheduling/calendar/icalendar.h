#pragma once

#include <string>
#include <vector>

#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// `engagements` as one iCalendar object (RFC 5545, METHOD PUBLISH of RFC 5546), CRLF. It leaves the
// suite for calendars that others read, so it says when and what kind of meeting, and nothing else:
// no title, no names, no partners, no place. `organiser` is who publishes, a URI: the service's
// SPIFFE id. Thread-safe.
std::string ToICalendar(const std::vector<const Engagement*>& engagements,
                        const std::string& organiser);

}  // namespace comity::engagement_scheduling
