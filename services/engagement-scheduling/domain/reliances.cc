#include "services/engagement-scheduling/domain/reliances.h"

#include <algorithm>
#include <utility>

namespace comity::engagement_scheduling {
namespace {

std::vector<std::string> CitedFor(const Confirmation& confirmation, const std::string& fact) {
  std::vector<std::string> counterparts;
  for (const auto& [counterpart, facts] : confirmation.cited) {
    // In the order of the days, and of each day.
    if (std::find(facts.begin(), facts.end(), fact) != facts.end()) {
      counterparts.push_back(counterpart);
    }
  }
  return counterparts;
}

}  // namespace

Relied ReliancesOn(const Schedule& schedule, const legal::RelianceQuery& query,
                   const ConfirmPosition& position, std::size_t most) {
  Relied relied{.last = position};
  const auto& order = schedule.by_confirmation();
  auto at = order.lower_bound(position);
  for (; at != order.begin() && most > 0; --most) {
    --at;
    relied.last = *at;
    const Engagement& engagement = *schedule.FindEngagement(at->second);
    if (!query.Covers(engagement.registry_revision)) continue;
    std::vector<std::string> counterparts = CitedFor(*engagement.confirmation, query.fact);
    if (counterparts.empty()) continue;
    relied.reliances.push_back({.engagement = engagement.name,
                                .confirm_time = at->first,
                                .registry_revision = engagement.registry_revision,
                                .counterparts = std::move(counterparts)});
  }
  relied.more = at != order.begin();
  return relied;
}

}  // namespace comity::engagement_scheduling
