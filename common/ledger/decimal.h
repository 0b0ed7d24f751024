#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace comity::ledger {

// A number from 0 to 2^63 - 1 in ASCII decimal, without sign and leading zeros: the only way the
// formats here write one. Nothing for anything else.
std::optional<std::int64_t> ParseDecimal(absl::string_view text);

}  // namespace comity::ledger
