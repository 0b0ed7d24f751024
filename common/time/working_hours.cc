#include "common/time/working_hours.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/time/day.h"
#include "common/time/zone.h"

namespace comity {
namespace {

// ISO 8601: 1 Monday to 7 Sunday.
int Weekday(absl::CivilDay day) { return static_cast<int>(absl::GetWeekday(day)) + 1; }

absl::Time At(absl::CivilDay day, int minute, const absl::TimeZone& zone) {
  return absl::FromCivil(absl::CivilMinute(day) + minute, zone);
}

}  // namespace

bool IsAway(const std::vector<Absence>& absences, absl::CivilDay day) {
  const std::string text = FormatDay(day);  // Days so written are in the order of time.
  return std::any_of(absences.begin(), absences.end(), [&](const Absence& absence) {
    return absence.first_day <= text && text <= absence.last_day;
  });
}

std::vector<Interval> WorkingIntervals(const WorkingHours& hours, const Interval& window) {
  const std::optional<absl::TimeZone> zone = ZoneNamed(hours.time_zone);
  if (!zone.has_value()) return {};
  const std::set<std::string> holidays(hours.holidays.begin(), hours.holidays.end());
  const std::set<int> days(hours.days.begin(), hours.days.end());
  std::vector<Interval> intervals;
  const absl::CivilDay last = absl::ToCivilDay(window.end, *zone);
  for (absl::CivilDay day = absl::ToCivilDay(window.start, *zone); day <= last; ++day) {
    if (days.count(Weekday(day)) == 0) continue;
    if (!holidays.empty() && holidays.count(FormatDay(day)) != 0) continue;
    if (!hours.absences.empty() && IsAway(hours.absences, day)) continue;
    const Interval worked{std::max(At(day, hours.start_minute, *zone), window.start),
                          std::min(At(day, hours.end_minute, *zone), window.end)};
    if (worked.start >= worked.end) continue;
    // Who works around the clock has no break at midnight.
    if (!intervals.empty() && intervals.back().end == worked.start) {
      intervals.back().end = worked.end;
    } else {
      intervals.push_back(worked);
    }
  }
  return intervals;
}

std::string LocalText(absl::Time time, const std::string& time_zone) {
  const std::optional<absl::TimeZone> zone = ZoneNamed(time_zone);
  if (!zone.has_value()) return "";
  return absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M%Ez", time, *zone), " ", time_zone);
}

}  // namespace comity
