#include "services/partner-registry/domain/relations.h"

#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {

std::optional<Fact> Relations::FindAny(absl::string_view name) const {
  std::optional<Fact> found;
  const auto look = [&](const auto& map) {
    if (const auto at = map.find(name); at != map.end()) found = *at->second;
  };
  std::apply([&](const auto&... map) { (look(map), ...); }, maps_);
  return found;
}

void Relations::AppendTo(std::vector<FactPointer>& facts) const {
  const auto append = [&](const auto& map) {
    for (const auto& [name, value] : map) facts.emplace_back(value);
  };
  std::apply([&](const auto&... map) { (append(map), ...); }, maps_);
}

legal::Secondment Relations::ToLegal(const Secondment& secondment) {
  legal::Secondment made{
      .name = Name(secondment),
      .kind = static_cast<legal::SecondmentKind>(static_cast<int>(secondment.kind)),
      .instrument = secondment.instrument,
      .from = DayRecorded(secondment.from),
      .to = DayRecorded(secondment.to),
      .ended = secondment.ended,
      .identity = secondment.identity};
  if (!secondment.contact.empty()) {
    made.contact = absl::StrCat("partners/", secondment.partner, "/contacts/", secondment.contact);
  }
  if (!secondment.authority.empty()) {
    made.authority =
        absl::StrCat("partners/", secondment.partner, "/authorities/", secondment.authority);
  }
  return made;
}

}  // namespace comity::partner_registry
