#include <optional>

#include "common/rpc/service_process.h"
#include "common/status/macros.h"
#include "services/document-exchange/server/application.h"
#include "services/document-exchange/server/config.h"

int main(int argc, char** argv) {
  using comity::document_exchange::ServerConfig;
  std::optional<ServerConfig> config;
  comity::rpc::ServiceDefinition definition;
  definition.name = "document-exchange";
  definition.services = {"comity.document_exchange.v1.DocumentExchangeService",
                         "comity.ledger.v1.LedgerService"};
  definition.read_config = [&config](const comity::config::Config& file) -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(config, comity::document_exchange::ReadConfig(file));
    return absl::OkStatus();
  };
  definition.build = [&config](comity::rpc::ProcessParts& process) {
    return comity::document_exchange::BuildApplication(*config, process);
  };
  return comity::rpc::RunService(argc, argv, definition);
}
