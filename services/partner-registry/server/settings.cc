#include "services/partner-registry/server/settings.h"

#include <map>
#include <string>
#include <vector>

#include "common/status/macros.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

absl::Status ReadSettings(const config::Config& config, Settings& settings) {
  COMITY_ASSIGN_OR_RETURN(settings.store, service::StoreSettings::Read(config));
  COMITY_ASSIGN_OR_RETURN(settings.timestamps, service::TimestampSettings::Read(config));
  COMITY_ASSIGN_OR_RETURN(settings.lease, config.section("replication")
                                              .Duration("lease", absl::Seconds(10),
                                                        absl::Seconds(3), absl::Minutes(1)));

  // Both or neither.
  const config::Section signing = config.section("signing");
  if (signing.Has("certificate") || signing.Has("key")) {
    COMITY_ASSIGN_OR_RETURN(settings.signing_certificate, signing.Path("certificate"));
    COMITY_ASSIGN_OR_RETURN(settings.signing_key, signing.Path("key"));
  }

  const config::Section decisions = config.section("decisions");
  std::map<std::string, std::vector<std::string>> rows;
  for (int kind = 1; kind <= static_cast<int>(DecisionKind::kOtherPurposeByLaw); ++kind) {
    const std::string word = Word(static_cast<DecisionKind>(kind));
    if (!decisions.Has(word)) continue;
    COMITY_ASSIGN_OR_RETURN(rows[word], decisions.Strings(word, {}));
  }
  COMITY_ASSIGN_OR_RETURN(settings.decision_rules, DecisionRules::Parse(rows));
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
