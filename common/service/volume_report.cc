#include "common/service/volume_report.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "comity/partner_registry/v1/relations.grpc.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"

namespace comity::service {
namespace {

using partner_registry::v1::RelationService;
using partner_registry::v1::ReportVolumesRequest;
using partner_registry::v1::ReportVolumesResponse;

// What is kept back of the caller's deadline, so that the answer reaches it before it gives up.
constexpr absl::Duration kForTheAnswer = absl::Milliseconds(500);
constexpr absl::Duration kLongestWait = absl::Seconds(20);

// In gRPC's synchronous API whoever waits also polls the sockets of the whole process, of its
// server too; here the thread only sleeps.
absl::Status Call(RelationService::Stub& stub, const ReportVolumesRequest& request,
                  absl::Time deadline, ReportVolumesResponse* response) {
  grpc::ClientContext context;
  rpc::SetDeadline(context, deadline - absl::Now());
  grpc::Status status;
  absl::Notification done;
  stub.async()->ReportVolumes(&context, &request, response, [&](grpc::Status said) {
    status = std::move(said);
    done.Notify();
  });
  done.WaitForNotification();
  return rpc::ToAbslStatus(status);
}

absl::Status Told(const absl::Status& said) {
  const std::string reason = ReasonOf(said);
  switch (said.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
      return MakeError(absl::StatusCode::kUnavailable,
                       absl::StrCat("The partner registry did not answer when it was told what was "
                                    "counted (",
                                    reason, ": ", said.message(),
                                    "): count and report it again, which is safe."),
                       {.reason = "REGISTRY_NOT_TOLD", .metadata = {{"registry_reason", reason}}});
    default:
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The partner registry refused what was counted, and recorded "
                                    "nothing (",
                                    reason, ": ", said.message(),
                                    "): have its operator settle that, and report it again."),
                       {.reason = "REPORT_REFUSED", .metadata = {{"registry_reason", reason}}});
  }
}

}  // namespace

VolumeReporter ReportVolumesOver(std::shared_ptr<grpc::Channel> channel) {
  const std::shared_ptr<RelationService::Stub> stub = RelationService::NewStub(std::move(channel));
  return [stub](ReportVolumesRequest report,
                absl::Time deadline) -> absl::StatusOr<ledger::v1::Revision> {
    const absl::Time now = absl::Now();
    const absl::Time until = std::min(deadline - kForTheAnswer, now + kLongestWait);
    report.set_request_id(NewUuid(now));
    ReportVolumesResponse response;
    const absl::Status said = rpc::Retry({.deadline = until}, [&] {
      response.Clear();
      return Call(*stub, report, until, &response);
    });
    if (!said.ok()) return Told(said);
    return response.revision();
  };
}

absl::Status CountInterrupted() {
  return MakeError(absl::StatusCode::kCancelled,
                   "Counting was interrupted, and nothing was reported: ask again, and allow more "
                   "time.",
                   {.reason = "COUNT_INTERRUPTED"});
}

}  // namespace comity::service
