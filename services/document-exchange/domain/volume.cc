#include "services/document-exchange/domain/volume.h"

#include "common/identity/principal.h"
#include "common/registry_view/partner_of.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/question.h"

namespace comity::document_exchange {
namespace {

// Empty: the agency's own. Rows hold only ids that were parsed on their way in.
std::string PartnerBehind(const std::string& spiffe_id, const RegistrySnapshot& registry,
                          absl::CivilDay day) {
  const absl::StatusOr<identity::Principal> principal = identity::Principal::Parse(spiffe_id);
  if (!principal.ok() || ActsForTheAgency(*principal)) return "";
  return PartnerOf(*principal, registry, day);
}

}  // namespace

void AddTo(std::map<std::string, PartnerVolume>& volumes, const DocumentParties& document,
           const RegistrySnapshot& registry, const std::string& partner) {
  const absl::CivilDay day = DayInBrussels(document.submit_time);
  const std::string sender = PartnerBehind(document.sender, registry, day);
  std::set<std::string> sides = {sender};
  for (const std::string& recipient : document.recipients) {
    sides.insert(PartnerBehind(recipient, registry, day));
  }
  // Between itself and itself nothing is exchanged: else a partner would make its own volume.
  if (sides.size() < 2) return;
  for (const std::string& side : sides) {
    if (side.empty() || (!partner.empty() && side != partner)) continue;
    PartnerVolume& volume = volumes[side];
    ++volume.documents;
    if (side == sender) ++volume.received;
    if (!document.case_reference.empty()) volume.cases.insert(document.case_reference);
  }
}

}  // namespace comity::document_exchange
