#pragma once

#include <memory>

#include "absl/functional/function_ref.h"
#include "common/registry_view/registry_snapshot.h"
#include "tests/contract/registry_view/registry_steps.h"

namespace comity::testing {

// The part of every view's contract that is about a liaison prosecutor of the agency: when he
// counts, and for whom he stands. `registry` serves and seconds nobody yet; `latest` is its view's.
void ExpectAProsecutorCountsWhileSeconded(
    RegistrySteps& registry,
    absl::FunctionRef<std::shared_ptr<const registry_view::RegistrySnapshot>()> latest);

}  // namespace comity::testing
