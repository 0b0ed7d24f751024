#include "services/engagement-scheduling/domain/reliances.h"

#include <algorithm>
#include <functional>
#include <map>

namespace comity::engagement_scheduling {
namespace {

std::vector<std::string> CitedFor(const Confirmation& confirmation, const std::string& fact) {
  std::vector<std::string> counterparts;
  for (const auto& [counterpart, facts] : confirmation.cited) {
    if (std::binary_search(facts.begin(), facts.end(), fact)) counterparts.push_back(counterpart);
  }
  return counterparts;
}

}  // namespace

std::vector<Reliance> ReliancesOn(const Schedule& schedule, const legal::RelianceQuery& query,
                                  const std::optional<ConfirmPosition>& position,
                                  std::size_t most) {
  std::map<ConfirmPosition, Reliance, std::greater<>> newest;
  for (const auto& [name, engagement] : schedule.engagements()) {
    const std::optional<Confirmation>& confirmation = engagement.confirmation;
    if (!confirmation.has_value() || !query.Covers(engagement.registry_revision)) continue;
    const ConfirmPosition at(confirmation->time, name);
    if (position.has_value() && at >= *position) continue;
    if (newest.size() == most && at < newest.rbegin()->first) continue;
    std::vector<std::string> counterparts = CitedFor(*confirmation, query.fact);
    if (counterparts.empty()) continue;
    newest.emplace(at, Reliance{.engagement = name,
                                .confirm_time = confirmation->time,
                                .registry_revision = engagement.registry_revision,
                                .counterparts = std::move(counterparts)});
    if (newest.size() > most) newest.erase(std::prev(newest.end()));
  }
  std::vector<Reliance> found;
  found.reserve(newest.size());
  for (auto& [at, reliance] : newest) found.push_back(std::move(reliance));
  return found;
}

}  // namespace comity::engagement_scheduling
