#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/legal/scope.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {

// What is wrong with the limits of an instrument, by the field's path: at most 100 entries a list;
// each of 1 to 200 characters in one line, without white space around it and without the semicolon
// that separates them in files, no two the same words (common/text); subjects that are known. Of
// sectors as BadSectors. How many bytes all of it has is for fact_limits.h.
std::optional<Problem> BadScope(const legal::Scope& scope);

// What is wrong with the sectors of an authority: likewise, at most 20 of 1 to 100 characters,
// which is 8,000 bytes.
std::optional<Problem> BadSectors(const std::vector<std::string>& sectors);

}  // namespace comity::partner_registry
