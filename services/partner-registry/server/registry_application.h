#pragma once

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
#include "common/signer_files/signer_files.h"
#include "services/partner-registry/domain/leases.h"
#include "services/partner-registry/server/report_metrics.h"
#include "services/partner-registry/server/settings.h"
#include "services/partner-registry/storage/database_lease_rows.h"
#include "services/partner-registry/storage/journal_registry_store.h"
#include "services/partner-registry/transport/transfer_check_counts.h"

namespace comity::partner_registry {

// Full proto names of what the process serves.
inline constexpr char kRegistryService[] = "comity.partner_registry.v1.PartnerRegistryService";
inline constexpr char kReportService[] = "comity.partner_registry.v1.RegistryReportService";
inline constexpr char kRelationService[] = "comity.partner_registry.v1.RelationService";
inline constexpr char kChangeRequestService[] = "comity.partner_registry.v1.ChangeRequestService";
inline constexpr char kLedgerService[] = "comity.ledger.v1.LedgerService";

// The registry, wired: every part built in order, each given what it needs.
class RegistryApplication final : public rpc::Application {
 public:
  // What the application needs of its process. None is owned; all must outlive it.
  struct Parts {
    const Clock* clock = nullptr;
    metrics::Metrics* metrics = nullptr;  // May be null: nothing is measured or timestamped.
    logging::Logger* logger = nullptr;    // May be null, as `metrics`.
    const identity::ChainVerifier* verifier = nullptr;  // Judges signatures of key statements.
    std::string self;  // Its SPIFFE id, which its signing certificate must have.
    rpc::CallGate registry_gate;
    rpc::CallGate report_gate;
    rpc::CallGate relation_gate;
    rpc::CallGate change_request_gate;
    rpc::CallGate ledger_gate;
  };

  // Opens the journal with `options` (its clock included), loads the state and begins to have
  // checkpoints timestamped. Errors of Journal::Open, JournalRegistryStore::Open,
  // Timestamping::Start and SignerFiles::Open.
  static absl::StatusOr<std::unique_ptr<RegistryApplication>> Open(const Parts& parts,
                                                                   const Settings& settings,
                                                                   journal::Options options);
  ~RegistryApplication() override;

  std::vector<grpc::Service*> Services() override;
  rpc::RefusalRecorder* Refusals() override { return &refusals_; }

  // A partner's contact counts if it is registered, active, a secondment that binds it in effect
  // today, and exchanges with its partner are not suspended; a liaison prosecutor of the agency if
  // a secondment in effect names him, likewise. PERMISSION_DENIED `CONTACT_NOT_REGISTERED`,
  // `CONTACT_SUSPENDED`, `CONTACT_NOT_VALID`, `SECONDMENT_NOT_IN_EFFECT`, `EXCHANGES_SUSPENDED`;
  // errors of Leases::MayAnswer.
  absl::Status Standing(const identity::Principal& principal) const override;

  void Stop() override;

  RegistryStore& store() { return *store_; }
  journal::Journal& journal() { return *journal_; }
  Leases& leases() { return leases_; }

 private:
  RegistryApplication(const Parts& parts, const Settings& settings,
                      std::unique_ptr<journal::Journal> journal,
                      std::unique_ptr<JournalRegistryStore> store,
                      std::unique_ptr<DatabaseLeaseRows> lease_rows,
                      std::unique_ptr<sealing::SignerFiles> signer, journal::PageTokens pages);

  // The services with what stands behind their methods. Whoever includes this header is spared
  // them: the compiler needs several times as long for their generated classes as for all else.
  struct Transport;

  // Lets the leases know of every commit, and begins with them.
  void FollowCommits();
  void AddMetrics(metrics::Metrics& metrics);
  void LookAtSigner();

  const Clock* const clock_;
  logging::Logger* const logger_;
  const DecisionRules rules_;
  const journal::PageTokens pages_;
  // The store is state of the journal and must outlive its writer.
  std::unique_ptr<JournalRegistryStore> store_;
  std::unique_ptr<journal::Journal> journal_;
  service::JournalRefusals refusals_;
  const std::unique_ptr<DatabaseLeaseRows> lease_rows_;
  Leases leases_;
  std::shared_ptr<void> commits_;  // The subscription that tells the leases of them.
  const std::unique_ptr<sealing::SignerFiles> signer_;  // Null if it signs nothing.
  TransferCheckCounts transfer_checks_;
  ReportMetrics report_metrics_;
  const std::unique_ptr<Transport> transport_;
  std::unique_ptr<service::Timestamping> timestamping_;
  std::unique_ptr<service::PruningTimer> pruning_;
  std::optional<service::Timekeeper> timekeeper_;
};

}  // namespace comity::partner_registry
