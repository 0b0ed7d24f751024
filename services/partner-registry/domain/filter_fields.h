#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// A field of partners that a filter can ask for: its values, if they are known words, and how it is
// read.
struct FilterField {
  absl::string_view name;
  absl::string_view prefix;                           // Of the proto's words.
  std::vector<std::string> values;                    // Empty: any.
  absl::string_view (*read)(const Partner& partner);  // Null: the legal class, by the day.
};

inline constexpr std::size_t kFilterFields = 7;
inline constexpr std::size_t kLegalClassField = 4;

const std::array<FilterField, kFilterFields>& FilterFields();

}  // namespace comity::partner_registry
