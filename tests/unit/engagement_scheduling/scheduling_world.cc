#include "tests/unit/engagement_scheduling/scheduling_world.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "tests/testing/seconding_facts.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::engagement_scheduling {
namespace {

using Records = testing::RegistryRecords;

Records PublicRecords() {
  return {.facts = testing::WithSecondment(testing::WithSecondment(legal::RealFacts()),
                                           "partners/moldova"),
          .contacts = {{kTbilisi,
                        {.partner = "partners/georgia",
                         .authority = "partners/georgia/authorities/prosecution",
                         .active = true,
                         .hours = Hours("Asia/Tbilisi", 9, 18)}},
                       {kPanama,
                        {.partner = "partners/panama",
                         .authority = "partners/panama/authorities/prosecution",
                         .active = true,
                         .hours = Hours("America/Panama", 8, 16)}}},
          .units = {{"fr", "partners/france"}}};
}

}  // namespace

identity::Principal Who(const std::string& spiffe_id) {
  auto principal = identity::Principal::Parse(spiffe_id);
  if (!principal.ok()) std::abort();
  return *std::move(principal);
}

absl::Time At(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) std::abort();
  return time;
}

Interval Between(absl::string_view start, absl::string_view end) { return {At(start), At(end)}; }

WorkingHours Hours(const std::string& time_zone, int start_hour, int end_hour) {
  return {.time_zone = time_zone,
          .days = {1, 2, 3, 4, 5},
          .start_minute = start_hour * 60,
          .end_minute = end_hour * 60};
}

WorkingHours Office() {
  WorkingHours hours = Hours("Europe/Amsterdam", 9, 17);
  hours.end_minute += 30;
  return hours;
}

Engagement Meeting(const Interval& interval) {
  return {.kind = Kind::kTechnicalMeeting,
          .engagement_class = Class::kStrategic,
          .mode = Mode::kOnline,
          .title = "What the agency does",
          .partners = {"partners/georgia"},
          .interval = interval,
          .participants = {kDesk, kTbilisi}};
}

Engagement Coordination(const Interval& interval) {
  Engagement engagement = Meeting(interval);
  engagement.kind = Kind::kCoordinationMeeting;
  engagement.engagement_class = Class::kOperational;
  engagement.title = "Operation Sunrise";
  engagement.question = legal::Ask("georgia", {legal::MemberState("france")});
  engagement.question->counterpart.clear();
  return engagement;
}

legal::Secondment Seconded(PartialDate from, PartialDate to) {
  return {.name = "partners/georgia/secondments/s1",
          .kind = legal::SecondmentKind::kLiaisonProsecutor,
          .instrument = "partners/georgia/instruments/cooperation-agreement",
          .from = from,
          .to = to,
          .identity = kLiaison};
}

FixedRegistry::FixedRegistry() : FixedRegistryOf(PublicRecords()) {}

absl::Status FixedRegistry::CheckContact(const identity::Principal& principal) const {
  const bool prosecutor = principal.IsAgency(identity::Role::kLiaisonProsecutor);
  if (!prosecutor && principal.kind != identity::PrincipalKind::kPartner) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> snapshot,
                          replica().Latest());
  const std::optional<ContactEntry> contact = snapshot->FindContact(principal.spiffe_id);
  std::string reason;
  if (!prosecutor && !contact.has_value()) {
    reason = "CONTACT_NOT_REGISTERED";
  } else if (!prosecutor && !contact->active) {
    reason = "CONTACT_SUSPENDED";
  } else if (!replica().LeaseValid()) {
    return MakeError(absl::StatusCode::kUnavailable, "nobody knows whether it counts",
                     {.reason = "REGISTRY_LEASE_LAPSED"});
  } else if (prosecutor) {
    return absl::OkStatus();
  } else if (snapshot->ExchangesSuspended(contact->partner)) {
    reason = "EXCHANGES_SUSPENDED";
  } else {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, "does not count", {.reason = reason});
}

const RegistrySnapshot& FixedRegistry::snapshot() const { return **replica().Latest(); }

void FixedRegistry::Forget(const std::string& contact) {
  replica().Change(
      [&](Records& records, legal::FactsBuilder&) { records.contacts.erase(contact); });
}

void FixedRegistry::Authorise() { Record(legal::Authorised("france", "georgia")); }

}  // namespace comity::engagement_scheduling
