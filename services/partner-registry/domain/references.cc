#include "services/partner-registry/domain/references.h"

#include <algorithm>
#include <utility>

#include "common/identity/principal.h"

namespace comity::partner_registry {
namespace {

template <typename Map, typename Names>
std::size_t CountIf(const Map& facts, Names names) {
  return static_cast<std::size_t>(std::count_if(
      facts.begin(), facts.end(), [&](const auto& entry) { return names(*entry.second); }));
}

bool Has(const std::vector<std::string>& ids, absl::string_view id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

std::vector<Reference> ReferencesTo(const Registry& registry, absl::string_view partner) {
  const Relations& relations = registry.relations();
  const auto below = [&](const auto& fact) { return fact.partner == partner; };
  const Partner* itself = registry.FindPartner(partner);
  std::vector<Reference> found = {
      {std::string(kLegalClasses), itself == nullptr ? 0 : itself->legal_classes.size()},
      {"instruments", registry.InstrumentsOf(partner).size()},
      {"retracted entries", CountIf(registry.retracted<Instrument>(), below) +
                                CountIf(registry.retracted<Authority>(), below)},
      {"milestones", registry.MilestonesOf(partner).size() + registry.MembersOf(partner).size()},
      {"change requests", registry.ChangeRequestsOf(partner).size()},
      {"authorities", registry.AuthoritiesOf(partner).size()},
      {"contacts", registry.ContactsOf(partner).size()},
      {"decisions", CountIf(registry.decisions(),
                            [&](const Decision& decision) {
                              return decision.partner == partner ||
                                     Has(decision.counterparts, partner);
                            })},
      {"keys", static_cast<std::size_t>(
                   std::count_if(registry.key_holders().begin(), registry.key_holders().end(),
                                 [&](const auto& entry) {
                                   const auto holder = identity::Principal::Parse(entry.first);
                                   return holder.ok() && holder->partner == partner;
                                 }))},
      {std::string(kMergedPartners),
       CountIf(registry.partners(),
               [&](const Partner& other) { return other.merged_into == partner; })},
      {"strategies", CountIf(relations.All<Strategy>(),
                             [&](const Strategy& strategy) {
                               return std::any_of(
                                   strategy.partners.begin(), strategy.partners.end(),
                                   [&](const auto& listed) { return listed.partner == partner; });
                             })},
      {"assessments", relations.Of<Assessment>(partner).size()},
      {"volumes", relations.Of<Volume>(partner).size()},
      {"consultations", CountIf(relations.All<Consultation>(),
                                [&](const Consultation& consultation) {
                                  return consultation.partner == partner ||
                                         Has(consultation.member_states, partner);
                                })},
      {"readiness files", relations.Of<Readiness>(partner).size()},
      {"arrangements", CountIf(relations.All<Arrangement>(),
                               [&](const Arrangement& arrangement) {
                                 const auto& told = arrangement.transmissions;
                                 return arrangement.partner == partner ||
                                        std::any_of(told.begin(), told.end(), [&](const auto& one) {
                                          return one.member_state == partner;
                                        });
                               })},
      {"secondments", relations.Of<Secondment>(partner).size()}};
  std::erase_if(found, [](const Reference& reference) { return reference.count == 0; });
  return found;
}

}  // namespace comity::partner_registry
