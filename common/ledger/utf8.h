#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace comity::ledger {

// Takes the first code point off `text`, which is not empty. Nothing, and `text` untouched, if it
// does not start with well-formed UTF-8 (no surrogates, no overlong forms).
std::optional<char32_t> ConsumeUtf8(absl::string_view& text);

// Whether Unicode calls `point` white space.
bool IsUnicodeSpace(char32_t point);

}  // namespace comity::ledger
