#include "tests/unit/engagement_scheduling/scheduling_world.h"

#include <cstdlib>
#include <utility>

#include "common/crypto/digest.h"
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

FixedRegistry::FixedRegistry() : replica_(PublicRecords()) {}

absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> FixedRegistry::Latest() const {
  return replica_.Latest();
}

absl::StatusOr<ReleasePermit> FixedRegistry::PermitRelease(const legal::Revision& decided_at,
                                                           bool operational) const {
  return replica_.PermitRelease(decided_at, operational);
}

absl::Status FixedRegistry::CheckContact(const identity::Principal& principal) const {
  if (principal.kind != identity::PrincipalKind::kPartner) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> snapshot,
                          replica_.Latest());
  const std::optional<ContactEntry> contact = snapshot->FindContact(principal.spiffe_id);
  std::string reason;
  if (!contact.has_value()) {
    reason = "CONTACT_NOT_REGISTERED";
  } else if (!contact->active) {
    reason = "CONTACT_SUSPENDED";
  } else if (snapshot->ExchangesSuspended(contact->partner)) {
    reason = "EXCHANGES_SUSPENDED";
  } else {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, "does not count", {.reason = reason});
}

const RegistrySnapshot& FixedRegistry::snapshot() const { return **replica_.Latest(); }

void FixedRegistry::List(const std::string& spiffe_id, const ContactEntry& contact) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder&) { records.contacts[spiffe_id] = contact; },
      /*barrier=*/!contact.active);
}

void FixedRegistry::Suspend(const std::string& contact) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder&) { records.contacts[contact].active = false; },
      /*barrier=*/true);
}

void FixedRegistry::Forget(const std::string& contact) {
  replica_.Change([&](Records& records, legal::FactsBuilder&) { records.contacts.erase(contact); });
}

void FixedRegistry::SuspendExchanges(const std::string& partner, bool suspended) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder& facts) {
        legal::Partner changed = *records.FindPartner(partner);
        changed.exchanges_suspended = suspended;
        facts.Put(std::move(changed));
      },
      /*barrier=*/suspended);
}

void FixedRegistry::Record(const legal::Decision& decision) {
  replica_.Change([&](Records&, legal::FactsBuilder& facts) { facts.Put(decision); });
}

void FixedRegistry::Authorise() { Record(legal::Authorised("france", "georgia")); }

void FixedRegistry::Second(const std::vector<legal::Secondment>& secondments) {
  replica_.Change(
      [&](Records& records, legal::FactsBuilder&) {
        records.secondments[secondments.front().identity] = secondments;
      },
      /*barrier=*/true);
}

void FixedRegistry::SetOpeners(const std::string& authority,
                               const std::vector<legal::Opener>& openers) {
  replica_.Change(
      [&](Records&, legal::FactsBuilder& facts) { facts.SetOpeners(authority, openers); });
}

void FixedRegistry::Publish(const std::string& prosecutor, const registry_view::SealingKey& key) {
  replica_.Change([&](Records& records, legal::FactsBuilder&) { records.keys[prosecutor] = key; });
}

void FixedRegistry::ForgetCheckpoint() {
  replica_.Change([](Records& records, legal::FactsBuilder&) { records.checkpoint.clear(); });
}

}  // namespace comity::engagement_scheduling
