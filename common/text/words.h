#pragma once

#include "absl/strings/string_view.h"

namespace comity::text {

// Whether both are the same words, white space around them and case apart: " Terrorism" and
// "TERRORISM" are, in any script; accents and spelling count. Allocates nothing.
bool SameWords(absl::string_view a, absl::string_view b);

}  // namespace comity::text
