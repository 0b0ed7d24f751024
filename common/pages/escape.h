#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace comity::pages {

// `text` so that HTML shows it as it is, in elements and in quoted attributes; control characters
// become spaces.
std::string EscapeHtml(absl::string_view text);

// `text` so that CommonMark shows it as it is, in a paragraph, list or cell of a table; control
// characters, line ends too, become spaces.
std::string EscapeMarkdown(absl::string_view text);

}  // namespace comity::pages
