#include "common/registry_view/partner_of.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace comity::registry_view {
namespace {

// By their days alone: data that he sent stay those of his State when its agreement ends. No two of
// one identity run on the same day.
std::string LastToSecond(const std::vector<legal::Secondment>& secondments, absl::CivilDay day) {
  const legal::Secondment* last = nullptr;
  for (const legal::Secondment& secondment : secondments) {
    if (!secondment.from.known() || day < secondment.from.earliest()) continue;
    if (last == nullptr || last->from.earliest() <= secondment.from.earliest()) last = &secondment;
  }
  return last == nullptr ? "" : std::string(legal::PartnerOf(last->name));
}

}  // namespace

std::string PartnerOf(const identity::Principal& who, const RegistrySnapshot& registry,
                      absl::CivilDay day) {
  if (who.kind == identity::PrincipalKind::kPartner) return absl::StrCat("partners/", who.partner);
  if (who.IsAgency(identity::Role::kLiaisonProsecutor)) {
    return LastToSecond(registry.SecondmentsOf(who.spiffe_id), day);
  }
  if (who.kind == identity::PrincipalKind::kAgency) return registry.PartnerOfUnit(who.unit);
  return "";
}

std::string AuthorityOf(const identity::Principal& who, const RegistrySnapshot& registry,
                        absl::CivilDay day) {
  if (!who.IsAgency(identity::Role::kLiaisonProsecutor)) return "";
  for (const legal::Secondment& secondment : registry.SecondmentsOf(who.spiffe_id)) {
    if (legal::WhyNotRunning(secondment, day).empty()) return secondment.authority;
  }
  return "";
}

}  // namespace comity::registry_view
