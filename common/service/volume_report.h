#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "comity/ledger/v1/ledger.pb.h"
#include "comity/partner_registry/v1/relations.pb.h"
#include "common/rpc/call.h"
#include "common/status/macros.h"

namespace grpc {
class Channel;
}

// What a service counted of a year, reported to the partner registry by the service itself: nobody
// who asks for it has a say in the numbers.
namespace comity::service {

// Reports, with a request id of its own, and answers the registry revision at which it is recorded.
// Blocks until `deadline` at most. What is reported stands whoever asked for it; reporting it again
// is safe.
//   UNAVAILABLE `REGISTRY_NOT_TOLD`: the registry did not answer: whether it is recorded is not
//   known;
//   FAILED_PRECONDITION `REPORT_REFUSED`: the registry recorded nothing, and says why.
using VolumeReporter = std::function<absl::StatusOr<ledger::v1::Revision>(
    partner_registry::v1::ReportVolumesRequest report, absl::Time deadline)>;

// Over the channel that the service has to the registry, with its own certificate.
VolumeReporter ReportVolumesOver(std::shared_ptr<grpc::Channel> channel);

// CANCELLED `COUNT_INTERRUPTED`: the caller has gone or its deadline has passed, and a part of the
// year must not pass for the whole.
absl::Status CountInterrupted();

// The body of ReportVolume: reports what MeasureVolume `counted`. `add` is given the volume of each
// partner and the counts that are to be reported of it.
template <typename Counted, typename Response, typename Add>
absl::Status ReportCounted(const rpc::Call& call, const VolumeReporter& reporter, int year,
                           Counted counted, Add add, Response* response) {
  partner_registry::v1::ReportVolumesRequest report;
  report.set_year(year);
  *report.mutable_counted_at() = counted.revision();
  for (const auto& volume : counted.volumes()) {
    partner_registry::v1::ReportedVolume& added = *report.add_volumes();
    added.set_partner(volume.partner());
    add(volume, *added.mutable_counts());
  }
  COMITY_ASSIGN_OR_RETURN(*response->mutable_registry_revision(),
                          reporter(std::move(report), call.deadline()));
  *response->mutable_counted_at() = counted.revision();
  response->mutable_volumes()->Swap(counted.mutable_volumes());
  return absl::OkStatus();
}

}  // namespace comity::service
