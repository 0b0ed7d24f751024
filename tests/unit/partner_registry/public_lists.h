#pragma once

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/json/canonical.h"
#include "common/time/day.h"

// What tests read of reports.
namespace comity::partner_registry {

inline absl::CivilDay Day(absl::string_view text) { return ParseDay(text).value(); }

// Of the instruments in a part of the public list, such as `in_effect`.
inline std::set<std::string> Names(const json::Json& entries) {
  std::set<std::string> names;
  for (const json::Json& entry : entries) names.insert(entry.at("instrument"));
  return names;
}

}  // namespace comity::partner_registry
