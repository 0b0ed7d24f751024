#include "services/engagement-scheduling/transport/positions.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"

namespace comity::engagement_scheduling {

std::string PositionText(absl::Time time, absl::string_view name) {
  return absl::StrCat(absl::ToUnixNanos(time), " ", name);
}

absl::StatusOr<TimePosition> ParsePosition(absl::string_view text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  std::int64_t nanos = 0;
  if (!absl::SimpleAtoi(parts.first, &nanos) || parts.second.empty()) {
    return InvalidField("PAGE_TOKEN_INVALID", "page_token",
                        "is not one of this list: begin again without it");
  }
  return TimePosition(absl::FromUnixNanos(nanos), parts.second);
}

}  // namespace comity::engagement_scheduling
