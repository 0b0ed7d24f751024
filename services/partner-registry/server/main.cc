#include <memory>

#include "absl/status/statusor.h"
#include "common/rpc/service_process.h"
#include "common/status/macros.h"
#include "services/partner-registry/server/registry_application.h"
#include "services/partner-registry/server/settings.h"

int main(int argc, char** argv) {
  using namespace comity;  // NOLINT(google-build-using-namespace): one function, all of it ours.
  partner_registry::Settings settings;
  const rpc::ServiceDefinition definition = {
      .name = "partner-registry",
      .services = {partner_registry::kRegistryService, partner_registry::kReportService,
                   partner_registry::kRelationService, partner_registry::kChangeRequestService,
                   partner_registry::kLedgerService},
      .read_config =
          [&](const config::Config& config) {
            return partner_registry::ReadSettings(config, settings);
          },
      .build = [&](rpc::ProcessParts& parts) -> absl::StatusOr<std::unique_ptr<rpc::Application>> {
        COMITY_ASSIGN_OR_RETURN(journal::Options options,
                                settings.store.JournalOptions(&parts.clock(), &parts.logger()));
        return partner_registry::RegistryApplication::Open(
            {.clock = &parts.clock(),
             .metrics = &parts.metrics(),
             .logger = &parts.logger(),
             .verifier = &parts.identity().verifier(),
             .self = parts.identity().Current()->self.spiffe_id,
             .registry_gate = parts.Gate(partner_registry::kRegistryService),
             .report_gate = parts.Gate(partner_registry::kReportService),
             .relation_gate = parts.Gate(partner_registry::kRelationService),
             .change_request_gate = parts.Gate(partner_registry::kChangeRequestService),
             .ledger_gate = parts.Gate(partner_registry::kLedgerService)},
            settings, std::move(options));
      }};
  return rpc::RunService(argc, argv, definition);
}
