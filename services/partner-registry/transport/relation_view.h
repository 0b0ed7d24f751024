#pragma once

#include "absl/time/civil_time.h"
#include "comity/partner_registry/v1/relations.pb.h"
#include "services/partner-registry/domain/ranking.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/strategies.h"
#include "services/partner-registry/domain/visibility.h"

namespace comity::partner_registry {

// How `viewer` sees a relation fact on `day`: what is recorded, less what he may not see, and what
// follows from it (who has not replied, what is missing, whether a secondment is in effect).
// `registry` is the state that it is of.
struct RelationView {
  const Registry& registry;
  absl::CivilDay day;
  const Viewer& viewer;

  v1::Strategy Show(const Strategy& strategy) const;
  v1::CriteriaSet Show(const CriteriaSet& set) const;
  v1::Assessment Show(const Assessment& assessment) const;
  v1::Volume Show(const Volume& volume) const;
  v1::Consultation Show(Consultation consultation) const;
  v1::Readiness Show(const Readiness& readiness) const;
  v1::Arrangement Show(Arrangement arrangement) const;
  v1::Secondment Show(const Secondment& secondment) const;
  v1::RankedPartner Show(const RankedPartner& ranked) const;
  v1::StrategyGap Show(const StrategyGap& gap) const;
};

}  // namespace comity::partner_registry
