#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/legal/supposition.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/schedule.h"

// What if an instrument lapsed, were suspended or extended: which engagements would not be
// confirmed any more, or could be. Pure.
namespace comity::engagement_scheduling {

struct Planned {
  std::vector<Engagement> engagements;
  StartPosition last;  // Of the last engagement looked at.
  bool more = false;   // There are others after it.
};

// Held and confirmed engagements that `viewer` may see, that are not over at `now` and start at
// `from` or later, soonest first, after `position`. Looks at `most` engagements at most.
Planned StillToCome(const Schedule& schedule, const identity::Principal& viewer, absl::Time from,
                    absl::Time now, const StartPosition& position, std::size_t most);

// What would change of an engagement, each once, on the first of its days on which it would; the
// confirmation's own checks, on `registry` as it is and with the facts that are supposed:
//
// - the counterparts for whom the transfer check would come to another outcome, if it is
//   operational;
// - whoever could not take part any more, or could, because a secondment ends with its instrument,
//   whatever is spoken of: PERMITTED and REFUSED, for the partner of the secondment.
//
// Empty if nothing changes, and for what no confirmation can be made of anyway.
std::vector<legal::ChangedOutcome> AffectedBy(const Engagement& engagement,
                                              const RegistrySnapshot& registry,
                                              const legal::Facts& supposed);

}  // namespace comity::engagement_scheduling
