#pragma once

#include <optional>

#include "common/legal/scope.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {

// What is wrong with the limits of an instrument, by the field's path: at most 100 entries a list;
// each of 1 to 200 characters in one line, without white space around it and without the semicolon
// that separates them in files, no two the same words (common/text); subjects that are known.
std::optional<Problem> BadScope(const legal::Scope& scope);

}  // namespace comity::partner_registry
