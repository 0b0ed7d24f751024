#include "common/service/year.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/day.h"

namespace comity::service {

absl::StatusOr<Year> YearOf(std::int32_t year, absl::Time now) {
  constexpr std::int32_t kFirst = 2000;
  const absl::civil_year_t present = DayInBrussels(now).year();
  if (year < kFirst || year > present) {
    return InvalidField("FIELD_INVALID", "year", absl::StrCat("write 2000 to ", present));
  }
  return Year{.start = absl::FromCivil(absl::CivilYear(year), Brussels()),
              .end = absl::FromCivil(absl::CivilYear(year + 1), Brussels())};
}

}  // namespace comity::service
