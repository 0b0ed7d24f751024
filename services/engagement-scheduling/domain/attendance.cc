#include "services/engagement-scheduling/domain/attendance.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/legal/secondments.h"
#include "common/status/error.h"
#include "common/time/day.h"

namespace comity::engagement_scheduling {
namespace {

// What an answer can carry: the client's library takes 8 KiB of them.
constexpr std::size_t kMostObstacles = 16;

constexpr char kSuspended[] = "belongs to a partner with which exchanges are suspended.";

// Why the contact cannot take part on `days`; empty: it can.
std::string WhyNotCounted(const RegistrySnapshot& registry,
                          const std::optional<ContactEntry>& contact,
                          const std::vector<absl::CivilDay>& days) {
  if (!contact.has_value()) {
    return "is not registered: ask a registry operator to register the contact.";
  }
  if (registry.ExchangesSuspended(contact->partner)) return kSuspended;
  for (const absl::CivilDay day : days) {
    if (!contact->validity.Covers(day)) {
      return absl::StrCat("is not valid on ", FormatDay(day),
                          ", a day of the meeting: choose days on which it is, or ask a registry "
                          "operator.");
    }
    if (!legal::Admit(contact->secondments, registry.facts(), day)) {
      return absl::StrCat("is seconded, and its secondment is not in effect on ", FormatDay(day),
                          ", a day of the meeting, as far as is known: choose days on which it is, "
                          "or ask a registry operator.");
    }
  }
  if (!contact->active) {
    return "does not count today: it is suspended, not valid today, or its secondment is not in "
           "effect; ask a registry operator.";
  }
  return "";
}

// Why the liaison prosecutor cannot take part on `days`, invited on `today`; empty: he can.
std::string WhyNotSeconded(const RegistrySnapshot& registry, absl::string_view identity,
                           absl::CivilDay today, const std::vector<absl::CivilDay>& days) {
  const std::string now = registry.SecondedBy(identity, today);
  if (now.empty()) {
    return "does not count today: no secondment in effect names this liaison prosecutor; ask the "
           "desk of his State.";
  }
  if (registry.ExchangesSuspended(now)) return kSuspended;
  for (const absl::CivilDay day : days) {
    // He comes for whoever seconds him then, which may be another State.
    const std::string then = registry.SecondedBy(identity, day);
    if (then.empty()) {
      return absl::StrCat("is named by no secondment in effect on ", FormatDay(day),
                          ", a day of the meeting, as far as is known: choose days on which one "
                          "is, or ask the desk of his State.");
    }
    if (registry.ExchangesSuspended(then)) {
      return absl::StrCat("is seconded on ", FormatDay(day),
                          ", a day of the meeting, by a partner with which exchanges are "
                          "suspended.");
    }
  }
  return "";
}

}  // namespace

std::vector<absl::CivilDay> DaysOf(const Interval& interval) {
  std::vector<absl::CivilDay> days;
  const absl::CivilDay last = DayInBrussels(interval.end - absl::Nanoseconds(1));
  for (absl::CivilDay day = DayInBrussels(interval.start); day <= last; ++day) days.push_back(day);
  return days;
}

absl::Status CheckAttendance(const Engagement& engagement, const RegistrySnapshot& registry,
                             absl::Time now) {
  ErrorDetails details{.reason = "CONTACT_NOT_ACTIVE"};
  const std::vector<absl::CivilDay> days = DaysOf(engagement.interval);
  for (std::size_t i = 0; i < engagement.participants.size(); ++i) {
    const auto who = identity::Principal::Parse(engagement.participants[i]);
    if (!who.ok()) continue;
    std::string why;
    if (who->kind == identity::PrincipalKind::kPartner) {
      why = WhyNotCounted(registry, registry.FindContact(who->spiffe_id), days);
    } else if (who->IsAgency(identity::Role::kLiaisonProsecutor)) {
      why = WhyNotSeconded(registry, who->spiffe_id, DayInBrussels(now), days);
    }
    if (why.empty() || details.preconditions.size() == kMostObstacles) continue;
    details.preconditions.push_back({.type = "CONTACT",
                                     .subject = absl::StrCat("participants[", i, "]"),
                                     .description = std::move(why)});
  }
  if (details.preconditions.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(details.preconditions.front().subject, " ",
                                details.preconditions.front().description),
                   details);
}

}  // namespace comity::engagement_scheduling
