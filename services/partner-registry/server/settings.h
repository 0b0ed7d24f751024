#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "services/partner-registry/domain/decision_rules.h"

namespace comity::partner_registry {

// The service's own sections of its configuration file (README.md lists them).
struct Settings {
  std::string directory;                                    // [storage] directory
  std::string expiry_keys;                                  // [storage] expiry_keys
  std::string page_token_key;                               // [storage] page_token_key
  std::string ledger_key;                                   // [ledger] key
  std::string ledger_origin;                                // [ledger] origin
  std::string publication;                                  // [ledger] publication
  absl::Duration lease;                                     // [replication] lease
  DecisionRules decision_rules = DecisionRules::Default();  // [decisions]
};

// Reads them. INVALID_ARGUMENT `CONFIG_MISSING`, `CONFIG_INVALID`, `DECISION_RULES_INVALID`.
absl::Status ReadSettings(const config::Config& config, Settings& settings);

}  // namespace comity::partner_registry
