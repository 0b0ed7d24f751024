#pragma once

#include <string>

#include "common/identity/principal.h"
#include "common/legal/facts.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/types.h"
#include "tests/testing/fixed_registry.h"

// People, hours and a registry that stands still.
namespace comity::engagement_scheduling {

inline constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/-/desk-1";
inline constexpr char kColleague[] = "spiffe://agency.example/agency/desk-officer/-/desk-2";
inline constexpr char kDpo[] = "spiffe://agency.example/agency/dpo/-/dpo-1";
inline constexpr char kAuditor[] = "spiffe://agency.example/agency/auditor/-/auditor-1";
inline constexpr char kOperator[] = "spiffe://agency.example/agency/operator/-/operator-1";
inline constexpr char kRegistryOperator[] =
    "spiffe://agency.example/agency/registry-operator/-/registry-1";
inline constexpr char kLiaison[] =
    "spiffe://agency.example/agency/liaison-prosecutor/georgia/liaison-1";
inline constexpr char kCommission[] = "spiffe://agency.example/agency/commission/-/c1";
inline constexpr char kEeas[] = "spiffe://agency.example/agency/eeas/-/e1";
// EU delegations: to Panama, to Algeria, accredited to nobody.
inline constexpr char kDelegation[] = "spiffe://agency.example/agency/eu-delegation/panama/d1";
inline constexpr char kElsewhere[] = "spiffe://agency.example/agency/eu-delegation/algeria/d1";
inline constexpr char kNowhere[] = "spiffe://agency.example/agency/eu-delegation/-/d1";
inline constexpr char kTbilisi[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
inline constexpr char kPanama[] = "spiffe://agency.example/partner/panama/contact/panama-1";
inline constexpr char kRoom[] = "resources/room-1";

identity::Principal Who(const std::string& spiffe_id);
// "2026-12-01T10:00:00Z".
absl::Time At(absl::string_view text);
Interval Between(absl::string_view start, absl::string_view end);

// Monday to Friday.
WorkingHours Hours(const std::string& time_zone, int start_hour, int end_hour);
WorkingHours Office();  // 09:00 to 17:30 in Amsterdam.

// A technical meeting of kDesk and kTbilisi, strategic, as a client would ask for it.
Engagement Meeting(const Interval& interval);
// A coordination meeting of both on data of France.
Engagement Coordination(const Interval& interval);

// Who seconds kLiaison, from `from` to `to`; `to` may be unknown.
legal::Secondment Seconded(PartialDate from, PartialDate to = {});

// The public facts and the contacts kTbilisi and kPanama, that a test can change. Thread-safe;
// passes the contract of RegistryView.
class FixedRegistry final : public testing::FixedRegistryOf<RegistryView> {
 public:
  FixedRegistry();

  // Nothing was ever received.
  struct Unreached {};
  explicit FixedRegistry(Unreached) {}

  absl::Status CheckContact(const identity::Principal& principal) const override;

  // The latest, until the next change.
  const RegistrySnapshot& snapshot() const;

  void Forget(const std::string& contact);
  // France authorises the transfer to Georgia.
  void Authorise();
};

}  // namespace comity::engagement_scheduling
