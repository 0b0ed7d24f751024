#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/service/store_settings.h"
#include "common/service/timestamping.h"
#include "services/partner-registry/domain/decision_rules.h"

namespace comity::partner_registry {

// The service's own sections of its configuration file (README.md lists them).
struct Settings {
  service::StoreSettings store;                             // [storage], [ledger]
  std::optional<service::TimestampSettings> timestamps;     // [timestamps]
  absl::Duration lease;                                     // [replication] lease
  DecisionRules decision_rules = DecisionRules::Default();  // [decisions]
  // [signing] certificate, key; empty: no public list is published.
  std::string signing_certificate;
  std::string signing_key;
  // How often the signing files and the day are looked at.
  absl::Duration timer_interval = absl::Seconds(5);
};

// Reads them. INVALID_ARGUMENT `CONFIG_MISSING`, `CONFIG_INVALID`, `DECISION_RULES_INVALID`.
absl::Status ReadSettings(const config::Config& config, Settings& settings);

}  // namespace comity::partner_registry
