#include "services/document-exchange/domain/origins.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/legal/effect.h"
#include "common/registry_view/partner_of.h"
#include "common/time/day.h"
#include "services/document-exchange/domain/question.h"
#include "services/document-exchange/domain/transfer_context.h"

namespace comity::document_exchange {

legal::OriginKind OriginKindOf(absl::string_view partner, const RegistrySnapshot& registry,
                               absl::Time instant) {
  const legal::Dossier* const dossier = registry.facts().Find(partner);
  const absl::CivilDay day = DayInBrussels(instant);
  if (dossier == nullptr || !dossier->partner.has_value()) return legal::OriginKind::kThirdCountry;
  const legal::ClassOnDay on_day = legal::ClassOf(*dossier->partner, {.day = day});
  // What is not surely known counts as outside: that asks for most.
  if (on_day.known != legal::Tri::kYes) return legal::OriginKind::kThirdCountry;
  switch (on_day.legal_class) {
    case legal::LegalClass::kMemberState:
    case legal::LegalClass::kMemberStateNotBound:
    case legal::LegalClass::kUnionNetwork:
      return legal::OriginKind::kMemberState;
    case legal::LegalClass::kInternationalOrganisation:
      return legal::OriginKind::kInternationalOrganisation;
    case legal::LegalClass::kUnionBody:
      return legal::OriginKind::kUnionBody;
    default:
      return legal::OriginKind::kThirdCountry;
  }
}

void MergeOrigins(std::vector<legal::Origin>& origins, const std::vector<legal::Origin>& more) {
  for (const legal::Origin& origin : more) {
    const auto same = std::find_if(origins.begin(), origins.end(), [&](const legal::Origin& known) {
      return known.kind == origin.kind && known.partner == origin.partner;
    });
    if (same == origins.end()) {
      origins.push_back(origin);
    } else {
      same->restrictions.insert(same->restrictions.end(), origin.restrictions.begin(),
                                origin.restrictions.end());
    }
  }
}

std::vector<legal::Origin> OriginsPassedOn(const Document& document,
                                           const sealing::Manifest& manifest,
                                           const RegistrySnapshot& registry, absl::Time instant) {
  std::vector<legal::Origin> origins;
  for (const sealing::Originator& originator : manifest.originators) {
    MergeOrigins(origins, {OriginOf(originator)});
  }
  // A partner that made data available is their origin, whatever it said of others.
  legal::Origin from_sender = {.kind = legal::OriginKind::kEurojust};
  const absl::StatusOr<identity::Principal> sender = identity::Principal::Parse(document.sender);
  const bool outside = sender.ok() && !ActsForTheAgency(*sender);
  if (outside) {
    from_sender.partner = PartnerOf(*sender, registry, DayInBrussels(document.submit_time));
    from_sender.kind = OriginKindOf(from_sender.partner, registry, instant);
  }
  for (const sealing::UseRestriction& restriction : manifest.use_restrictions) {
    from_sender.restrictions.push_back(RestrictionOf(restriction));
  }
  for (const AddedRestriction& added : document.added_restrictions) {
    const legal::Restriction restriction = {.use = ParseUse(added.use), .partners = added.partners};
    const auto origin =
        std::find_if(origins.begin(), origins.end(), [&](const legal::Origin& known) {
          return !added.by_partner.empty() && known.partner == added.by_partner;
        });
    (origin == origins.end() ? from_sender : *origin).restrictions.push_back(restriction);
  }
  if (outside || origins.empty() || !from_sender.restrictions.empty()) {
    MergeOrigins(origins, {from_sender});
  }
  return origins;
}

void AddLaterRestrictions(std::vector<legal::Origin>& origins, const Document& document) {
  for (const AddedRestriction& added : document.added_restrictions) {
    const legal::Restriction restriction = {.use = ParseUse(added.use), .partners = added.partners};
    const auto origin =
        std::find_if(origins.begin(), origins.end(), [&](const legal::Origin& known) {
          return !added.by_partner.empty() && known.partner == added.by_partner;
        });
    if (origin != origins.end()) {
      origin->restrictions.push_back(restriction);
    } else if (restriction.use == legal::UseRestriction::kNotToPartners) {
      MergeOrigins(origins,
                   {{.kind = legal::OriginKind::kEurojust, .restrictions = {restriction}}});
    }
  }
}

}  // namespace comity::document_exchange
