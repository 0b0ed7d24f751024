#include "common/time/day.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2999;

absl::Status Invalid(absl::string_view text) {
  return InvalidField("DAY_INVALID", "day",
                      absl::StrCat("\"", text,
                                   "\" is no day: write 2026-11-23 (a fact may also be "
                                   "known to the month, 2026-11, or the year, 2026)"));
}

// Reads exactly `text.size()` digits.
bool Digits(absl::string_view text, int& value) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(text, &value);
}

}  // namespace

absl::TimeZone Brussels() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone loaded;
    // Falling back to UTC would move days silently.
    if (!absl::LoadTimeZone("Europe/Brussels", &loaded)) std::abort();
    return loaded;
  }();
  return zone;
}

absl::CivilDay DayInBrussels(absl::Time instant) { return absl::ToCivilDay(instant, Brussels()); }

std::string FormatDay(absl::CivilDay day) {
  return absl::StrCat(absl::Dec(day.year(), absl::kZeroPad4), "-",
                      absl::Dec(day.month(), absl::kZeroPad2), "-",
                      absl::Dec(day.day(), absl::kZeroPad2));
}

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text) {
  const absl::StatusOr<PartialDate> date = PartialDate::Parse(text);
  if (date.ok() && date->exact() && text.size() == 10) return date->earliest();
  return InvalidField("DAY_INVALID", "day",
                      absl::StrCat("\"", text, "\" is no day: write a whole one, 2026-11-23"));
}

absl::StatusOr<PartialDate> PartialDate::Parse(absl::string_view text) {
  if (text.empty()) return PartialDate();
  int year = 0;
  int month = 1;
  int day = 1;
  const bool has_month = text.size() >= 7;
  const bool has_day = text.size() == 10;
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return Invalid(text);
  if (!Digits(text.substr(0, 4), year) || year < kFirstYear || year > kLastYear) {
    return Invalid(text);
  }
  if (has_month && (text[4] != '-' || !Digits(text.substr(5, 2), month))) return Invalid(text);
  if (has_day && (text[7] != '-' || !Digits(text.substr(8, 2), day))) return Invalid(text);

  // Civil times normalise: a month 13 or a 31 February would come out as another day.
  const absl::CivilDay earliest(year, month, day);
  if (earliest.month() != month || earliest.day() != day) return Invalid(text);
  const PartialDate date(earliest);
  if (has_day) return date;
  return has_month ? date.WholeMonth() : date.WholeYear();
}

PartialDate PartialDate::WholeMonth() const {
  const absl::CivilMonth month(earliest());
  return PartialDate(absl::CivilDay(month), absl::CivilDay(month + 1) - 1);
}

PartialDate PartialDate::WholeYear() const {
  const absl::CivilYear year(earliest());
  return PartialDate(absl::CivilDay(year), absl::CivilDay(year + 1) - 1);
}

std::string PartialDate::ToString() const {
  if (!known()) return "";
  const absl::CivilDay first = earliest();
  if (exact()) return FormatDay(first);
  if (first.month() == latest().month()) {
    return absl::StrCat(absl::Dec(first.year(), absl::kZeroPad4), "-",
                        absl::Dec(first.month(), absl::kZeroPad2));
  }
  return absl::StrCat(absl::Dec(first.year(), absl::kZeroPad4));
}

}  // namespace comity
