#include "services/engagement-scheduling/domain/schedule.h"

namespace comity::engagement_scheduling {
namespace {

bool MayOccupy(const Engagement& engagement) {
  return engagement.state == State::kConfirmed || engagement.state == State::kHeld;
}

}  // namespace

void Schedule::Apply(const Change& change) {
  if (const auto* calendar = std::get_if<Calendar>(&change)) {
    calendars_[calendar->owner] = *calendar;
    return;
  }
  const auto& engagement = std::get<Engagement>(change);
  const auto [found, added] = engagements_.try_emplace(engagement.name, engagement);
  if (!added) {
    Unindex(found->second);
    found->second = engagement;
  }
  Index(engagement);
}

const Engagement* Schedule::FindEngagement(absl::string_view name) const {
  const auto found = engagements_.find(name);
  return found == engagements_.end() ? nullptr : &found->second;
}

const Calendar* Schedule::FindCalendar(absl::string_view owner) const {
  const auto found = calendars_.find(owner);
  return found == calendars_.end() ? nullptr : &found->second;
}

template <typename Visit>
void Schedule::VisitOccupied(absl::string_view who, const Interval& interval, absl::Time now,
                             const Visit& visit) const {
  const auto found = occupied_.find(who);
  if (found == occupied_.end()) return;
  const Occupation& occupation = found->second;
  for (auto it = occupation.lower_bound({interval.start - kLongestEngagement, ""});
       it != occupation.end() && it->first < interval.end; ++it) {
    const Engagement& engagement = engagements_.find(it->second)->second;
    if (engagement.OccupiesAt(now) && engagement.interval.Overlaps(interval)) visit(engagement);
  }
}

std::vector<Collision> Schedule::Collisions(const Interval& interval,
                                            const std::vector<std::string>& participants,
                                            const std::vector<std::string>& resources,
                                            absl::Time now, absl::string_view except) const {
  std::vector<Collision> collisions;
  const auto look = [&](const std::string& who) {
    VisitOccupied(who, interval, now, [&](const Engagement& engagement) {
      if (engagement.name != except) collisions.push_back({who, &engagement});
    });
  };
  for (const std::string& who : participants) look(who);
  for (const std::string& what : resources) look(what);
  return collisions;
}

std::vector<Interval> Schedule::Busy(absl::string_view who, const Interval& window,
                                     absl::Time now) const {
  std::vector<Interval> busy;
  VisitOccupied(who, window, now,
                [&](const Engagement& engagement) { busy.push_back(engagement.interval); });
  return busy;
}

std::vector<const Engagement*> Schedule::RunOut(absl::Time now) const {
  std::vector<const Engagement*> run_out;
  for (auto it = holds_.begin(); it != holds_.end() && it->first <= now; ++it) {
    run_out.push_back(FindEngagement(it->second));
  }
  return run_out;
}

void Schedule::Index(const Engagement& engagement) {
  by_start_.emplace(engagement.interval.start, engagement.name);
  if (engagement.confirmation.has_value()) {
    by_confirmation_.emplace(engagement.confirmation->time, engagement.name);
  }
  if (engagement.state == State::kHeld) {
    holds_.emplace(engagement.hold_expire_time, engagement.name);
  }
  if (!MayOccupy(engagement)) return;
  for (const std::string& who : engagement.participants) {
    occupied_[who].emplace(engagement.interval.start, engagement.name);
  }
  for (const std::string& what : engagement.resources) {
    occupied_[what].emplace(engagement.interval.start, engagement.name);
  }
}

void Schedule::Unindex(const Engagement& engagement) {
  by_start_.erase({engagement.interval.start, engagement.name});
  if (engagement.confirmation.has_value()) {
    by_confirmation_.erase({engagement.confirmation->time, engagement.name});
  }
  holds_.erase({engagement.hold_expire_time, engagement.name});
  const auto forget = [&](const std::string& who) {
    const auto found = occupied_.find(who);
    if (found == occupied_.end()) return;
    found->second.erase({engagement.interval.start, engagement.name});
    if (found->second.empty()) occupied_.erase(found);
  };
  for (const std::string& who : engagement.participants) forget(who);
  for (const std::string& what : engagement.resources) forget(what);
}

}  // namespace comity::engagement_scheduling
