#pragma once

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// What hangs on a partner that gets another name (HasAnotherName): its instruments and authorities
// are said to be another partner's then, and decisions about it were taken about the one before.
namespace comity::partner_registry {

// What of it `registry` has as sure, and how it is made unsure first; nullopt: nothing, or the name
// has no other words. Confirmations of what is recorded as unsure are none: they go with the name.
std::optional<Problem> RestsOnTheOldName(const Registry& registry, const Partner& known,
                                         const Partner& changed);

// Of the partners among `facts`, which `caller` puts in the place of what `registry` has, adds what
// hangs on those that get another name, and says in it that they did. Decisions, its own and those
// that name it, are withdrawn with the name.
void RecordRenamed(const Registry& registry, absl::string_view caller, absl::Time now,
                   std::vector<Fact>& facts);

}  // namespace comity::partner_registry
