#pragma once

#include <cstdint>
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

// A day known to the day, the month, the year, or not at all: an interval of uncertainty. Eight
// bytes: an instrument has nine of them, and the transfer check reads them all.
class PartialDate {
 public:
  // Unknown.
  PartialDate() = default;
  explicit PartialDate(absl::CivilDay day) : PartialDate(day, day) {}

  // Parses "", "2017", "2016-10" or "2016-10-03".
  static absl::StatusOr<PartialDate> Parse(absl::string_view text);

  bool known() const { return latest_ != 0; }
  bool exact() const { return known() && earliest_ == latest_; }

  // The first and the last day it may mean. Only if known().
  absl::CivilDay earliest() const { return Unpack(earliest_); }
  absl::CivilDay latest() const { return Unpack(latest_); }

  // Whether on `day` all of the days it may mean are over, all have come, or none has. Only if
  // known().
  bool SurelyOver(absl::CivilDay day) const { return Pack(day) > latest_; }
  bool SurelyReached(absl::CivilDay day) const { return Pack(day) >= latest_; }
  bool SurelyAhead(absl::CivilDay day) const { return Pack(day) < earliest_; }

  // The month, or year, in which it begins. Only if known().
  PartialDate WholeMonth() const;
  PartialDate WholeYear() const;

  // As it was written.
  std::string ToString() const;

  friend bool operator==(const PartialDate&, const PartialDate&) = default;

 private:
  PartialDate(absl::CivilDay earliest, absl::CivilDay latest)
      : earliest_(Pack(earliest)), latest_(Pack(latest)) {}

  // Days as numbers in the same order; 0 is none.
  static std::int32_t Pack(absl::CivilDay day) {
    return static_cast<std::int32_t>((day.year() << 9) | (day.month() << 5) | day.day());
  }
  static absl::CivilDay Unpack(std::int32_t packed) {
    return absl::CivilDay(packed >> 9, (packed >> 5) & 15, packed & 31);
  }

  std::int32_t earliest_ = 0;
  std::int32_t latest_ = 0;
};

}  // namespace comity
