#pragma once

#include <algorithm>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/client/task.h"
#include "common/status/error.h"

namespace comity::client {

// Whether the service could not be reached at all, as opposed to having answered that it cannot
// now.
inline bool IsAway(const absl::Status& status) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return false;
  const std::string reason = ReasonOf(status);
  return reason.empty() || reason == "SERVER_UNREACHABLE" || reason == "CALL_INTERRUPTED" ||
         reason == "DRAINING";
}

// Calls `attempt`, which must be safe to repeat, until the service answers or `patience` has
// passed.
template <typename Attempt>
std::invoke_result_t<Attempt> Persist(absl::Duration patience, const Cancellation* cancellation,
                                      Attempt attempt) {
  const absl::Time end = absl::Now() + patience;
  for (absl::Duration wait = absl::Milliseconds(200);;
       wait = std::min(wait * 2, absl::Seconds(2))) {
    auto answer = attempt();
    if (answer.ok() || !IsAway(answer.status()) || absl::Now() + wait > end) return answer;
    if (cancellation != nullptr) {
      const absl::Status status = cancellation->Check();
      if (!status.ok()) return status;
    }
    absl::SleepFor(wait);
  }
}

}  // namespace comity::client
