#pragma once

#include "absl/time/civil_time.h"

namespace comity {

// The last day on which what was verified or evaluated on `day` still counts: the same day a year
// later, 1 March for 29 February.
inline absl::CivilDay YearAfter(absl::CivilDay day) {
  return absl::CivilDay(day.year() + 1, day.month(), day.day());
}

}  // namespace comity
