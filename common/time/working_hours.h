#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

// When somebody or something works.
namespace comity {

// Half-open: the end is the first moment after it.
struct Interval {
  absl::Time start;
  absl::Time end;

  bool Overlaps(const Interval& other) const { return start < other.end && other.start < end; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

// Days on which somebody is away, both included, as text: "2026-12-24".
struct Absence {
  std::string first_day;
  std::string last_day;

  friend bool operator==(const Absence&, const Absence&) = default;
};

// Hours of a week.
struct WorkingHours {
  std::string time_zone;  // IANA.
  std::vector<int> days;  // 1 Monday to 7 Sunday.
  int start_minute = 0;   // After midnight, local time.
  int end_minute = 0;
  std::vector<std::string> holidays;  // "2026-12-25".
  std::vector<Absence> absences;      // Not worked either; days of the same zone.
};

// Whether one of `absences` has `day`.
bool IsAway(const std::vector<Absence>& absences, absl::CivilDay day);

// When `hours` are worked within `window`, by start, none touching another. Across daylight-saving
// changes the local clock counts: 09:00 is 09:00, a skipped local time begins with the first one
// after it. Nothing if there is no such zone.
std::vector<Interval> WorkingIntervals(const WorkingHours& hours, const Interval& window);

// "2026-12-01T14:00+04:00 Asia/Tbilisi".
std::string LocalText(absl::Time time, const std::string& time_zone);

}  // namespace comity
