#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/engagement-scheduling/domain/schedule.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

struct SlotQuestion {
  std::vector<std::string> participants;  // SPIFFE ids.
  std::vector<std::string> resources;
  absl::Duration duration;
  Interval window;
  absl::Duration granularity = absl::Minutes(15);
  int max_results = 10;
};

// Why there is no slot.
struct Obstacle {
  std::string who;
  std::string reason;  // NO_CALENDAR, NO_COMMON_WORKING_HOURS, BUSY, HOLIDAY.
  std::string sentence;
};

struct SlotAnswer {
  std::vector<Interval> slots;      // Earliest first.
  std::vector<Obstacle> obstacles;  // With no slot only.
};

// Whose hours; nullopt if nobody knows.
using HoursOf = std::function<std::optional<WorkingHours>(const std::string& who)>;

// INVALID_ARGUMENT `PARTICIPANTS_INVALID`, `RESOURCES_INVALID`, `DURATION_INVALID`,
// `WINDOW_INVALID`, `GRANULARITY_INVALID`, `MAX_RESULTS_INVALID`.
absl::Status CheckSlotQuestion(const SlotQuestion& question);

// Finds when everybody and everything works and is free: the working intervals of all are
// intersected, then what is occupied is cut out. Nothing before `now` is offered. Pure. `question`
// passed CheckSlotQuestion.
SlotAnswer SearchSlots(const Schedule& schedule, const SlotQuestion& question,
                       const HoursOf& hours_of, absl::Time now);

}  // namespace comity::engagement_scheduling
