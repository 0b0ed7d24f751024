#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/registry_view/registry_snapshot.h"

namespace comity::registry_view {

// A registry with other facts: what if.
class SupposedRegistry final : public RegistrySnapshot {
 public:
  // Neither is owned; both must outlive this object.
  SupposedRegistry(const RegistrySnapshot& registry, const legal::Facts& facts)
      : registry_(registry), facts_(facts) {}

  const legal::Revision& revision() const override { return registry_.revision(); }
  std::optional<crypto::Digest> checkpoint_sha256() const override {
    return registry_.checkpoint_sha256();
  }
  const legal::Facts& facts() const override { return facts_; }
  std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const override {
    return registry_.FindContact(spiffe_id);
  }
  std::vector<legal::Secondment> SecondmentsOf(absl::string_view identity) const override {
    return registry_.SecondmentsOf(identity);
  }
  std::optional<SealingKey> KeyOf(absl::string_view identity) const override {
    return registry_.KeyOf(identity);
  }
  std::string PartnerOfUnit(absl::string_view unit) const override {
    return registry_.PartnerOfUnit(unit);
  }
  bool ExchangesSuspended(absl::string_view partner) const override {
    return registry_.ExchangesSuspended(partner);
  }

 private:
  const RegistrySnapshot& registry_;
  const legal::Facts& facts_;
};

}  // namespace comity::registry_view
