#pragma once

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// What comes next on an axis, and who has to act.
namespace comity::partner_registry {

// While no step is taken.
std::string FirstStep(LegalClass legal_class, Axis axis);

// After `step`, as it stands on `day` by what was public on `public_on`. What follows from
// `instrument` (null: from none) and waits for a second person is to be confirmed first; what is
// not known of it, or that it has no effect now, is said: nothing rests on it before.
std::string StepAfter(const Registry& registry, const Milestone& step, const Instrument* instrument,
                      absl::CivilDay day, std::optional<absl::CivilDay> public_on);

}  // namespace comity::partner_registry
