#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace comity::service {

// A year in Europe/Brussels; the end is the first moment after it.
struct Year {
  absl::Time start;
  absl::Time end;
};

// The field `year` of a request. INVALID_ARGUMENT `FIELD_INVALID` unless it is 2000 to the present
// one at `now`.
absl::StatusOr<Year> YearOf(std::int32_t year, absl::Time now);

}  // namespace comity::service
