#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

namespace internal {
template <typename... T>
std::variant<std::shared_ptr<const T>...> Shared(const std::variant<T...>&);  // Its type alone.
}  // namespace internal

// A fact of the state, as the state has it: it stays as it is when the state goes on.
using FactPointer = decltype(internal::Shared(std::declval<Fact>()));

Fact CopyOf(const FactPointer& fact);

// A fact to be shared by states, with its name. Copying shares it.
class SharedFact {
 public:
  // Implicit: whoever hands over a fact shares it.
  template <typename T>
  requires std::is_constructible_v<FactPointer, std::shared_ptr<const T>> SharedFact(
      T value) {  // NOLINT(google-explicit-constructor)
    struct Named {
      std::string name;
      T value;
    };
    std::string name = NameOf(value);
    const auto named = std::make_shared<const Named>(Named{std::move(name), std::move(value)});
    name_ = named->name;
    pointer_ = std::shared_ptr<const T>(named, &named->value);
  }
  SharedFact(Fact fact);  // NOLINT(google-explicit-constructor)

  // The resource's name. Lives as long as the fact, whoever shares it.
  absl::string_view name() const { return name_; }

  const FactPointer& pointer() const { return pointer_; }

  Fact Copy() const { return CopyOf(pointer_); }

 private:
  absl::string_view name_;
  FactPointer pointer_;
};

}  // namespace comity::partner_registry
