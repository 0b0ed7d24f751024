#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "comity/partner_registry/v1/reports.pb.h"
#include "common/journal/page_token.h"
#include "common/rpc/call.h"
#include "common/rpc/streams.h"
#include "common/signer_files/signer_files.h"
#include "common/time/clock.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/transport/coming_lists.h"
#include "services/partner-registry/transport/snapshot_reads.h"

namespace comity::partner_registry {

// FAILED_PRECONDITION `SIGNING_NOT_CONFIGURED`.
absl::Status SigningNotConfigured();

// The methods of RegistryReportService but GetSnapshot (signed_snapshot.h). Thread-safe.
class Reports final : SnapshotReads {
 public:
  using ComingFlow = rpc::Outflow<v1::WatchComingResponse>;

  // None is owned; all must outlive this object and every stream. `signer` is null if the registry
  // has no signing certificate: then there is no public list.
  Reports(RegistryStore* store, const journal::PageTokens* pages, const Clock* clock,
          const sealing::SignerFiles* signer);

  // FAILED_PRECONDITION `SIGNING_NOT_CONFIGURED`; RESOURCE_EXHAUSTED `PUBLIC_LIST_TOO_LONG`.
  absl::Status GetPublicList(const rpc::Call& call, const v1::GetPublicListRequest& request,
                             v1::PublicList* response) const;
  absl::Status GetBriefing(const rpc::Call& call, const v1::GetBriefingRequest& request,
                           v1::Briefing* response) const;
  absl::Status ListComing(const rpc::Call& call, const v1::ListComingRequest& request,
                          v1::ListComingResponse* response) const;
  absl::Status ListAffected(const rpc::Call& call, const v1::ListAffectedRequest& request,
                            v1::ListAffectedResponse* response) const;
  absl::Status WatchComing(const v1::WatchComingRequest& request,
                           const std::shared_ptr<ComingFlow>& stream) const;

  // Has every watch look whether there is news: after a commit, and to be called every few seconds,
  // since a day may be over.
  void WakeAll() const;

 private:
  struct ComingCursor;

  absl::Status PumpComing(ComingCursor& cursor, ComingFlow& flow) const;
  absl::CivilDay Today() const { return DayInBrussels(clock_->Now()); }

  const sealing::SignerFiles* const signer_;

  // What was signed last, by day, until the registry or the certificate changes.
  struct SignedLists {
    std::int64_t revision = -1;
    std::shared_ptr<const sealing::Signer> signer;
    std::map<absl::CivilDay, v1::PublicList> by_day;
  };
  mutable absl::Mutex lists_mutex_;
  mutable SignedLists lists_ ABSL_GUARDED_BY(lists_mutex_);

  mutable ComingLists coming_;

  mutable absl::Mutex flows_mutex_;
  mutable std::list<std::weak_ptr<ComingFlow>> flows_ ABSL_GUARDED_BY(flows_mutex_);
  // Last, so that no callback comes while the rest is being destroyed.
  std::shared_ptr<void> commits_;
};

}  // namespace comity::partner_registry
