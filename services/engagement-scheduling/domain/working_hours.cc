#include "services/engagement-scheduling/domain/working_hours.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "common/time/zone.h"

namespace comity::engagement_scheduling {
namespace {

constexpr int kMinutesADay = 24 * 60;
constexpr std::size_t kMostHolidays = 400;

}  // namespace

absl::Status CheckWorkingHours(const WorkingHours& hours, absl::string_view field) {
  if (!ZoneNamed(hours.time_zone).has_value()) {
    return InvalidField("TIME_ZONE_UNKNOWN", absl::StrCat(field, ".time_zone"),
                        "is no IANA zone: write one such as Asia/Tbilisi");
  }
  const auto invalid = [&](absl::string_view name, absl::string_view what) {
    return InvalidField("WORKING_HOURS_INVALID", absl::StrCat(field, ".", name), what);
  };
  if (hours.days.empty() || hours.days.size() > 7) {
    return invalid("days", "must name 1 to 7 days of the week");
  }
  for (const int day : hours.days) {
    if (day < 1 || day > 7) return invalid("days", "a day is 1 (Monday) to 7 (Sunday)");
  }
  if (hours.start_minute < 0 || hours.start_minute >= kMinutesADay) {
    return invalid("start_minute", "must be 0 to 1439 minutes after midnight");
  }
  if (hours.end_minute <= hours.start_minute || hours.end_minute > kMinutesADay) {
    return invalid("end_minute", "must be after start_minute and at most 1440");
  }
  if (hours.holidays.size() > kMostHolidays) return invalid("holidays", "name at most 400 days");
  for (const std::string& holiday : hours.holidays) {
    if (!ParseDay(holiday).ok()) return invalid("holidays", "a day is written 2026-12-25");
  }
  return absl::OkStatus();
}

}  // namespace comity::engagement_scheduling
