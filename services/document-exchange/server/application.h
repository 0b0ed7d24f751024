#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/rpc/service_process.h"
#include "services/document-exchange/server/config.h"

namespace comity::document_exchange {

// Builds every part and joins them.
absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(const ServerConfig& config,
                                                                   rpc::ProcessParts& process);

}  // namespace comity::document_exchange
