#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace comity::partner_registry {

// When a state was recorded. Set by the journal only.
struct Recorded {
  std::int64_t revision = 0;
  absl::Time time = absl::UnixEpoch();

  friend bool operator==(const Recorded&, const Recorded&) = default;
};

}  // namespace comity::partner_registry
