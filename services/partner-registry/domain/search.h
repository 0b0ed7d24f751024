#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// `text` in lower case and without accents: Latin letters with marks become the plain ones,
// combining marks vanish, everything else stays. "Türkiye" and "TU\u0308RKIYE" both become
// "turkiye".
std::string Fold(absl::string_view text);

// Whether every word of `folded_query` begins a word of the partner's id, name or ISO codes.
bool Matches(const Partner& partner, absl::string_view folded_query);

}  // namespace comity::partner_registry
