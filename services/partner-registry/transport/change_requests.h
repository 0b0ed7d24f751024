#pragma once

#include "absl/status/status.h"
#include "comity/partner_registry/v1/change_requests.pb.h"
#include "common/rpc/call.h"
#include "services/partner-registry/transport/edits.h"
#include "services/partner-registry/transport/snapshot_reads.h"

namespace comity::partner_registry {

// The methods of ChangeRequestService that read. A request of another partner is answered exactly
// as one that is not there. Thread-safe.
class ChangeRequestReads final : SnapshotReads {
 public:
  // None is owned; all must outlive this object.
  ChangeRequestReads(RegistryStore* store, const journal::PageTokens* pages, const Clock* clock)
      : SnapshotReads(store, pages, clock) {}

  absl::Status GetChangeRequest(const rpc::Call& call, const v1::GetChangeRequestRequest& request,
                                v1::ChangeRequest* response) const;
  absl::Status ListChangeRequests(const rpc::Call& call,
                                  const v1::ListChangeRequestsRequest& request,
                                  v1::ListChangeRequestsResponse* response) const;
};

// Those that write. Thread-safe; all may block.
class ChangeRequestWrites final : Edits {
 public:
  // None is owned; all must outlive this object.
  ChangeRequestWrites(RegistryStore* store, Leases* leases, const Clock* clock)
      : Edits(store, leases, clock), clock_(clock) {}

  absl::Status CreateChangeRequest(const rpc::Call& call,
                                   const v1::CreateChangeRequestRequest& request,
                                   v1::ChangeRequest* response) const;
  absl::Status ApproveChangeRequest(const rpc::Call& call,
                                    const v1::ApproveChangeRequestRequest& request,
                                    v1::ChangeRequest* response) const;
  absl::Status RejectChangeRequest(const rpc::Call& call,
                                   const v1::RejectChangeRequestRequest& request,
                                   v1::ChangeRequest* response) const;

 private:
  const Clock* const clock_;
};

}  // namespace comity::partner_registry
