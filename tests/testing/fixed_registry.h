#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/legal/facts.h"
#include "tests/testing/fake_replica.h"

namespace comity::testing {

// The registry as the rules of a service see it through `View`, its port, and as a test has it
// stand and change. Thread-safe.
template <typename View>
class FixedRegistryOf : public View {
 public:
  using Records = RegistryRecords;

  absl::StatusOr<std::shared_ptr<const registry_view::RegistrySnapshot>> Latest() const override {
    return replica_.Latest();
  }
  absl::StatusOr<ReleasePermit> PermitRelease(const legal::Revision& decided_at,
                                              bool operational) const override {
    return replica_.PermitRelease(decided_at, operational);
  }

  // What the registry says from now on. Suspensions are barriers.
  void List(const std::string& spiffe_id, const registry_view::ContactEntry& contact) {
    replica_.Change(
        [&](Records& records, legal::FactsBuilder&) { records.contacts[spiffe_id] = contact; },
        /*barrier=*/!contact.active);
  }
  void Suspend(const std::string& contact) {
    replica_.Change(
        [&](Records& records, legal::FactsBuilder&) { records.contacts[contact].active = false; },
        /*barrier=*/true);
  }
  void SuspendExchanges(const std::string& partner, bool suspended) {
    ChangePartner(
        partner, [&](legal::Partner& changed) { changed.exchanges_suspended = suspended; },
        /*barrier=*/suspended);
  }
  void Delete(const std::string& partner) {
    ChangePartner(
        partner, [](legal::Partner& changed) { changed.deleted = true; }, /*barrier=*/true);
  }
  void Record(const legal::Decision& decision) {
    replica_.Change([&](Records&, legal::FactsBuilder& facts) { facts.Put(decision); });
  }
  // In the place of those of the same identity, which all have.
  void Second(const legal::Secondment& secondment) { Second(std::vector{secondment}); }
  void Second(const std::vector<legal::Secondment>& secondments) {
    replica_.Change(
        [&](Records& records, legal::FactsBuilder&) {
          records.secondments[secondments.front().identity] = secondments;
        },
        /*barrier=*/true);
  }
  void SetOpeners(const std::string& authority, const std::vector<legal::Opener>& openers) {
    replica_.Change(
        [&](Records&, legal::FactsBuilder& facts) { facts.SetOpeners(authority, openers); });
  }
  void Publish(const std::string& prosecutor, const registry_view::SealingKey& key) {
    replica_.Change(
        [&](Records& records, legal::FactsBuilder&) { records.keys[prosecutor] = key; });
  }
  void ForgetCheckpoint() {
    replica_.Change([](Records& records, legal::FactsBuilder&) { records.checkpoint.clear(); });
  }

  void LoseLease() { replica_.SetLease(false); }
  void RegainLease() { replica_.SetLease(true); }
  // The next hand-overs find that a barrier came between.
  void RaiseBarriers(int count) { replica_.RaiseBarriers(count); }

 protected:
  // Nothing was ever received.
  FixedRegistryOf() = default;
  explicit FixedRegistryOf(Records records) : replica_(std::move(records)) {}

  template <typename Change>
  void ChangePartner(const std::string& name, Change change, bool barrier = false) {
    replica_.Change(
        [&](Records& records, legal::FactsBuilder& facts) {
          legal::Partner changed = *records.FindPartner(name);
          change(changed);
          facts.Put(std::move(changed));
        },
        barrier);
  }

  FakeReplica& replica() const { return replica_; }

 private:
  mutable FakeReplica replica_;
};

}  // namespace comity::testing
