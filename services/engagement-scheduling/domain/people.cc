#include "services/engagement-scheduling/domain/people.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/identity/principal.h"
#include "common/status/error.h"

namespace comity::engagement_scheduling {
namespace {

std::string At(absl::string_view field, std::size_t index) {
  return absl::StrCat(field, "[", index, "]");
}

}  // namespace

absl::Status CheckPeople(const std::vector<std::string>& people, absl::string_view field) {
  constexpr char kReason[] = "PARTICIPANTS_INVALID";
  if (people.empty() || people.size() > kMostParticipants) {
    return InvalidField(kReason, field, "must name 1 to 200 SPIFFE ids");
  }
  std::set<absl::string_view> seen;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto principal = identity::Principal::Parse(people[i]);
    if (!principal.ok() || (principal->kind != identity::PrincipalKind::kAgency &&
                            principal->kind != identity::PrincipalKind::kPartner)) {
      return InvalidField(kReason, At(field, i),
                          "must be the SPIFFE id of a person of the agency or of a contact of a "
                          "partner");
    }
    if (!seen.insert(people[i]).second) {
      return InvalidField(kReason, At(field, i), "is named twice: name everybody once");
    }
  }
  return absl::OkStatus();
}

bool IsResourceName(absl::string_view name) {
  constexpr std::size_t kLongestId = 63;
  if (!absl::ConsumePrefix(&name, "resources/")) return false;
  const auto is_letter = [](char c) { return 'a' <= c && c <= 'z'; };
  const auto is_digit = [](char c) { return '0' <= c && c <= '9'; };
  return !name.empty() && name.size() <= kLongestId && is_letter(name.front()) &&
         name.back() != '-' && std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || is_digit(c) || c == '-';
         });
}

absl::Status CheckResources(const std::vector<std::string>& resources, absl::string_view field) {
  constexpr char kReason[] = "RESOURCES_INVALID";
  if (resources.size() > kMostResources) {
    return InvalidField(kReason, field, "must name at most 50 resources");
  }
  std::set<absl::string_view> seen;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    if (!IsResourceName(resources[i])) {
      return InvalidField(kReason, At(field, i), "must be written resources/{resource}");
    }
    if (!seen.insert(resources[i]).second) {
      return InvalidField(kReason, At(field, i), "is named twice: name everything once");
    }
  }
  return absl::OkStatus();
}

}  // namespace comity::engagement_scheduling
