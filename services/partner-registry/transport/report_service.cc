#include "services/partner-registry/transport/report_service.h"

#include <memory>

namespace comity::partner_registry {

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
