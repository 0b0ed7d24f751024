#include "services/engagement-scheduling/domain/slots.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/domain/people.h"
#include "services/engagement-scheduling/domain/working_hours.h"

namespace comity::engagement_scheduling {
namespace {

using Intervals = std::vector<Interval>;

// What is in both; each sorted and without overlaps.
Intervals Intersect(const Intervals& a, const Intervals& b) {
  Intervals both;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const Interval common{std::max(a[i].start, b[j].start), std::min(a[i].end, b[j].end)};
    if (common.start < common.end) both.push_back(common);
    (a[i].end < b[j].end ? i : j) += 1;
  }
  return both;
}

// What is in `free` and in none of `busy` (sorted by start, may overlap).
Intervals Subtract(const Intervals& free, const Intervals& busy) {
  Intervals left;
  for (Interval interval : free) {
    for (const Interval& taken : busy) {
      if (!taken.Overlaps(interval)) continue;
      if (interval.start < taken.start) left.push_back({interval.start, taken.start});
      interval.start = std::max(interval.start, taken.end);
      if (interval.start >= interval.end) break;
    }
    if (interval.start < interval.end) left.push_back(interval);
  }
  return left;
}

bool Fits(const Intervals& intervals, absl::Duration duration) {
  return std::any_of(intervals.begin(), intervals.end(), [&](const Interval& interval) {
    return interval.end - interval.start >= duration;
  });
}

// The first multiple of `granularity` (from the epoch, hence from the full hour) not before `time`.
absl::Time Align(absl::Time time, absl::Duration granularity) {
  const absl::Duration past = (time - absl::UnixEpoch()) % granularity;
  return past == absl::ZeroDuration() ? time : time + (granularity - past);
}

}  // namespace

absl::Status CheckSlotQuestion(const SlotQuestion& question) {
  COMITY_RETURN_IF_ERROR(CheckPeople(question.participants, "participants"));
  COMITY_RETURN_IF_ERROR(CheckResources(question.resources, "resources"));
  if (question.duration < absl::Minutes(5) || question.duration > absl::Hours(24)) {
    return InvalidField("DURATION_INVALID", "duration", "must be 5 minutes to 24 hours");
  }
  if (question.window.end <= question.window.start ||
      question.window.end - question.window.start > absl::Hours(24 * 366)) {
    return InvalidField("WINDOW_INVALID", "window",
                        "must end after it starts, at most 366 days later");
  }
  if (question.granularity < absl::Minutes(1) || question.granularity > absl::Hours(24)) {
    return InvalidField("GRANULARITY_INVALID", "granularity", "must be 1 minute to 24 hours");
  }
  if (question.max_results < 1) {
    return InvalidField("MAX_RESULTS_INVALID", "max_results", "must not be negative");
  }
  return absl::OkStatus();
}

SlotAnswer SearchSlots(const Schedule& schedule, const SlotQuestion& question,
                       const HoursOf& hours_of, absl::Time now) {
  SlotAnswer answer;
  const Interval window{std::max(question.window.start, now), question.window.end};
  if (window.end - window.start < question.duration) {
    answer.obstacles.push_back({"all", "NO_COMMON_WORKING_HOURS",
                                "What is left of this window is shorter than the meeting: look "
                                "at more days."});
    return answer;
  }
  std::vector<std::string> all = question.participants;
  all.insert(all.end(), question.resources.begin(), question.resources.end());

  // First who can at all, so that what is in the way is named by its kind.
  Intervals common = {window};
  for (const std::string& who : all) {
    const std::optional<WorkingHours> hours = hours_of(who);
    if (!hours) {
      answer.obstacles.push_back({who, "NO_CALENDAR",
                                  "Nobody knows when this participant or resource works: set its "
                                  "hours, or register the contact."});
      continue;
    }
    const Intervals worked = WorkingIntervals(*hours, window);
    Intervals narrowed = Intersect(common, worked);
    if (Fits(common, question.duration) && !Fits(narrowed, question.duration)) {
      WorkingHours without_holidays = *hours;
      without_holidays.holidays.clear();
      without_holidays.absences.clear();
      const bool holiday =
          Fits(Intersect(common, WorkingIntervals(without_holidays, window)), question.duration);
      answer.obstacles.push_back(
          {who, holiday ? "HOLIDAY" : "NO_COMMON_WORKING_HOURS",
           holiday ? "Only holidays and absences are left in this window: look at more "
                     "days."
                   : absl::StrCat("No working time in ", hours->time_zone,
                                  " is common to all: look at more days, a shorter meeting, or "
                                  "leave this participant out.")});
    }
    common = std::move(narrowed);
  }
  if (!answer.obstacles.empty()) return answer;

  for (const std::string& who : all) {
    Intervals narrowed = Subtract(common, schedule.Busy(who, window, now));
    if (!Fits(narrowed, question.duration)) {
      answer.obstacles.push_back({who, "BUSY",
                                  "Is occupied whenever all the others could: look at more days or "
                                  "a shorter meeting."});
      return answer;
    }
    common = std::move(narrowed);
  }
  for (const Interval& interval : common) {
    for (absl::Time start = Align(interval.start, question.granularity);
         start + question.duration <= interval.end; start += question.granularity) {
      answer.slots.push_back({start, start + question.duration});
      if (static_cast<int>(answer.slots.size()) == question.max_results) return answer;
    }
  }
  if (answer.slots.empty()) {
    answer.obstacles.push_back({"all", "NO_COMMON_WORKING_HOURS",
                                "What is free in common begins between two steps: ask with a finer "
                                "granularity."});
  }
  return answer;
}

}  // namespace comity::engagement_scheduling
