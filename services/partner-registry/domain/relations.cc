#include "services/partner-registry/domain/relations.h"

#include "common/time/day.h"

namespace comity::partner_registry {

legal::Secondment Relations::ToLegal(const Secondment& secondment) {
  const auto date = [](const std::string& day) {
    return PartialDate::Parse(day).value_or(PartialDate());
  };
  legal::Secondment made{
      .name = Name(secondment),
      .kind = static_cast<legal::SecondmentKind>(static_cast<int>(secondment.kind)),
      .instrument = secondment.instrument,
      .from = date(secondment.from),
      .to = date(secondment.to),
      .ended = secondment.ended,
      .identity = secondment.identity};
  if (!secondment.contact.empty()) {
    made.contact = absl::StrCat("partners/", secondment.partner, "/contacts/", secondment.contact);
  }
  return made;
}

}  // namespace comity::partner_registry
