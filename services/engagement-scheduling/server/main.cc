#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/registry_replica/replica.h"
#include "common/registry_snapshot/snapshot_files.h"
#include "common/rpc/channel.h"
#include "common/rpc/service_process.h"
#include "common/service/volume_report.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/engagement-scheduling/server/replica_view.h"
#include "services/engagement-scheduling/server/scheduling_application.h"
#include "services/engagement-scheduling/server/settings.h"

namespace comity::engagement_scheduling {
namespace {

absl::StatusOr<std::unique_ptr<const RegistryView>> FollowRegistry(
    const Settings& settings, std::shared_ptr<grpc::Channel> channel, rpc::ProcessParts& parts) {
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(settings.replica_folder));
  registry_replica::ReplicaOptions options;
  options.channel = std::move(channel);
  options.folder = settings.replica_folder;
  options.seed = {.folder = settings.replica_seed,
                  .verifier = &parts.identity().verifier(),
                  .registry = registry_snapshot::RegistryOf(settings.registry_trust_domain)};
  options.clock = &parts.clock();
  options.metrics = &parts.metrics();
  options.logger = &parts.logger();
  // A contact may have been suspended: answers kept beside connections are asked anew.
  options.on_change = [&parts](const registry_replica::Snapshot&, bool barrier) {
    if (barrier) parts.identity().verifier().RaiseGeneration();
  };
  std::unique_ptr<registry_replica::RegistryReplica> replica =
      registry_replica::RegistryReplica::Start(std::move(options));
  parts.ServeWhen([replica = replica.get()] { return replica->Settled(); });
  return std::make_unique<ReplicaView>(std::move(replica));
}

absl::StatusOr<std::unique_ptr<rpc::Application>> Build(const Settings& settings,
                                                        rpc::ProcessParts& parts) {
  COMITY_ASSIGN_OR_RETURN(journal::Options options,
                          settings.store.JournalOptions(&parts.clock(), &parts.logger()));
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                          rpc::Connect({.address = settings.registry_address,
                                        .certificate_file = settings.certificate,
                                        .key_file = settings.key,
                                        .bundles_folder = settings.bundles,
                                        .expected_service = "partner-registry",
                                        .trust_domain = settings.registry_trust_domain}));
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<const RegistryView> registry,
                          FollowRegistry(settings, channel, parts));
  return SchedulingApplication::Open({.clock = &parts.clock(),
                                      .metrics = &parts.metrics(),
                                      .logger = &parts.logger(),
                                      .registry = std::move(registry),
                                      .self = parts.identity().Current()->self.spiffe_id,
                                      .scheduling_gate = parts.Gate(kSchedulingService),
                                      .ledger_gate = parts.Gate(kLedgerService),
                                      .report_volumes = service::ReportVolumesOver(channel)},
                                     settings, std::move(options));
}

}  // namespace
}  // namespace comity::engagement_scheduling

int main(int argc, char** argv) {
  namespace scheduling = comity::engagement_scheduling;
  scheduling::Settings settings;
  const comity::rpc::ServiceDefinition definition = {
      .name = "engagement-scheduling",
      .services = {scheduling::kSchedulingService, scheduling::kLedgerService},
      .read_config =
          [&](const comity::config::Config& config) {
            return scheduling::ReadSettings(config, settings);
          },
      .build =
          [&](comity::rpc::ProcessParts& parts) { return scheduling::Build(settings, parts); }};
  return comity::rpc::RunService(argc, argv, definition);
}
