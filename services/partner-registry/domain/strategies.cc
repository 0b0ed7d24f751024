#include "services/partner-registry/domain/strategies.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostPriorities = 50;
constexpr std::size_t kMostPartners = 500;
constexpr Fields kFields("STRATEGY_INVALID", "strategy");

struct Period {
  absl::CivilDay from;
  absl::CivilDay to;
};

// Of a recorded strategy, whose days were checked.
Period PeriodOf(const Strategy& strategy) {
  return {ParseDay(strategy.from).value_or(absl::CivilDay(1900, 1, 1)),
          ParseDay(strategy.to).value_or(absl::CivilDay(1900, 1, 1))};
}

absl::Status CheckPriorities(const Strategy& strategy) {
  if (strategy.priorities.size() > kMostPriorities) {
    return kFields.Bad("priorities", "name at most 50");
  }
  std::set<std::string> ids;
  for (std::size_t i = 0; i < strategy.priorities.size(); ++i) {
    const StrategyPriority& priority = strategy.priorities[i];
    const std::string field = absl::StrCat("priorities[", i, "]");
    if (!IsId(priority.id)) {
      return kFields.Bad(field + ".id", "write lower-case letters, digits and hyphens");
    }
    if (!ids.insert(priority.id).second) return kFields.Bad(field + ".id", "name each once");
    COMITY_RETURN_IF_ERROR(kFields.Text(field + ".title", priority.title, kTitleForm));
  }
  return absl::OkStatus();
}

absl::Status CheckPartners(const Registry& registry, const Strategy& strategy) {
  if (strategy.partners.size() > kMostPartners) {
    return kFields.Bad("partners", "list at most 500");
  }
  std::set<std::string> listed;
  for (std::size_t i = 0; i < strategy.partners.size(); ++i) {
    const StrategyPartner& partner = strategy.partners[i];
    const std::string field = absl::StrCat("partners[", i, "]");
    if (registry.FindPartner(partner.partner) == nullptr) {
      return kFields.Bad(field + ".partner",
                         absl::StrCat("there is no partners/", partner.partner));
    }
    if (!listed.insert(partner.partner).second) {
      return kFields.Bad(field + ".partner", "list each partner once");
    }
    std::set<std::string> seen;
    for (const std::string& id : partner.priorities) {
      if (std::none_of(strategy.priorities.begin(), strategy.priorities.end(),
                       [&](const StrategyPriority& one) { return one.id == id; })) {
        return kFields.Bad(field + ".priorities",
                           absl::StrCat("the strategy has no priority ", id));
      }
      if (!seen.insert(id).second) return kFields.Bad(field + ".priorities", "name each once");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPeriod(const Registry& registry, const Strategy& strategy) {
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay from, kFields.Day("from", strategy.from));
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay to, kFields.Day("to", strategy.to));
  if (to < from) return kFields.Bad("to", "it lies before `from`");
  for (const auto& [name, other] : registry.relations().All<Strategy>()) {
    const Period period = PeriodOf(*other);
    if (other->id != strategy.id && from <= period.to && period.from <= to) {
      return kFields.Bad("from", absl::StrCat("the period overlaps that of ", name, ", ",
                                              other->from, " to ", other->to));
    }
  }
  return absl::OkStatus();
}

bool NeedsListing(LegalClass legal_class) {
  return legal_class == LegalClass::kThirdCountry ||
         legal_class == LegalClass::kInternationalOrganisation;
}

// The axes on which a relation goes on, in words; empty: on none.
std::string GoesOn(const Standing& standing) {
  std::vector<std::string> steps;
  for (const AxisStanding& axis : standing.axes) {
    if (axis.step == "NONE" || Closes(axis.axis, axis.step)) continue;
    steps.push_back(absl::StrCat(Word(axis.axis), " ", axis.step));
  }
  return absl::StrJoin(steps, ", ");
}

bool Within(const std::string& day, const Period& period) {
  const auto date = PartialDate::Parse(day);
  return date.ok() && date->known() && date->latest() >= period.from &&
         date->earliest() <= period.to;
}

bool WasActive(const Registry& registry, const Partner& partner, const Standing& standing,
               const Period& period) {
  for (const AxisStanding& axis : standing.axes) {
    for (const Milestone& step : axis.history) {
      if (Within(step.day, period)) return true;
    }
  }
  for (const Consultation* one : registry.relations().Of<Consultation>(partner.id)) {
    if (Within(one->opened, period)) return true;
  }
  for (const Assessment* one : registry.relations().Of<Assessment>(partner.id)) {
    if (Within(one->day, period)) return true;
  }
  return false;
}

}  // namespace

const Strategy* StrategyOn(const Registry& registry, absl::CivilDay day) {
  for (const auto& [name, strategy] : registry.relations().All<Strategy>()) {
    const Period period = PeriodOf(*strategy);
    if (period.from <= day && day <= period.to) return strategy.get();
  }
  return nullptr;
}

std::vector<StrategyGap> GapsOn(const Registry& registry, absl::CivilDay day) {
  const Strategy* strategy = StrategyOn(registry, day);
  if (strategy == nullptr) {
    return {{.kind = GapKind::kNoStrategy,
             .sentence = absl::StrCat("No strategy covers ", FormatDay(day),
                                      ": the College adopts one every four years (EJR 52). Enter "
                                      "it with SetStrategy.")}};
  }
  Period period = PeriodOf(*strategy);
  period.to = std::min(period.to, day);
  std::vector<StrategyGap> gaps;
  for (const auto& [id, partner] : registry.partners()) {
    if (partner->deleted()) continue;
    const bool listed = std::any_of(
        strategy->partners.begin(), strategy->partners.end(),
        [&, &partner_id = id](const StrategyPartner& one) { return one.partner == partner_id; });
    if (!listed && !NeedsListing(ClassAsRecorded(*partner, day))) continue;
    const Standing standing = StandingOn(registry, *partner, day);
    if (listed && !WasActive(registry, *partner, standing, period)) {
      gaps.push_back({.kind = GapKind::kNothingDone,
                      .partner = std::string(id),
                      .sentence = absl::StrCat(
                          "The strategy lists it and no step was taken since ", strategy->from,
                          ": take one, or strike it from the strategy (EJR 52).")});
    }
    const std::string goes_on = listed ? "" : GoesOn(standing);
    if (!goes_on.empty()) {
      gaps.push_back({.kind = GapKind::kNotListed,
                      .partner = std::string(id),
                      .sentence = absl::StrCat("A relation goes on (", goes_on,
                                               ") that the strategy does not list: list it, or "
                                               "end the relation (EJR 47(1), 52).")});
    }
  }
  return gaps;
}

absl::StatusOr<Plan> PlanSetStrategy(const Registry& registry, Strategy strategy,
                                     absl::string_view etag) {
  COMITY_RETURN_IF_ERROR(kFields.Id("strategy.name", strategy.id));
  COMITY_RETURN_IF_ERROR(kFields.Text("title", strategy.title, kTitleForm));
  COMITY_RETURN_IF_ERROR(CheckPeriod(registry, strategy));
  COMITY_RETURN_IF_ERROR(kFields.PartialDay("adopted", strategy.adopted));
  COMITY_RETURN_IF_ERROR(kFields.Evidence(strategy.evidence));
  COMITY_RETURN_IF_ERROR(CheckPriorities(strategy));
  COMITY_RETURN_IF_ERROR(CheckPartners(registry, strategy));
  Plan plan{.resource = Name(strategy)};
  const Strategy* known = registry.relations().Find<Strategy>(plan.resource);
  strategy.recorded = known == nullptr ? Recorded() : known->recorded;
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, strategy.recorded));
  if (known != nullptr && *known == strategy) return plan;
  plan.facts.emplace_back(std::move(strategy));
  return plan;
}

}  // namespace comity::partner_registry
