#pragma once

#include "absl/status/status.h"
#include "comity/document_exchange/v1/document_exchange.pb.h"
#include "common/journal/journal.h"
#include "common/journal/page_token.h"
#include "common/rpc/call.h"
#include "common/service/volume_report.h"
#include "common/time/clock.h"
#include "common/transfer_proto/affected.h"
#include "services/document-exchange/domain/exchange.h"

namespace comity::document_exchange {

// What is asked of all that was exchanged: what if, who relied on it, how much. Thread-safe; rows
// are read in parts, so that memory does not grow with them.
class Inquiries {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    const Exchange* exchange = nullptr;
    const RegistryView* registry = nullptr;
    RowsSource* rows = nullptr;
    journal::Journal* journal = nullptr;
    const journal::PageTokens* pages = nullptr;
    const Clock* clock = nullptr;
    service::VolumeReporter report;
    transfer_proto::AffectedLimits limits;
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
  // The store as it is; errors of CheckMinRevision if the caller has to read a later one.
  absl::StatusOr<journal::Head> HeadFor(const rpc::Call& call) const;

  const Parts parts_;
};

}  // namespace comity::document_exchange
