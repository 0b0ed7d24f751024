#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// The strategy of EJR 52, and what is not in accord with it (R60). Plans are as in mutations.h.
namespace comity::partner_registry {

enum class GapKind { kUnspecified, kNotListed, kNothingDone, kNoStrategy };

struct StrategyGap {
  GapKind kind = GapKind::kUnspecified;
  std::string partner;  // An id; empty for kNoStrategy.
  std::string sentence;
};

// The strategy whose period covers `day`; null if none does.
const Strategy* StrategyOn(const Registry& registry, absl::CivilDay day);

// In the order of partners. Only third countries and international organisations need to be listed
// (EJR 52). A relation goes on if on any axis a step was reached that is no end.
std::vector<StrategyGap> GapsOn(const Registry& registry, absl::CivilDay day);

// Enters or changes a strategy; nothing changes if it says the same. INVALID_ARGUMENT
// `STRATEGY_INVALID` with the field; ABORTED `ETAG_MISMATCH`, also for an etag of a new one.
absl::StatusOr<Plan> PlanSetStrategy(const Registry& registry, Strategy strategy,
                                     absl::string_view etag);

}  // namespace comity::partner_registry
