#include "services/partner-registry/reports/figures.h"

#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/steps.h"
#include "services/partner-registry/reports/coming.h"

namespace comity::partner_registry {

Figures FiguresOn(const Registry& registry, absl::CivilDay day) {
  using Kind = ComingEvent::Kind;
  Figures figures;
  figures.expiring = {{30, 0}, {90, 0}, {365, 0}};
  figures.open_requests = registry.open_requests().size();
  const ComingQuery query{
      .from = day, .until = day + 365, .kinds = {Kind::kInstrumentEnds, Kind::kVerificationDue}};
  for (const ComingEvent& event : ComingEvents(registry, query)) {
    if (event.kind == Kind::kVerificationDue) {
      const bool contact = registry.FindContact(event.resource) != nullptr;
      figures.stale_contacts += event.overdue && contact ? 1 : 0;
      continue;
    }
    for (auto& [within, count] : figures.expiring) count += event.day <= day + within ? 1 : 0;
  }
  for (int number = 1; number <= static_cast<int>(Axis::kProjectMembership); ++number) {
    const auto axis = static_cast<Axis>(number);
    figures.relations[{axis, "NONE"}] = 0;
    for (const Step& step : StepsOf(axis)) figures.relations[{axis, std::string(step.word)}] = 0;
  }
  for (const auto& [id, partner] : registry.partners()) {
    if (partner->deleted()) continue;
    const Standing standing = StandingOn(registry, *partner, day);
    for (const AxisStanding& axis : standing.axes) ++figures.relations[{axis.axis, axis.step}];
  }
  return figures;
}

}  // namespace comity::partner_registry
