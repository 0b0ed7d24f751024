#include "services/document-exchange/server/application.h"

#include <optional>
#include <string>
#include <utility>

#include "common/journal/journal.h"
#include "common/journal/page_token.h"
#include "common/ledger_service/ledger_service.h"
#include "common/registry_replica/replica.h"
#include "common/registry_snapshot/snapshot_files.h"
#include "common/rpc/channel.h"
#include "common/sealing/signer_trust.h"
#include "common/service/pruning_timer.h"
#include "common/service/refusals.h"
#include "common/service/store_settings.h"
#include "common/service/timekeeper.h"
#include "common/service/timestamping.h"
#include "common/service/volume_report.h"
#include "common/signer_files/signer_files.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/server/metered_events.h"
#include "services/document-exchange/server/replica_view.h"
#include "services/document-exchange/storage/exchange_tables.h"
#include "services/document-exchange/storage/file_payload_store.h"
#include "services/document-exchange/transport/document_exchange_service.h"
#include "services/document-exchange/transport/exchange_proto.h"

namespace comity::document_exchange {
namespace {

constexpr char kRegistryService[] = "partner-registry";

// In the order in which they are built; destroyed the other way round.
class ExchangeApplication final : public rpc::Application {
 public:
  // `timestamping` may be null.
  ExchangeApplication(std::unique_ptr<journal::Journal> journal,
                      std::unique_ptr<service::Timestamping> timestamping,
                      std::unique_ptr<FilePayloadStore> payloads,
                      std::unique_ptr<sealing::SignerFiles> signer, journal::PageTokens pages,
                      std::unique_ptr<registry_replica::RegistryReplica> replica,
                      service::VolumeReporter report_volumes, const ServerConfig& config,
                      rpc::ProcessParts& process)
      : journal_(std::move(journal)),
        timestamping_(std::move(timestamping)),
        payloads_(std::move(payloads)),
        signer_(std::move(signer)),
        pages_(std::move(pages)),
        replica_(std::move(replica)),
        logger_(process.logger()),
        events_(&process.metrics()),
        refusals_(journal_.get()),
        registry_(replica_.get()),
        tables_(journal_.get()),
        exchange_({.journal = journal_.get(),
                   .rows = &tables_,
                   .payloads = payloads_.get(),
                   .registry = &registry_,
                   .signer = [this] { return signer_->Current(); },
                   .signer_check =
                       [&process](absl::Time at) {
                         return sealing::TrustedBy(&process.identity().verifier(), at);
                       },
                   .encode_verdict = &EncodeVerdict,
                   .clock = &process.clock(),
                   .events = &events_,
                   .may_begin = [this] { return MayBegin(); }},
                  config.settings),
        service_(process.Gate("comity.document_exchange.v1.DocumentExchangeService"),
                 {.exchange = &exchange_,
                  .rows = &tables_,
                  .journal = journal_.get(),
                  .registry = &registry_,
                  .pages = &pages_,
                  .clock = &process.clock(),
                  .traffic = &events_,
                  .report_volumes = std::move(report_volumes)}),
        ledger_(process.Gate("comity.ledger.v1.LedgerService"), journal_.get()) {
    service::AddJournalMetrics("document_exchange", journal_.get(), process.metrics());
  }

  ~ExchangeApplication() override { timekeeper_.reset(); }

  absl::Status Begin(absl::Duration timer_interval, const std::string& expiry_keys,
                     rpc::ProcessParts& process) {
    COMITY_RETURN_IF_ERROR(exchange_.Reconcile());
    COMITY_ASSIGN_OR_RETURN(pruning_, service::PruningTimer::Start(
                                          "document_exchange", {.journal = journal_.get(),
                                                                .expiry_keys = expiry_keys,
                                                                .keep = &ExchangeTables::KeepHeld,
                                                                .clock = &process.clock(),
                                                                .logger = &process.logger(),
                                                                .metrics = &process.metrics()}));
    timekeeper_.emplace(timer_interval, [this] {
      LookAtSigner();
      const absl::StatusOr<int> made = exchange_.RunTimers();
      if (made.ok()) return;
      events_.TimerFailed();
      logger_.Warning("the timers could not run", {{"reason", ReasonOf(made.status())}});
    });
    return absl::OkStatus();
  }

  std::vector<grpc::Service*> Services() override { return {&service_, &ledger_}; }
  rpc::RefusalRecorder* Refusals() override { return &refusals_; }
  absl::Status Standing(const identity::Principal& principal) const override {
    return replica_->CheckContact(principal);
  }
  void Stop() override {
    pruning_->Stop();
    timekeeper_.reset();
  }

 private:
  void LookAtSigner() {
    const absl::StatusOr<bool> taken = signer_->Reload();
    if (!taken.ok()) {
      events_.SignerRefused();
      logger_.Warning("signing files not accepted, the last good ones stay",
                      {{"reason", ReasonOf(taken.status())}, {"error", taken.status().message()}});
    } else if (*taken) {
      logger_.Info("signing certificate loaded");
    }
  }

  absl::Status MayBegin() const {
    return timestamping_ == nullptr ? absl::OkStatus() : timestamping_->Current();
  }

  const std::unique_ptr<journal::Journal> journal_;
  const std::unique_ptr<service::Timestamping> timestamping_;
  const std::unique_ptr<FilePayloadStore> payloads_;
  const std::unique_ptr<sealing::SignerFiles> signer_;
  const journal::PageTokens pages_;
  const std::unique_ptr<registry_replica::RegistryReplica> replica_;
  logging::Logger& logger_;
  MeteredEvents events_;
  service::JournalRefusals refusals_;
  const ReplicaView registry_;
  ExchangeTables tables_;
  Exchange exchange_;
  DocumentExchangeService service_;
  ledger_service::LedgerService ledger_;
  std::optional<service::Timekeeper> timekeeper_;
  std::unique_ptr<service::PruningTimer> pruning_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(const ServerConfig& config,
                                                                   rpc::ProcessParts& process) {
  COMITY_ASSIGN_OR_RETURN(journal::Options options,
                          config.store.JournalOptions(&process.clock(), &process.logger()));
  options.migrations = Migrations();
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<sealing::SignerFiles> signer,
                          sealing::SignerFiles::Open(config.signing_certificate, config.signing_key,
                                                     process.identity().Current()->self.spiffe_id));
  COMITY_ASSIGN_OR_RETURN(
      journal::PageTokens pages,
      journal::PageTokens::FromFile(config.store.page_token_key, &process.clock()));

  // First, since a journal of PostgreSQL keeps no other process out and may be written to from
  // here.
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(config.payload_directory));
  COMITY_ASSIGN_OR_RETURN(
      std::unique_ptr<FilePayloadStore> payloads,
      FilePayloadStore::Open(config.payload_directory, config.payload_reserve_bytes));
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<journal::Journal> journal,
                          journal::Journal::Open(std::move(options)));
  std::unique_ptr<service::Timestamping> timestamping;
  if (config.timestamps) {
    COMITY_ASSIGN_OR_RETURN(
        timestamping, service::Timestamping::Start(*config.timestamps, "document_exchange",
                                                   {.journal = journal.get(),
                                                    .publication = journal->logs().back().folder,
                                                    .clock = &process.clock(),
                                                    .logger = &process.logger(),
                                                    .metrics = &process.metrics()}));
  }
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(config.replica_folder));
  registry_replica::ReplicaOptions replica;
  COMITY_ASSIGN_OR_RETURN(replica.channel,
                          rpc::Connect({.address = config.registry_address,
                                        .certificate_file = config.certificate,
                                        .key_file = config.key,
                                        .bundles_folder = config.bundles,
                                        .expected_service = kRegistryService,
                                        .trust_domain = config.registry_trust_domain}));
  service::VolumeReporter report_volumes = service::ReportVolumesOver(replica.channel);
  replica.folder = config.replica_folder;
  replica.seed = {.folder = config.replica_seed,
                  .verifier = &process.identity().verifier(),
                  .registry = registry_snapshot::RegistryOf(config.registry_trust_domain)};
  replica.clock = &process.clock();
  replica.metrics = &process.metrics();
  replica.logger = &process.logger();
  // A contact may have been suspended: answers kept beside connections are asked anew.
  replica.on_change = [&process](const registry_replica::Snapshot&, bool barrier) {
    if (barrier) process.identity().verifier().RaiseGeneration();
  };

  std::unique_ptr<registry_replica::RegistryReplica> follower =
      registry_replica::RegistryReplica::Start(std::move(replica));
  process.ServeWhen([follower = follower.get()] { return follower->Settled(); });
  auto application = std::make_unique<ExchangeApplication>(
      std::move(journal), std::move(timestamping), std::move(payloads), std::move(signer),
      std::move(pages), std::move(follower), std::move(report_volumes), config, process);
  COMITY_RETURN_IF_ERROR(
      application->Begin(config.timer_interval, config.store.expiry_keys, process));
  return application;
}

}  // namespace comity::document_exchange
