#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

namespace internal {
template <typename... T>
std::variant<std::shared_ptr<const T>...> Shared(const std::variant<T...>&);  // Its type alone.
}  // namespace internal

// A fact of the state, as the state has it: it stays as it is when the state goes on.
using SharedFact = decltype(internal::Shared(std::declval<Fact>()));

inline Fact CopyOf(const SharedFact& shared) {
  return std::visit([](const auto& value) { return Fact(*value); }, shared);
}

}  // namespace comity::partner_registry
