#include "services/partner-registry/domain/shared_fact.h"

namespace comity::partner_registry {

Fact CopyOf(const FactPointer& fact) {
  return std::visit([](const auto& value) { return Fact(*value); }, fact);
}

SharedFact::SharedFact(Fact fact)
    : SharedFact(std::visit([](auto& value) { return SharedFact(std::move(value)); }, fact)) {}

}  // namespace comity::partner_registry
