#include "services/engagement-scheduling/transport/engagement_scheduling_service.h"

namespace comity::engagement_scheduling {

// All methods have one of two forms; what differs is their name and who answers.
#define COMITY_UNARY(Method, Response, parts)                                                   \
  grpc::ServerUnaryReactor* EngagementSchedulingService::Method(                                \
      grpc::CallbackServerContext* context, const v1::Method##Request* request,                 \
      v1::Response* response) {                                                                 \
    return gate_.Unary(                                                                         \
        context, #Method, request, response,                                                    \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer) { \
          return parts->Method(call, asked, answer);                                            \
        });                                                                                     \
  }
#define COMITY_WRITE(Method, Response)                                                          \
  grpc::ServerUnaryReactor* EngagementSchedulingService::Method(                                \
      grpc::CallbackServerContext* context, const v1::Method##Request* request,                 \
      v1::Response* response) {                                                                 \
    return gate_.Write(                                                                         \
        context, #Method, request, response,                                                    \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer,   \
               rpc::WriteCall& later) { return writes_->Method(call, asked, answer, later); }); \
  }
COMITY_UNARY(SearchSlots, SearchSlotsResponse, reads_)
COMITY_UNARY(GetEngagement, Engagement, reads_)
COMITY_UNARY(ListEngagements, ListEngagementsResponse, reads_)
COMITY_UNARY(ExportCalendar, ExportCalendarResponse, reads_)
COMITY_UNARY(GetCalendar, Calendar, reads_)
COMITY_UNARY(ListAffected, ListAffectedResponse, inquiries_)
COMITY_UNARY(ListReliances, ListReliancesResponse, inquiries_)
COMITY_UNARY(MeasureVolume, MeasureVolumeResponse, inquiries_)
COMITY_UNARY(ConfirmEngagement, Engagement, writes_)
COMITY_WRITE(HoldEngagement, Engagement)
COMITY_WRITE(CancelEngagement, Engagement)
COMITY_WRITE(UpdateCalendar, Calendar)
#undef COMITY_WRITE
#undef COMITY_UNARY

}  // namespace comity::engagement_scheduling
