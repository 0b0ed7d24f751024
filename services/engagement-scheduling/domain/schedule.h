#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// One change of the state: the resource as it is afterwards.
using Change = std::variant<Engagement, Calendar>;

// Who or what is not free, and the engagement that occupies it.
struct Collision {
  std::string who;
  const Engagement* engagement;
};

// A place in the order of starts: start and name of an engagement.
using StartPosition = std::pair<absl::Time, std::string>;

// A place in the order of confirmations: its time and the engagement's name.
using ConfirmPosition = std::pair<absl::Time, std::string>;

// Every engagement and calendar, with an index of who is occupied when. A value; not thread-safe.
class Schedule {
 public:
  void Apply(const Change& change);

  // Null if there is none.
  const Engagement* FindEngagement(absl::string_view name) const;
  const Calendar* FindCalendar(absl::string_view owner) const;

  // In the order of names, which is that of creation.
  const std::map<std::string, Engagement, std::less<>>& engagements() const { return engagements_; }

  // Every engagement, and those that were ever confirmed, in these orders.
  const std::set<StartPosition>& by_start() const { return by_start_; }
  const std::set<ConfirmPosition>& by_confirmation() const { return by_confirmation_; }

  // What occupies one of `participants` or `resources` within `interval` at `now`, but for
  // `except` (a name; may be empty): one collision for each engagement and who it occupies.
  std::vector<Collision> Collisions(const Interval& interval,
                                    const std::vector<std::string>& participants,
                                    const std::vector<std::string>& resources, absl::Time now,
                                    absl::string_view except) const;

  // When `who` is occupied within `window` at `now`, by start; intervals may touch or overlap.
  std::vector<Interval> Busy(absl::string_view who, const Interval& window, absl::Time now) const;

  // Held engagements whose time has run out at `now` and that are not yet EXPIRED.
  std::vector<const Engagement*> RunOut(absl::Time now) const;

 private:
  // By start, then name. No engagement is longer than kLongestEngagement, so that a search
  // backwards from a moment ends there.
  using Occupation = std::set<StartPosition>;

  template <typename Visit>
  void VisitOccupied(absl::string_view who, const Interval& interval, absl::Time now,
                     const Visit& visit) const;
  void Index(const Engagement& engagement);
  void Unindex(const Engagement& engagement);

  std::map<std::string, Engagement, std::less<>> engagements_;
  std::map<std::string, Calendar, std::less<>> calendars_;
  absl::flat_hash_map<std::string, Occupation> occupied_;
  std::set<StartPosition> by_start_;
  std::set<ConfirmPosition> by_confirmation_;
  std::set<std::pair<absl::Time, std::string>> holds_;  // By hold_expire_time.
};

// No engagement is longer.
inline constexpr absl::Duration kLongestEngagement = absl::Hours(24 * 31);

}  // namespace comity::engagement_scheduling
