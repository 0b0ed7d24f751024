#include "services/engagement-scheduling/domain/affected.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/legal/explain.h"
#include "common/legal/secondments.h"
#include "common/registry_view/supposed_registry.h"
#include "common/time/day.h"
#include "services/engagement-scheduling/domain/attendance.h"
#include "services/engagement-scheduling/domain/transfer_check.h"
#include "services/engagement-scheduling/domain/visibility.h"

namespace comity::engagement_scheduling {
namespace {

std::string Sentence(const Engagement& engagement, const std::string& counterpart,
                     const legal::Verdict& would) {
  const std::string day = FormatDay(would.day);
  if (would.outcome == legal::Outcome::kPermitted) {
    return absl::StrCat("On ", day, " operational data could be shared with ", counterpart,
                        engagement.state == State::kHeld ? ": confirm the engagement." : ".");
  }
  return absl::StrCat(
      "On ", day, " operational data could not be shared with ", counterpart, ": ",
      legal::Explain(would),
      engagement.state == State::kHeld
          ? " Until then the engagement is not confirmed."
          : " Until then meet without operational data, without this counterpart, or earlier: "
            "cancel the engagement and hold another.");
}

// What seconds `who`, whatever its days; nothing for most.
std::vector<legal::Secondment> SecondmentsOf(const identity::Principal& who,
                                             const RegistrySnapshot& registry) {
  if (who.IsAgency(identity::Role::kLiaisonProsecutor)) {
    return registry.SecondmentsOf(who.spiffe_id);
  }
  const std::optional<ContactEntry> contact = registry.FindContact(who.spiffe_id);
  return contact.has_value() ? contact->secondments : std::vector<legal::Secondment>();
}

// Null: none of them is.
const legal::Secondment* InEffect(const std::vector<legal::Secondment>& secondments,
                                  const legal::Facts& facts, absl::CivilDay day) {
  const auto found =
      std::find_if(secondments.begin(), secondments.end(),
                   [&](const legal::Secondment& one) { return legal::Admit({one}, facts, day); });
  return found == secondments.end() ? nullptr : &*found;
}

std::string AttendanceSentence(const std::string& participant, absl::CivilDay day,
                               const legal::Secondment& secondment, const legal::Facts* without) {
  const std::string on = absl::StrCat("On ", FormatDay(day), " ", participant);
  if (without == nullptr) {
    return absl::StrCat(on, " could take part: ", secondment.name, " would be in effect.");
  }
  return absl::StrCat(on, " could not take part: ", secondment.name,
                      " would not be in effect, because ",
                      legal::WhyNotPermitted(*without, secondment.kind, secondment.instrument, day),
                      ". Meet earlier or without him: cancel the engagement and hold another.");
}

// Whose secondment would end, or go on, with the instrument. Its own days do not come from facts.
void AddAttendance(const Engagement& engagement, const RegistrySnapshot& registry,
                   const legal::Facts& supposed, std::vector<legal::ChangedOutcome>& affected) {
  const std::vector<absl::CivilDay> days = DaysOf(engagement.interval);
  for (const std::string& participant : engagement.participants) {
    const auto who = identity::Principal::Parse(participant);
    if (!who.ok()) continue;
    const std::vector<legal::Secondment> secondments = SecondmentsOf(*who, registry);
    for (const absl::CivilDay day : days) {
      const legal::Secondment* const was = InEffect(secondments, registry.facts(), day);
      const legal::Secondment* const would = InEffect(secondments, supposed, day);
      if ((was == nullptr) == (would == nullptr)) continue;
      const bool ends = would == nullptr;
      const legal::Secondment& secondment = ends ? *was : *would;
      affected.push_back({.counterpart = std::string(legal::PartnerOf(secondment.name)),
                          .before = ends ? legal::Outcome::kPermitted : legal::Outcome::kRefused,
                          .after = ends ? legal::Outcome::kRefused : legal::Outcome::kPermitted,
                          .sentence = AttendanceSentence(participant, day, secondment,
                                                         ends ? &supposed : nullptr)});
      break;
    }
  }
}

}  // namespace

Planned StillToCome(const Schedule& schedule, const identity::Principal& viewer, absl::Time from,
                    absl::Time now, const StartPosition& position, std::size_t most) {
  Planned planned{.last = position};
  const auto& order = schedule.by_start();
  // What began before may go on then.
  const absl::Time after = std::max(from, now);
  const StartPosition first(after - kLongestEngagement, "");
  auto at = position < first ? order.lower_bound(first) : order.upper_bound(position);
  for (; at != order.end() && most > 0; ++at, --most) {
    planned.last = *at;
    const Engagement& engagement = *schedule.FindEngagement(at->second);
    if (engagement.OccupiesAt(now) && engagement.interval.end > after &&
        MaySee(viewer, engagement)) {
      planned.engagements.push_back(engagement);
    }
  }
  planned.more = at != order.end();
  return planned;
}

std::vector<legal::ChangedOutcome> AffectedBy(const Engagement& engagement,
                                              const RegistrySnapshot& registry,
                                              const legal::Facts& supposed) {
  std::vector<legal::ChangedOutcome> affected;
  if (engagement.engagement_class == Class::kOperational) {
    const auto before = CheckTransfer(engagement, registry);
    const auto after =
        CheckTransfer(engagement, registry_view::SupposedRegistry(registry, supposed));
    if (!before.ok() || !after.ok()) return affected;
    // Of the same counterparts on the same days: those do not come from facts.
    for (std::size_t i = 0; i < before->size(); ++i) {
      const auto& [counterpart, was] = (*before)[i];
      const legal::Verdict& would = (*after)[i].verdict;
      if (was.outcome == would.outcome) continue;
      // One of several days tells whoever plans it; they are in their order.
      if (!affected.empty() && affected.back().counterpart == counterpart) continue;
      affected.push_back({.counterpart = counterpart,
                          .before = was.outcome,
                          .after = would.outcome,
                          .sentence = Sentence(engagement, counterpart, would)});
    }
  }
  AddAttendance(engagement, registry, supposed, affected);
  return affected;
}

}  // namespace comity::engagement_scheduling
