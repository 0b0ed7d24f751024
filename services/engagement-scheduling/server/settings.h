#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/service/store_settings.h"
#include "common/service/timestamping.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// The service's own sections of its configuration file (README.md lists them).
struct Settings {
  service::StoreSettings store;                          // [storage], [ledger]
  std::optional<service::TimestampSettings> timestamps;  // [timestamps]
  std::string registry_address;                          // [registry] address
  std::string registry_trust_domain;                     // [registry] trust_domain
  std::string replica_folder;                            // [registry] replica_folder
  std::string replica_seed;                              // [registry] seed; may be empty
  WorkingHours office;                                   // [office]
  absl::Duration timer_interval;                         // [holds] timer_interval

  // Needed again, as a client of the registry.
  std::string certificate;  // [identity] certificate
  std::string key;          // [identity] key
  std::string bundles;      // [identity] bundles
};

// Reads them. INVALID_ARGUMENT `CONFIG_MISSING`, `CONFIG_INVALID`.
absl::Status ReadSettings(const config::Config& config, Settings& settings);

}  // namespace comity::engagement_scheduling
