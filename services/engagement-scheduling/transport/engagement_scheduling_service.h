#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/engagement_scheduling/v1/engagement_scheduling.grpc.pb.h"
#include "common/rpc/handlers.h"
#include "services/engagement-scheduling/transport/inquiries.h"
#include "services/engagement-scheduling/transport/reads.h"
#include "services/engagement-scheduling/transport/writes.h"

namespace comity::engagement_scheduling {

// The gRPC handlers: each is the gate around one method of Reads, Inquiries or Writes. Thread-safe.
class EngagementSchedulingService final : public v1::EngagementSchedulingService::CallbackService {
 public:
  // None is owned; all must outlive this object and every call.
  EngagementSchedulingService(rpc::CallGate gate, const Reads* reads, const Inquiries* inquiries,
                              const Writes* writes)
      : gate_(std::move(gate)), reads_(reads), inquiries_(inquiries), writes_(writes) {}

  COMITY_UNARY(SearchSlots, SearchSlotsResponse, reads_)
  COMITY_WRITE(HoldEngagement, Engagement, writes_)
  COMITY_UNARY(ConfirmEngagement, Engagement, writes_)
  COMITY_WRITE(CancelEngagement, Engagement, writes_)
  COMITY_UNARY(GetEngagement, Engagement, reads_)
  COMITY_UNARY(ListEngagements, ListEngagementsResponse, reads_)
  COMITY_UNARY(ExportCalendar, ExportCalendarResponse, reads_)
  COMITY_WRITE(UpdateCalendar, Calendar, writes_)
  COMITY_UNARY(GetCalendar, Calendar, reads_)
  COMITY_UNARY(ListAffected, ListAffectedResponse, inquiries_)
  COMITY_UNARY(ListReliances, ListReliancesResponse, inquiries_)
  COMITY_UNARY(MeasureVolume, MeasureVolumeResponse, inquiries_)
  COMITY_UNARY(ReportVolume, ReportVolumeResponse, inquiries_)

 private:
  const rpc::CallGate gate_;
  const Reads* const reads_;
  const Inquiries* const inquiries_;
  const Writes* const writes_;
};

}  // namespace comity::engagement_scheduling
