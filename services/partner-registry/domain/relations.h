#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/legal/secondments.h"
#include "services/partner-registry/domain/relation_types.h"
#include "services/partner-registry/domain/shared_fact.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// What the registry knows of how relations come about: a part of Registry, with its promises.
// Copying shares the facts.
class Relations {
 public:
  template <typename T>
  using ByName = std::map<std::string, std::shared_ptr<const T>, std::less<>>;

  template <IsRelation T>
  void Put(std::string name, std::shared_ptr<const T> value) {
    if constexpr (std::is_same_v<T, Secondment>) secondments_.Put(ToLegal(*value));
    std::get<ByName<T>>(maps_).insert_or_assign(std::move(name), std::move(value));
  }

  // Everything of one kind, in the order of names.
  template <IsRelation T>
  const ByName<T>& All() const {
    return std::get<ByName<T>>(maps_);
  }

  // Null if there is none.
  template <IsRelation T>
  const T* Find(absl::string_view name) const {
    const auto found = All<T>().find(name);
    return found == All<T>().end() ? nullptr : found->second.get();
  }

  // Everything of one kind below a partner, in the order of names.
  template <IsRelation T>
  std::vector<const T*> Of(absl::string_view partner) const {
    const std::string prefix = absl::StrCat("partners/", partner, "/", T::kCollection);
    std::vector<const T*> found;
    for (auto at = All<T>().lower_bound(prefix);
         at != All<T>().end() && absl::StartsWith(at->first, prefix); ++at) {
      found.push_back(at->second.get());
    }
    return found;
  }

  // Of any kind; nullopt if there is none.
  std::optional<Fact> FindAny(absl::string_view name) const;

  void AppendTo(std::vector<FactPointer>& facts) const;

  // The secondments that bind somebody, as the transfer check wants them.
  const legal::Secondments& secondments() const { return secondments_; }

  static legal::Secondment ToLegal(const Secondment& secondment);

 private:
  // In an order in which each kind stands after those that it refers to.
  std::tuple<ByName<Strategy>, ByName<CriteriaSet>, ByName<Assessment>, ByName<Volume>,
             ByName<Consultation>, ByName<Readiness>, ByName<Arrangement>, ByName<Secondment>>
      maps_;
  legal::Secondments secondments_;
};

}  // namespace comity::partner_registry
