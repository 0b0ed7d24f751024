#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/engagement_scheduling/v1/engagement_scheduling.grpc.pb.h"
#include "common/rpc/call_gate.h"
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

#define COMITY_UNARY(Method, Response)                                                         \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                       \
                                   const v1::Method##Request* request, v1::Response* response) \
      override
  COMITY_UNARY(SearchSlots, SearchSlotsResponse);
  COMITY_UNARY(HoldEngagement, Engagement);
  COMITY_UNARY(ConfirmEngagement, Engagement);
  COMITY_UNARY(CancelEngagement, Engagement);
  COMITY_UNARY(GetEngagement, Engagement);
  COMITY_UNARY(ListEngagements, ListEngagementsResponse);
  COMITY_UNARY(ExportCalendar, ExportCalendarResponse);
  COMITY_UNARY(UpdateCalendar, Calendar);
  COMITY_UNARY(GetCalendar, Calendar);
  COMITY_UNARY(ListAffected, ListAffectedResponse);
  COMITY_UNARY(ListReliances, ListReliancesResponse);
  COMITY_UNARY(MeasureVolume, MeasureVolumeResponse);
#undef COMITY_UNARY

 private:
  const rpc::CallGate gate_;
  const Reads* const reads_;
  const Inquiries* const inquiries_;
  const Writes* const writes_;
};

}  // namespace comity::engagement_scheduling
