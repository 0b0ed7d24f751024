#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/legal/reliance.h"
#include "services/engagement-scheduling/domain/schedule.h"

namespace comity::engagement_scheduling {

// A confirmation whose transfer check cited the fact.
struct Reliance {
  std::string engagement;
  absl::Time confirm_time;
  legal::Revision registry_revision;
  std::vector<std::string> counterparts;  // For whom it was cited.
};

struct Relied {
  std::vector<Reliance> reliances;
  ConfirmPosition last;  // Of the last confirmation looked at.
  bool more = false;     // There are others before it.
};

// Before which all confirmations are.
inline const ConfirmPosition kNewest = {absl::InfiniteFuture(), ""};

// Confirmations that relied on it, newest first, before `position`. Those of what was cancelled
// later are among them: what was said until then is not unsaid. Looks at `most` confirmations at
// most.
Relied ReliancesOn(const Schedule& schedule, const legal::RelianceQuery& query,
                   const ConfirmPosition& position, std::size_t most);

}  // namespace comity::engagement_scheduling
