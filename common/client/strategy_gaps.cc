#include "common/client/strategy_gaps.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/client/ask.h"
#include "common/client/inquiries.h"
#include "common/identity/principal.h"
#include "common/time/day.h"

namespace comity::client {
namespace {

namespace registry = partner_registry::v1;
namespace scheduling = engagement_scheduling::v1;

absl::CivilDay DayOf(const scheduling::Engagement& engagement) {
  return DayInBrussels(absl::FromUnixSeconds(engagement.interval().start_time().seconds()));
}

PartialDate Date(const std::string& text) {
  return PartialDate::Parse(text).value_or(PartialDate());
}

bool Runs(const registry::Strategy& strategy, absl::CivilDay day) {
  const PartialDate from = Date(strategy.from());
  const PartialDate to = Date(strategy.to());
  return from.known() && to.known() && from.earliest() <= day && day <= to.latest();
}

bool Lists(const registry::Strategy& strategy, const std::string& partner) {
  const auto& listed = strategy.partners();
  return std::any_of(listed.begin(), listed.end(),
                     [&](const auto& one) { return one.partner() == partner; });
}

bool NeedsListing(const registry::Partner& partner, absl::CivilDay day) {
  for (const registry::LegalClassPeriod& period : partner.legal_classes()) {
    const PartialDate from = Date(period.from());
    const PartialDate to = Date(period.to());
    if ((from.known() && day < from.earliest()) || (to.known() && day > to.latest())) continue;
    return period.legal_class() == registry::LEGAL_CLASS_THIRD_COUNTRY ||
           period.legal_class() == registry::LEGAL_CLASS_INTERNATIONAL_ORGANISATION;
  }
  return true;
}

std::vector<identity::Principal> ParticipantsOf(const scheduling::Engagement& engagement) {
  std::vector<identity::Principal> people;
  for (const std::string& participant : engagement.participants()) {
    auto who = identity::Principal::Parse(participant);
    if (who.ok()) people.push_back(*std::move(who));
  }
  return people;
}

// Whom it is about, and who takes part.
std::set<std::string> PartnersOf(const scheduling::Engagement& engagement,
                                 const SecondedOn& seconded) {
  std::set<std::string> partners(engagement.partners().begin(), engagement.partners().end());
  for (const identity::Principal& who : ParticipantsOf(engagement)) {
    if (who.kind == identity::PrincipalKind::kPartner) {
      partners.insert(absl::StrCat("partners/", who.partner));
    }
    const auto state = seconded.find({who.spiffe_id, DayOf(engagement)});
    if (state != seconded.end()) partners.insert(state->second);
  }
  return partners;
}

// Who is seconded on the days of those engagements in which a liaison prosecutor takes part, as the
// registry says: a question for each of these days.
absl::StatusOr<SecondedOn> ListSeconded(Session& session,
                                        const std::vector<scheduling::Engagement>& engagements,
                                        absl::Duration patience) {
  std::set<absl::CivilDay> days;
  for (const scheduling::Engagement& engagement : engagements) {
    const std::vector<identity::Principal> people = ParticipantsOf(engagement);
    if (std::any_of(people.begin(), people.end(), [](const identity::Principal& who) {
          return who.IsAgency(identity::Role::kLiaisonProsecutor);
        })) {
      days.insert(DayOf(engagement));
    }
  }
  SecondedOn seconded;
  for (const absl::CivilDay day : days) {
    registry::ListSecondmentsRequest request;
    request.set_parent("partners/-");
    request.set_day(FormatDay(day));
    COMITY_RETURN_IF_ERROR(
        AskAll(session.Relations(), &registry::RelationService::Stub::ListSecondments,
               std::move(request), patience, [&](const registry::ListSecondmentsResponse& all) {
                 for (const registry::Secondment& one : all.secondments()) {
                   if (!one.in_effect() || one.identity().empty()) continue;
                   const std::string& name = one.name();
                   seconded[{one.identity(), day}] = name.substr(0, name.find("/secondments/"));
                 }
               }));
  }
  return seconded;
}

// Deleted ones, too.
absl::StatusOr<GapsEverywhere::Partners> ListEverybody(Session& session, absl::Duration patience) {
  registry::ListPartnersRequest everybody;
  everybody.set_show_deleted(true);
  for (const char* field : {"display_name", "status_footnote", "legal_classes", "delete_time"}) {
    everybody.mutable_read_mask()->add_paths(field);
  }
  GapsEverywhere::Partners partners;
  COMITY_RETURN_IF_ERROR(
      AskAll(session.Registry(), &registry::PartnerRegistryService::Stub::ListPartners,
             std::move(everybody), patience, [&](const registry::ListPartnersResponse& all) {
               for (const registry::Partner& one : all.partners()) {
                 partners.emplace(one.name(), one);
               }
             }));
  return partners;
}

absl::StatusOr<std::vector<EngagementGap>> PlannedGaps(
    Session& session, const absl::StatusOr<GapsEverywhere::Partners>& partners, absl::Time now,
    absl::Duration patience) {
  std::vector<registry::Strategy> strategies;
  COMITY_RETURN_IF_ERROR(
      AskAll(session.Relations(), &registry::RelationService::Stub::ListStrategies,
             registry::ListStrategiesRequest(), patience,
             [&](const registry::ListStrategiesResponse& all) {
               strategies.assign(all.strategies().begin(), all.strategies().end());
             }));
  scheduling::ListEngagementsRequest planned;
  planned.mutable_window()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(now));
  planned.mutable_window()->mutable_end_time()->set_seconds(
      absl::ToUnixSeconds(now + absl::Hours(24 * 366 * 10)));
  std::vector<scheduling::Engagement> engagements;
  COMITY_RETURN_IF_ERROR(
      AskAll(session.Scheduling(), &scheduling::EngagementSchedulingService::Stub::ListEngagements,
             std::move(planned), patience, [&](const scheduling::ListEngagementsResponse& all) {
               engagements.assign(all.engagements().begin(), all.engagements().end());
             }));
  if (engagements.empty()) return std::vector<EngagementGap>();
  COMITY_RETURN_IF_ERROR(partners.status());
  COMITY_ASSIGN_OR_RETURN(const SecondedOn seconded, ListSeconded(session, engagements, patience));
  return GapsOf(engagements, strategies, *partners, seconded);
}

}  // namespace

std::vector<EngagementGap> GapsOf(const std::vector<scheduling::Engagement>& engagements,
                                  const std::vector<registry::Strategy>& strategies,
                                  const std::map<std::string, registry::Partner>& partners,
                                  const SecondedOn& seconded) {
  std::vector<EngagementGap> gaps;
  for (const scheduling::Engagement& engagement : engagements) {
    const absl::CivilDay day = DayOf(engagement);
    const auto in_force =
        std::find_if(strategies.begin(), strategies.end(),
                     [day](const registry::Strategy& strategy) { return Runs(strategy, day); });
    for (const std::string& partner : PartnersOf(engagement, seconded)) {
      const auto known = partners.find(partner);
      if (known != partners.end() && !NeedsListing(known->second, day)) continue;
      if (in_force != strategies.end() && Lists(*in_force, partner)) continue;
      gaps.push_back(
          {.engagement = engagement,
           .partner = partner,
           .sentence =
               in_force == strategies.end()
                   ? absl::StrCat("No strategy covers ", FormatDay(day), ", the day on which ",
                                  partner, " is met: enter it (EJR 52).")
                   : absl::StrCat(in_force->name(), " does not list ", partner,
                                  ", which is met on ", FormatDay(day),
                                  ": list it, or say why it is met all the same (EJR 52).")});
    }
  }
  return gaps;
}

absl::Status GapsEverywhere::status() const {
  return Together({{"partner-registry", registry.ok() ? looked_at.status() : registry.status()},
                   {"engagement-scheduling", engagements.status()}});
}

std::vector<std::string> GapsEverywhere::InAccord() const {
  std::vector<std::string> names;
  if (!looked_at.ok() || !registry.ok() || registry->strategy().empty()) return names;
  std::set<std::string> with_gap;
  for (const auto& gap : registry->gaps()) with_gap.insert(gap.partner());
  if (engagements.ok()) {
    for (const EngagementGap& gap : *engagements) with_gap.insert(gap.partner);
  }
  for (const auto& [name, partner] : *looked_at) {
    if (!with_gap.contains(name)) names.push_back(name);
  }
  return names;
}

GapsEverywhere ListStrategyGaps(Session& session, const std::string& day, absl::Time now,
                                absl::Duration patience) {
  registry::ListStrategyGapsRequest request;
  request.set_day(day);
  GapsEverywhere gaps;
  gaps.registry = Ask(session.Relations(), &registry::RelationService::Stub::ListStrategyGaps,
                      request, patience);
  gaps.looked_at = ListEverybody(session, patience);
  gaps.engagements = PlannedGaps(session, gaps.looked_at, now, patience);
  if (gaps.looked_at.ok()) {
    std::erase_if(*gaps.looked_at, [](const auto& one) { return one.second.has_delete_time(); });
  }
  return gaps;
}

}  // namespace comity::client
