#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
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

// A place in the order of confirmations: its time and the engagement's name.
using ConfirmPosition = std::pair<absl::Time, std::string>;

// Confirmations that relied on it, newest first, before `position` if there is one; at most `most`.
// Those of what was cancelled later are among them: what was said until then is not unsaid.
std::vector<Reliance> ReliancesOn(const Schedule& schedule, const legal::RelianceQuery& query,
                                  const std::optional<ConfirmPosition>& position, std::size_t most);

}  // namespace comity::engagement_scheduling
