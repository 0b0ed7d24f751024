#include "services/engagement-scheduling/domain/volume.h"

namespace comity::engagement_scheduling {

void CountEngagements(const Schedule& schedule, const Interval& year, const std::string& partner,
                      absl::Time now, std::size_t most, Volume& volume) {
  const auto& order = schedule.by_start();
  const StartPosition first(year.start, "");
  auto at = volume.last < first ? order.lower_bound(first) : order.upper_bound(volume.last);
  for (; at != order.end() && at->first < year.end && most > 0; ++at, --most) {
    volume.last = *at;
    const Engagement& engagement = *schedule.FindEngagement(at->second);
    if (engagement.state != State::kConfirmed || engagement.interval.end > now) continue;
    for (const std::string& with : engagement.partners) {
      if (partner.empty() || with == partner) ++volume.engagements[with];
    }
  }
  volume.more = at != order.end() && at->first < year.end;
}

}  // namespace comity::engagement_scheduling
