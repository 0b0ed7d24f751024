#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace comity::engagement_scheduling {

inline constexpr std::size_t kMostParticipants = 200;
inline constexpr std::size_t kMostResources = 50;

// 1 to 200 different SPIFFE ids of persons: of the agency or contacts of partners. INVALID_ARGUMENT
// `PARTICIPANTS_INVALID` naming the field, such as `<field>[2]`.
absl::Status CheckPeople(const std::vector<std::string>& people, absl::string_view field);

// "resources/{resource}", the id a lower-case letter, then up to 62 letters, digits and hyphens.
bool IsResourceName(absl::string_view name);

// At most 50 different names. INVALID_ARGUMENT `RESOURCES_INVALID` naming the field.
absl::Status CheckResources(const std::vector<std::string>& resources, absl::string_view field);

}  // namespace comity::engagement_scheduling
