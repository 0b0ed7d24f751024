#include "tests/unit/engagement_scheduling/scheduling_world.h"

#include <cstdlib>
#include <map>
#include <utility>

#include "common/status/error.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::engagement_scheduling {

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

class FixedRegistry::Snapshot final : public RegistrySnapshot {
 public:
  const legal::Revision& revision() const override { return facts().revision(); }
  std::string checkpoint_sha256() const override { return std::string(32, 'c'); }
  const legal::Facts& facts() const override { return known; }
  std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const override {
    const auto found = contacts.find(spiffe_id);
    return found == contacts.end() ? std::nullopt : std::optional(found->second);
  }
  std::string PartnerOfUnit(absl::string_view unit) const override {
    return unit == "panama" ? "partners/panama" : "";
  }
  bool ExchangesSuspended(absl::string_view) const override { return false; }

  legal::Facts known = legal::RealFacts();
  std::map<std::string, ContactEntry, std::less<>> contacts;
};

const RegistrySnapshot& FixedRegistry::snapshot() const { return *snapshot_; }

void FixedRegistry::Record(const legal::Decision& decision) {
  auto changed = std::make_shared<Snapshot>(*snapshot_);
  legal::FactsBuilder builder(changed->known);
  builder.Put(decision);
  legal::Revision revision = changed->known.revision();
  ++revision.number;
  changed->known = builder.Build(revision);
  snapshot_ = std::move(changed);
}

void FixedRegistry::Authorise() { Record(legal::Authorised("france", "georgia")); }

FixedRegistry::FixedRegistry() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->contacts[kTbilisi] = {.partner = "partners/georgia",
                                  .authority = "partners/georgia/authorities/prosecution",
                                  .active = true,
                                  .hours = Hours("Asia/Tbilisi", 9, 18)};
  snapshot->contacts[kPanama] = {.partner = "partners/panama",
                                 .authority = "partners/panama/authorities/prosecution",
                                 .active = true,
                                 .hours = Hours("America/Panama", 8, 16)};
  snapshot_ = std::move(snapshot);
}

absl::StatusOr<std::shared_ptr<const RegistrySnapshot>> FixedRegistry::Latest() const {
  return snapshot_;
}

absl::StatusOr<ReleasePermit> FixedRegistry::PermitRelease(const legal::Revision&,
                                                           bool operational) const {
  if (barriers_ > 0) {
    --barriers_;
    return MakeError(absl::StatusCode::kAborted, "a barrier", {.reason = "REGISTRY_CHANGED"});
  }
  if (operational && !lease_) {
    return MakeError(absl::StatusCode::kUnavailable, "no lease",
                     {.reason = "REGISTRY_LEASE_LAPSED"});
  }
  return nullptr;
}

absl::Status FixedRegistry::CheckContact(const identity::Principal& principal) const {
  if (principal.kind != identity::PrincipalKind::kPartner) return absl::OkStatus();
  const auto contact = snapshot_->FindContact(principal.spiffe_id);
  if (contact.has_value() && contact->active) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, "not active",
                   {.reason = "CONTACT_SUSPENDED"});
}

void FixedRegistry::Suspend(const std::string& contact) {
  auto changed = std::make_shared<Snapshot>(*snapshot_);
  changed->contacts[contact].active = false;
  snapshot_ = std::move(changed);
}

void FixedRegistry::Forget(const std::string& contact) {
  auto changed = std::make_shared<Snapshot>(*snapshot_);
  changed->contacts.erase(contact);
  snapshot_ = std::move(changed);
}

}  // namespace comity::engagement_scheduling
