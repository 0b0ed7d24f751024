#pragma once

#include <optional>
#include <string>

#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/schedule.h"
#include "services/engagement-scheduling/domain/types.h"

namespace comity::engagement_scheduling {

// When `who` works: a contact as the registry has it, anybody of the agency as his calendar or else
// the office says, a resource as its calendar says. nullopt: nobody knows. `registry` may be null:
// then no contact is known.
std::optional<WorkingHours> KnownHours(const std::string& who, const Schedule& schedule,
                                       const RegistrySnapshot* registry,
                                       const WorkingHours& office);

}  // namespace comity::engagement_scheduling
