#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace comity {

// The zone in which days run (LEGAL: from the first hour of the first day to the last hour of the
// last): Europe/Brussels. The zone database must be installed.
absl::TimeZone Brussels();

// The day in Europe/Brussels on which `instant` falls.
absl::CivilDay DayInBrussels(absl::Time instant);

// "2026-11-23".
std::string FormatDay(absl::CivilDay day);

// Parses "2026-11-23". INVALID_ARGUMENT `DAY_INVALID` otherwise, for days the calendar does not
// have and years outside 1900 to 2999 too.
absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text);

// A day known to the day, the month, the year, or not at all: an interval of uncertainty.
class PartialDate {
 public:
  // Unknown.
  PartialDate() = default;
  explicit PartialDate(absl::CivilDay day) : earliest_(day), latest_(day), known_(true) {}

  // Parses "", "2017", "2016-10" or "2016-10-03".
  static absl::StatusOr<PartialDate> Parse(absl::string_view text);

  bool known() const { return known_; }
  bool exact() const { return known_ && earliest_ == latest_; }

  // The first and the last day it may mean. Only if known().
  absl::CivilDay earliest() const { return earliest_; }
  absl::CivilDay latest() const { return latest_; }

  // As it was written.
  std::string ToString() const;

  friend bool operator==(const PartialDate&, const PartialDate&) = default;

 private:
  PartialDate(absl::CivilDay earliest, absl::CivilDay latest)
      : earliest_(earliest), latest_(latest), known_(true) {}

  absl::CivilDay earliest_;
  absl::CivilDay latest_;
  bool known_ = false;
};

}  // namespace comity
