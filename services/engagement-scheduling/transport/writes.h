#pragma once

#include <utility>

#include "absl/status/status.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.pb.h"
#include "common/rpc/call.h"
#include "common/rpc/write_call.h"
#include "common/time/clock.h"
#include "services/engagement-scheduling/domain/booking.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/schedule_store.h"

namespace comity::engagement_scheduling {

// The methods that write; each is answered when the change is durable. Thread-safe.
class Writes {
 public:
  // None is owned; all must outlive this object. `on_check` is called on the writer's thread.
  Writes(ScheduleStore* store, const RegistryView* registry, const Clock* clock,
         OnTransferCheck on_check = nullptr)
      : store_(store), registry_(registry), clock_(clock), on_check_(std::move(on_check)) {}

  // Bodies of CallGate::Write.
  absl::Status HoldEngagement(const rpc::Call& call, const v1::HoldEngagementRequest& request,
                              v1::Engagement* response, rpc::WriteCall& later) const;
  absl::Status CancelEngagement(const rpc::Call& call, const v1::CancelEngagementRequest& request,
                                v1::Engagement* response, rpc::WriteCall& later) const;
  absl::Status UpdateCalendar(const rpc::Call& call, const v1::UpdateCalendarRequest& request,
                              v1::Calendar* response, rpc::WriteCall& later) const;

  // Blocks: a confirmation waits for a withdrawal that is being applied.
  absl::Status ConfirmEngagement(const rpc::Call& call, const v1::ConfirmEngagementRequest& request,
                                 v1::Engagement* response) const;

  // Marks holds that ran out, all there are now; returns how many. Blocks. Errors of the journal.
  absl::StatusOr<int> ExpireHolds() const;

 private:
  // Has `planner` make or change an engagement, with which `answer` answers.
  void Submit(journal::Attempt attempt, ScheduleStore::Planner planner, v1::Engagement* response,
              rpc::Answer answer) const;
  absl::Status Fill(const absl::StatusOr<ScheduleStore::Written>& written,
                    v1::Engagement* response) const;

  ScheduleStore* const store_;
  const RegistryView* const registry_;
  const Clock* const clock_;
  const OnTransferCheck on_check_;
};

}  // namespace comity::engagement_scheduling
