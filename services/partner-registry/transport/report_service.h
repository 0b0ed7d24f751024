#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/partner_registry/v1/reports.grpc.pb.h"
#include "common/rpc/handlers.h"
#include "services/partner-registry/transport/reports.h"
#include "services/partner-registry/transport/signed_snapshot.h"

namespace comity::partner_registry {

// The gRPC handlers of RegistryReportService: each is the gate around one method of Reports
// or SignedSnapshot.
// Thread-safe.
class ReportService final : public v1::RegistryReportService::CallbackService {
 public:
  // Neither is owned; both must outlive this object and every call.
  ReportService(rpc::CallGate gate, const Reports* reports, const SignedSnapshot* snapshot)
      : gate_(std::move(gate)), reports_(reports), snapshot_(snapshot) {}

  COMITY_UNARY(GetPublicList, PublicList, reports_)
  COMITY_UNARY(GetBriefing, Briefing, reports_)
  COMITY_UNARY(ListComing, ListComingResponse, reports_)
  COMITY_UNARY(ListAffected, ListAffectedResponse, reports_)

  grpc::ServerWriteReactor<v1::WatchComingResponse>* WatchComing(
      grpc::CallbackServerContext* context, const v1::WatchComingRequest* request) override;
  grpc::ServerWriteReactor<v1::GetSnapshotResponse>* GetSnapshot(
      grpc::CallbackServerContext* context, const v1::GetSnapshotRequest* request) override;

 private:
  const rpc::CallGate gate_;
  const Reports* const reports_;
  const SignedSnapshot* const snapshot_;
};

}  // namespace comity::partner_registry
