#include "services/engagement-scheduling/domain/volume.h"

namespace comity::engagement_scheduling {

std::map<std::string, std::int64_t> EngagementsOf(const Schedule& schedule, const Interval& year,
                                                  const std::string& partner, absl::Time now) {
  std::map<std::string, std::int64_t> counts;
  const auto& order = schedule.by_start();
  for (auto at = order.lower_bound({year.start, ""}); at != order.end() && at->first < year.end;
       ++at) {
    const Engagement& engagement = *schedule.FindEngagement(at->second);
    if (engagement.state != State::kConfirmed || engagement.interval.end > now) continue;
    for (const std::string& with : engagement.partners) {
      if (partner.empty() || with == partner) ++counts[with];
    }
  }
  return counts;
}

}  // namespace comity::engagement_scheduling
