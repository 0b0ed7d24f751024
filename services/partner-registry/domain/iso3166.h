#pragma once

#include "absl/strings/string_view.h"

namespace comity::partner_registry {

// Whether the two codes belong together in ISO 3166-1; XK with XKX, which the standard leaves to
// its users, counts. They are attributes of a partner, never its key: organisations have none.
bool IsIsoPair(absl::string_view alpha2, absl::string_view alpha3);

// All pairs, alpha-2 and alpha-3 one after the other: what is held against the standard.
absl::string_view IsoPairs();

}  // namespace comity::partner_registry
