#include "services/partner-registry/transport/report_service.h"

#include <memory>

namespace comity::partner_registry {

// All unary methods have one form; what differs is their name.
#define COMITY_UNARY(Method, Response)                                                          \
  grpc::ServerUnaryReactor* ReportService::Method(grpc::CallbackServerContext* context,         \
                                                  const v1::Method##Request* request,           \
                                                  v1::Response* response) {                     \
    return gate_.Unary(                                                                         \
        context, #Method, request, response,                                                    \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer) { \
          return reports_->Method(call, asked, answer);                                         \
        });                                                                                     \
  }
COMITY_UNARY(GetPublicList, PublicList)
COMITY_UNARY(GetBriefing, Briefing)
COMITY_UNARY(ListComing, ListComingResponse)
COMITY_UNARY(ListAffected, ListAffectedResponse)
#undef COMITY_UNARY

grpc::ServerWriteReactor<v1::WatchComingResponse>* ReportService::WatchComing(
    grpc::CallbackServerContext* context, const v1::WatchComingRequest* request) {
  return gate_.Watch<v1::WatchComingRequest, v1::WatchComingResponse>(
      context, "WatchComing", request,
      [this](const v1::WatchComingRequest& asked,
             const std::shared_ptr<Reports::ComingFlow>& flow) {
        return reports_->WatchComing(asked, flow);
      });
}

grpc::ServerWriteReactor<v1::GetSnapshotResponse>* ReportService::GetSnapshot(
    grpc::CallbackServerContext* context, const v1::GetSnapshotRequest* request) {
  return gate_.Download<v1::GetSnapshotRequest, v1::GetSnapshotResponse>(
      context, "GetSnapshot", request,
      [this](const rpc::Call& call, const v1::GetSnapshotRequest& asked,
             rpc::Writer<v1::GetSnapshotResponse>& out) {
        return snapshot_->Get(call, asked, out);
      });
}

}  // namespace comity::partner_registry
