#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/registry_replica/replica.h"
#include "common/time/clock.h"
#include "tests/contract/registry_view/registry_steps.h"
#include "tests/integration/registry_replica/fake_registry.h"
#include "tests/testing/test_ca.h"

namespace comity::testing {

// A registry's side of the stream and the real replica behind it, over mutual TLS.
class ReplicatedRegistry final : public RegistrySteps {
 public:
  explicit ReplicatedRegistry(RegistryStart start);

  // Once; every step needs it, and this outlives it.
  std::unique_ptr<registry_replica::RegistryReplica> StartReplica();

  void List(const ListedContact& contact) override;
  void SuspendExchanges(const std::string& partner, bool suspended) override;
  void Record(const legal::Decision& decision) override;
  void Second(const legal::Secondment& secondment) override;
  void Publish(const std::string& prosecutor, const registry_view::SealingKey& key) override;
  void LoseLease() override;
  void RegainLease() override;
  std::string Checkpoint() const override;

 private:
  void CommitPartner(const std::string& name, const std::string& iso, bool suspended);
  // Waits until the replica has it, if there is one.
  void Commit(partner_registry::v1::Change change);

  TestPki pki_;
  ManualClock clock_{absl::FromUnixSeconds(1795000000)};
  std::optional<registry_replica::FakeRegistry> registry_;  // Unset: cannot be reached.
  const registry_replica::RegistryReplica* replica_ = nullptr;
  int keys_ = 0;
};

}  // namespace comity::testing
