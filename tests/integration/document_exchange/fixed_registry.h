#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/legal/facts.h"
#include "services/document-exchange/domain/registry_view.h"
#include "tests/testing/fake_replica.h"

namespace comity::document_exchange {

inline constexpr char kTbilisi[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
inline constexpr char kChisinau[] = "spiffe://agency.example/partner/moldova/contact/chisinau-1";
inline constexpr char kParis[] = "spiffe://agency.example/partner/france/contact/paris-1";
inline constexpr char kPanama[] = "spiffe://agency.example/partner/panama/contact/panama-1";
inline constexpr char kGeorgianProsecutor[] =
    "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1";

// Who seconds kGeorgianProsecutor, until further notice.
legal::Secondment Seconded();

// The public facts, that secondment and the contacts above, active openers all, that a test can
// change. Thread-safe; passes the contract of RegistryView.
class FixedRegistry final : public RegistryView {
 public:
  FixedRegistry();

  // Nothing was ever received.
  struct Unreached {};
  explicit FixedRegistry(Unreached) {}

  absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> Latest() const override;
  absl::StatusOr<ReleasePermit> PermitRelease(const RegistryRevision& decided_at,
                                              bool operational) const override;

  // What the registry says from now on. Suspensions are barriers.
  void List(const std::string& spiffe_id, const ContactEntry& contact);
  void SuspendContact(const std::string& spiffe_id);
  void SuspendExchanges(const std::string& partner, bool suspended);
  void SetFootnote(const std::string& partner, const std::string& footnote);
  void Record(const legal::Decision& decision);
  // In the place of those of the same identity.
  void Second(const legal::Secondment& secondment);
  void SetOpeners(const std::string& authority, const std::vector<legal::Opener>& openers);
  void Publish(const std::string& prosecutor, const registry_view::SealingKey& key);
  void ForgetCheckpoint();

  void LoseLease() { replica_.SetLease(false); }
  void RegainLease() { replica_.SetLease(true); }
  // The next hand-over finds that a barrier came between.
  void RaiseBarrierOnce() { replica_.RaiseBarriers(1); }

 private:
  mutable testing::FakeReplica replica_;
};

}  // namespace comity::document_exchange
