#include "services/engagement-scheduling/domain/affected.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/legal/explain.h"
#include "common/registry_view/supposed_registry.h"
#include "common/time/day.h"
#include "services/engagement-scheduling/domain/transfer_check.h"
#include "services/engagement-scheduling/domain/visibility.h"

namespace comity::engagement_scheduling {
namespace {

std::string Sentence(const Engagement& engagement, const std::string& counterpart,
                     const legal::Verdict& would) {
  const std::string day = FormatDay(would.day);
  if (would.outcome == legal::Outcome::kPermitted) {
    return absl::StrCat("On ", day, " operational data could be shared with ", counterpart,
                        engagement.state == State::kHeld ? ": confirm the engagement." : ".");
  }
  return absl::StrCat(
      "On ", day, " operational data could not be shared with ", counterpart, ": ",
      legal::Explain(would),
      engagement.state == State::kHeld
          ? " Until then the engagement is not confirmed."
          : " Until then meet without operational data, without this counterpart, or earlier: "
            "cancel the engagement and hold another.");
}

}  // namespace

Planned PlannedOperational(const Schedule& schedule, const identity::Principal& viewer,
                           absl::Time from, absl::Time now, const StartPosition& position,
                           std::size_t most) {
  Planned planned{.last = position};
  const auto& order = schedule.by_start();
  // What began before may go on then.
  const absl::Time after = std::max(from, now);
  const StartPosition first(after - kLongestEngagement, "");
  auto at = position < first ? order.lower_bound(first) : order.upper_bound(position);
  for (; at != order.end() && most > 0; ++at, --most) {
    planned.last = *at;
    const Engagement& engagement = *schedule.FindEngagement(at->second);
    if (engagement.engagement_class == Class::kOperational && engagement.OccupiesAt(now) &&
        engagement.interval.end > after && MaySee(viewer, engagement)) {
      planned.engagements.push_back(engagement);
    }
  }
  planned.more = at != order.end();
  return planned;
}

std::vector<legal::ChangedOutcome> AffectedBy(const Engagement& engagement,
                                              const RegistrySnapshot& registry,
                                              const legal::Facts& supposed) {
  std::vector<legal::ChangedOutcome> affected;
  const auto before = CheckTransfer(engagement, registry);
  const auto after = CheckTransfer(engagement, registry_view::SupposedRegistry(registry, supposed));
  if (!before.ok() || !after.ok()) return affected;
  // Of the same counterparts on the same days: those do not come from facts.
  for (std::size_t i = 0; i < before->size(); ++i) {
    const auto& [counterpart, was] = (*before)[i];
    const legal::Verdict& would = (*after)[i].verdict;
    if (was.outcome == would.outcome) continue;
    // One of several days tells whoever plans it; they are in their order.
    if (!affected.empty() && affected.back().counterpart == counterpart) continue;
    affected.push_back({.counterpart = counterpart,
                        .before = was.outcome,
                        .after = would.outcome,
                        .sentence = Sentence(engagement, counterpart, would)});
  }
  return affected;
}

}  // namespace comity::engagement_scheduling
