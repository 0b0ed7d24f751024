#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.pb.h"
#include "common/journal/journal.h"
#include "common/journal/page_token.h"
#include "common/rpc/call.h"
#include "common/service/volume_report.h"
#include "common/time/clock.h"
#include "common/transfer_proto/affected.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/schedule_store.h"

namespace comity::engagement_scheduling {

// How much there is in one answer, and is looked at in one go.
struct InquiryLimits {
  transfer_proto::AffectedLimits affected;
  std::size_t at_once = 256;  // While the state is held, so that writers have it back soon.
};

// What is asked of all that is booked: what if, who relied on it, how much. From memory, but long:
// on the bulk executor. Thread-safe.
class Inquiries {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    const ScheduleStore* store = nullptr;
    const RegistryView* registry = nullptr;
    journal::Journal* journal = nullptr;
    const journal::PageTokens* pages = nullptr;
    const Clock* clock = nullptr;
    service::VolumeReporter report;
    InquiryLimits limits;
  };

  explicit Inquiries(const Parts& parts) : parts_(parts) {}

  absl::Status ListAffected(const rpc::Call& call, const v1::ListAffectedRequest& request,
                            v1::ListAffectedResponse* response) const;
  absl::Status ListReliances(const rpc::Call& call, const v1::ListReliancesRequest& request,
                             v1::ListReliancesResponse* response) const;
  absl::Status MeasureVolume(const rpc::Call& call, const v1::MeasureVolumeRequest& request,
                             v1::MeasureVolumeResponse* response) const;
  absl::Status ReportVolume(const rpc::Call& call, const v1::ReportVolumeRequest& request,
                            v1::ReportVolumeResponse* response) const;

 private:
  const Parts parts_;
};

}  // namespace comity::engagement_scheduling
