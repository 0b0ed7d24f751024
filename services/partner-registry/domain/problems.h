#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/text/plain.h"

namespace comity::partner_registry {

// What is wrong with a fact: the field's path in the proto's message, and one clause that says what
// is wrong and what would be right.
struct Problem {
  std::string field;
  std::string what;
};
using MaybeProblem = std::optional<Problem>;

// What is wrong with a text; nullopt: nothing.
MaybeProblem BadText(absl::string_view field, absl::string_view value, text::Form form);

// What is wrong with a day that may be partial, or empty.
MaybeProblem BadDay(absl::string_view field, const std::string& day);

// `later` surely lies before `earlier`.
bool SurelyBefore(const std::string& later, const std::string& earlier);

}  // namespace comity::partner_registry
