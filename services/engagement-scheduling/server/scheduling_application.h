#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/journal/journal.h"
#include "common/journal/page_token.h"
#include "common/rpc/service_process.h"
#include "common/service/pruning_timer.h"
#include "common/service/refusals.h"
#include "common/service/timekeeper.h"
#include "common/service/timestamping.h"
#include "common/service/volume_report.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/server/settings.h"
#include "services/engagement-scheduling/storage/journal_schedule_store.h"
#include "services/engagement-scheduling/transport/inquiries.h"

namespace comity::engagement_scheduling {

// Full proto names of what the process serves.
inline constexpr char kSchedulingService[] =
    "comity.engagement_scheduling.v1.EngagementSchedulingService";
inline constexpr char kLedgerService[] = "comity.ledger.v1.LedgerService";

// The service, wired: every part built in order, each given what it needs.
class SchedulingApplication final : public rpc::Application {
 public:
  // What the application needs of its process. Not owned, but for `registry`; all must outlive it.
  struct Parts {
    const Clock* clock = nullptr;
    metrics::Metrics* metrics = nullptr;  // May be null: nothing is measured or timestamped.
    logging::Logger* logger = nullptr;    // May be null, as `metrics`.
    std::unique_ptr<const RegistryView> registry;
    std::string self;  // The service's SPIFFE id.
    rpc::CallGate scheduling_gate;
    rpc::CallGate ledger_gate;
    service::VolumeReporter report_volumes;  // To the registry.
    InquiryLimits inquiry_limits;
  };

  // Opens the journal with `options` (its clock included), loads the state and begins to expire
  // holds and to have checkpoints timestamped. Errors of Journal::Open, ScheduleStore::Open and
  // Timestamping::Start.
  static absl::StatusOr<std::unique_ptr<SchedulingApplication>> Open(Parts parts,
                                                                     const Settings& settings,
                                                                     journal::Options options);
  ~SchedulingApplication() override;

  std::vector<grpc::Service*> Services() override;
  rpc::RefusalRecorder* Refusals() override { return &refusals_; }
  absl::Status Standing(const identity::Principal& principal) const override;
  void Stop() override;

  ScheduleStore& store() { return *store_; }
  journal::Journal& journal() { return *journal_; }

 private:
  SchedulingApplication(Parts parts, const Settings& settings,
                        std::unique_ptr<journal::Journal> journal,
                        std::unique_ptr<JournalScheduleStore> store, journal::PageTokens pages);

  // The services with what stands behind their methods. Whoever includes this header is spared
  // them: the compiler needs several times as long for their generated classes as for all else.
  struct Transport;

  void ExpireHolds();
  void CountCheck(legal::Outcome outcome);
  void AddMetrics(metrics::Metrics& metrics);

  const Clock* const clock_;
  logging::Logger* const logger_;
  const std::unique_ptr<const RegistryView> registry_;
  const journal::PageTokens pages_;
  // The store is state of the journal and must outlive its writer.
  std::unique_ptr<JournalScheduleStore> store_;
  std::unique_ptr<journal::Journal> journal_;
  service::JournalRefusals refusals_;
  const std::unique_ptr<Transport> transport_;
  metrics::Counter* expired_holds_ = nullptr;
  std::array<metrics::Counter*, 7> transfer_checks_{};  // By outcome.
  metrics::Counter* timer_failures_ = nullptr;
  std::unique_ptr<service::Timestamping> timestamping_;
  std::optional<service::Timekeeper> timekeeper_;
  std::unique_ptr<service::PruningTimer> pruning_;
};

}  // namespace comity::engagement_scheduling
