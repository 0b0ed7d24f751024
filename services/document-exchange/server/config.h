#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/service/store_settings.h"
#include "common/service/timestamping.h"
#include "services/document-exchange/domain/exchange.h"

namespace comity::document_exchange {

// The service's own sections of its configuration file (README.md); those that every service has
// are common/rpc's.
struct ServerConfig {
  service::StoreSettings store;
  std::optional<service::TimestampSettings> timestamps;

  std::string registry_address;
  std::string registry_trust_domain;
  std::string replica_folder;
  std::string replica_seed;  // May be empty.

  std::string signing_certificate;
  std::string signing_key;

  std::string payload_directory;
  std::int64_t payload_reserve_bytes = 0;

  // Needed again, as a client of the registry.
  std::string certificate;
  std::string key;
  std::string bundles;

  Settings settings;
  absl::Duration timer_interval = absl::Seconds(5);
};

// CONFIG_MISSING and CONFIG_INVALID as Section's getters.
absl::StatusOr<ServerConfig> ReadConfig(const config::Config& config);

}  // namespace comity::document_exchange
