#pragma once

#include <optional>

#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {

// What is wrong with the partner that a row of an import says `made` was merged into. `before`
// is what the import finds, nothing if it is the initial load, and `after` what it leaves.
//
// A merger that is recorded is not judged again. One that the initial load brings was judged by its
// source, which may have taken the other partner off the register since; what it may not be is
// merged itself, so that no merger leads in a circle.
std::optional<Problem> CheckMergedInto(const Partner& made, const Registry& before,
                                       const Registry& after);

}  // namespace comity::partner_registry
