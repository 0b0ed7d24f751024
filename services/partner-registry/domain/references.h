#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// How many facts of one kind hang on something or name it.
struct Reference {
  std::string what;  // "instruments"
  std::size_t count = 0;
};

// The kind of partners that turned out to be the one asked about (`merged_into`).
inline constexpr absl::string_view kMergedPartners = "partners";
// What it was in law, for which the transfer check may have said PERMITTED.
inline constexpr absl::string_view kLegalClasses = "legal classes";

// What hangs on a partner or names it, its legal classes included: kinds without any are left out.
// `partner` is an id.
std::vector<Reference> ReferencesTo(const Registry& registry, absl::string_view partner);

}  // namespace comity::partner_registry
