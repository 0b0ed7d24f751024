#include "services/engagement-scheduling/domain/schedule_store.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "common/status/macros.h"

namespace comity::engagement_scheduling {

absl::StatusOr<ScheduleStore::Written> ScheduleStore::Write(journal::Attempt attempt,
                                                            Planner planner) {
  absl::Notification answered;
  absl::StatusOr<Written> answer;
  Submit(std::move(attempt), std::move(planner), [&](absl::StatusOr<Written> written) {
    answer = std::move(written);
    answered.Notify();
  });
  answered.WaitForNotification();
  COMITY_RETURN_IF_ERROR(answer.status());
  return Recall(*std::move(answer));
}

}  // namespace comity::engagement_scheduling
