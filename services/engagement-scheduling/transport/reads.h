#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.pb.h"
#include "common/journal/page_token.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/schedule_store.h"

namespace comity::engagement_scheduling {

// The methods that read, from memory. Thread-safe.
class Reads {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    const ScheduleStore* store = nullptr;
    const RegistryView* registry = nullptr;
    const journal::PageTokens* pages = nullptr;
    const Clock* clock = nullptr;
  };

  // `office`: the hours of the agency's persons without a calendar. `publisher`: the service's
  // SPIFFE id, the organiser of what is exported.
  Reads(const Parts& parts, WorkingHours office, std::string publisher)
      : parts_(parts), office_(std::move(office)), publisher_(std::move(publisher)) {}

  absl::Status SearchSlots(const rpc::Call& call, const v1::SearchSlotsRequest& request,
                           v1::SearchSlotsResponse* response) const;
  absl::Status GetEngagement(const rpc::Call& call, const v1::GetEngagementRequest& request,
                             v1::Engagement* response) const;
  absl::Status ListEngagements(const rpc::Call& call, const v1::ListEngagementsRequest& request,
                               v1::ListEngagementsResponse* response) const;
  absl::Status ExportCalendar(const rpc::Call& call, const v1::ExportCalendarRequest& request,
                              v1::ExportCalendarResponse* response) const;
  absl::Status GetCalendar(const rpc::Call& call, const v1::GetCalendarRequest& request,
                           v1::Calendar* response) const;

 private:
  const Parts parts_;
  const WorkingHours office_;
  const std::string publisher_;
};

}  // namespace comity::engagement_scheduling
