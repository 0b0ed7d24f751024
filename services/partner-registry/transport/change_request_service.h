#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/partner_registry/v1/change_requests.grpc.pb.h"
#include "common/rpc/handlers.h"
#include "services/partner-registry/transport/change_requests.h"

namespace comity::partner_registry {

// The gRPC handlers of ChangeRequestService: each is the gate around one method. Thread-safe.
class ChangeRequestService final : public v1::ChangeRequestService::CallbackService {
 public:
  // None is owned; all must outlive this object and every call.
  ChangeRequestService(rpc::CallGate gate, const ChangeRequestReads* reads,
                       const ChangeRequestWrites* writes)
      : gate_(std::move(gate)), reads_(reads), writes_(writes) {}

  COMITY_UNARY(CreateChangeRequest, ChangeRequest, writes_)
  COMITY_UNARY(GetChangeRequest, ChangeRequest, reads_)
  COMITY_UNARY(ListChangeRequests, ListChangeRequestsResponse, reads_)
  COMITY_UNARY(ApproveChangeRequest, ChangeRequest, writes_)
  COMITY_UNARY(RejectChangeRequest, ChangeRequest, writes_)

 private:
  const rpc::CallGate gate_;
  const ChangeRequestReads* const reads_;
  const ChangeRequestWrites* const writes_;
};

}  // namespace comity::partner_registry
