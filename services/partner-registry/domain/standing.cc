#include "services/partner-registry/domain/standing.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/derived_steps.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/next_step.h"
#include "services/partner-registry/domain/step_order.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

// The milestones that the steps of arrangements became, taken out of `milestones`: each arrangement
// stands for itself, as an instrument does. By arrangement, in their order.
std::vector<std::vector<Milestone>> TakeStepsOf(const std::vector<const Arrangement*>& arrangements,
                                                std::vector<Milestone>& milestones) {
  std::map<std::string, Milestone> by_id;
  for (Milestone& one : milestones) by_id.emplace(one.id, std::move(one));
  std::vector<std::vector<Milestone>> taken;
  for (const Arrangement* const arrangement : arrangements) {
    std::vector<Milestone>& steps = taken.emplace_back();
    for (const ArrangementStep& step : arrangement->steps) {
      auto node = by_id.extract(MilestoneIdOf(*arrangement, step.state));
      if (!node.empty()) steps.push_back(std::move(node.mapped()));
    }
  }
  milestones.clear();
  for (auto& [id, one] : by_id) milestones.push_back(std::move(one));
  return taken;
}

// A step for each contact that counts and was verified.
std::vector<Milestone> VerifiedBy(const Registry& registry, const Partner& partner,
                                  absl::CivilDay day,
                                  std::optional<absl::CivilDay> public_on = std::nullopt) {
  std::vector<Milestone> verified;
  for (const Contact* contact : registry.ContactsOf(partner.id)) {
    if (!registry.Counts(*contact, day) || contact->last_verified.empty() ||
        !WasPublic(contact->last_verified, public_on)) {
      continue;
    }
    verified.push_back(StepOfContact(*contact));
  }
  return verified;
}

// An instrument that has ended says nothing once there is another, or later steps towards one.
std::vector<Milestone> Decisive(const std::vector<std::vector<Milestone>>& by_instrument,
                                const std::vector<Milestone>& milestones, absl::CivilDay day,
                                const ArrangedIds& arranged) {
  std::vector<Milestone> living;
  std::vector<Milestone> ended;
  for (const std::vector<Milestone>& steps : by_instrument) {
    std::vector<Milestone>& where = HasEnded(steps, day) ? ended : living;
    where.insert(where.end(), steps.begin(), steps.end());
  }
  const Milestone* end = Furthest(ended, day, arranged);
  for (const Milestone& milestone : milestones) {
    if (end == nullptr || CountsFrom(milestone) >= CountsFrom(*end)) living.push_back(milestone);
  }
  return Furthest(living, day, arranged) == nullptr ? ended : living;
}

// What of the steps on an axis counts no more, so that what comes next is not told from it.
struct Lost {
  std::set<absl::string_view> words;  // Of instruments that were retracted.
  std::set<std::string> ids;          // Of milestones of arrangements that come to nothing.

  void Add(const std::vector<Milestone>& steps, absl::CivilDay day) {
    if (HasEnded(steps, day)) return;  // Nothing later rests on it.
    for (const Milestone& step : steps) {
      if (CountsFrom(step) <= day) words.insert(step.step);
    }
  }
};

// Of `steps` those that count still: not what rests on a step that was lost and that nothing else
// shows, nor what rests on that.
std::vector<Milestone> StillCounting(Axis axis, const std::vector<const Milestone*>& taken,
                                     Lost lost) {
  std::vector<Milestone> steps;
  steps.reserve(taken.size());
  for (const Milestone* step : taken) steps.push_back(*step);
  std::erase_if(steps, [&](const Milestone& step) { return lost.ids.contains(step.id); });
  std::set<absl::string_view> counting;
  for (const Step& each : StepsOf(axis)) {
    if (std::none_of(steps.begin(), steps.end(),
                     [&](const Milestone& step) { return step.step == each.word; })) {
      continue;
    }
    const bool rests = std::any_of(each.after.begin(), each.after.end(), [&](const auto& one_of) {
      const auto is_in = [&](const std::set<absl::string_view>& words) {
        return std::any_of(one_of.begin(), one_of.end(), [&](absl::string_view word) {
          return word == each.word || words.contains(word);
        });
      };
      return !is_in(counting) && is_in(lost.words);
    });
    (rests ? lost.words : counting).insert(each.word);
  }
  std::erase_if(steps, [&](const Milestone& step) { return !counting.contains(step.step); });
  return steps;
}

void Fill(const Milestone& step, AxisStanding& standing) {
  standing.step = step.step;
  standing.day = step.day;
  standing.evidence = step.evidence;
  standing.certainty = step.certainty;
}

AxisStanding Membership(const std::vector<Milestone>& milestones, absl::CivilDay day) {
  AxisStanding standing{.axis = Axis::kProjectMembership, .step = "NONE"};
  std::map<std::string, std::vector<Milestone>> by_project;
  for (const Milestone& milestone : milestones) by_project[milestone.project].push_back(milestone);
  // Membership in one project is not lessened by having left another.
  std::optional<Milestone> best;
  std::string evidence;
  const auto worth = [](const Milestone& m) {
    return m.step == "JOINED" ? 4 : m.step == "EXIT_ANNOUNCED" ? 3 : m.step == "INVITED" ? 2 : 1;
  };
  for (const auto& [project, steps] : by_project) {
    const Milestone* step = Furthest(steps, day);
    if (step == nullptr) continue;
    absl::StrAppend(&evidence, evidence.empty() ? "" : "; ", "partners/", project, ": ", step->step,
                    step->day.empty() ? "" : " ", step->day, ", ", step->evidence);
    if (!best.has_value() || worth(*step) > worth(*best)) best = *step;
  }
  if (best.has_value()) {
    Fill(*best, standing);
    const Step* taken = FindStep(best->axis, best->step);
    if (taken != nullptr) standing.next_step = std::string(taken->next);
    standing.evidence = evidence;
  }
  return standing;
}

}  // namespace

CoveredDays::CoveredDays(const LegalClassPeriod& period) {
  const PartialDate from = DayRecorded(period.from);
  const PartialDate to = DayRecorded(period.to);
  if (from.known()) first = from.latest();
  if (to.known()) last = to.earliest();
}

LegalClass ClassAsRecorded(const Partner& partner, absl::CivilDay day) {
  for (const LegalClassPeriod& period : partner.legal_classes) {
    const CoveredDays days(period);
    if (days.first.value_or(day) <= day && day <= days.last.value_or(day)) {
      return period.legal_class;
    }
  }
  return LegalClass::kUnspecified;
}

Standing StandingOn(const Registry& registry, const Partner& partner, absl::CivilDay day,
                    std::optional<absl::CivilDay> public_on) {
  Standing standing;
  standing.day = day;
  standing.public_on = public_on;
  standing.legal_class = ClassAsRecorded(partner, day);
  standing.instruments = registry.InstrumentsOf(partner.id);
  std::erase_if(standing.instruments, [&](const Instrument* instrument) {
    return public_on.has_value() && !PublicAsRecorded(*instrument, *public_on);
  });
  std::stable_sort(
      standing.instruments.begin(), standing.instruments.end(),
      [](const Instrument* a, const Instrument* b) {
        const auto first = [](const Instrument& i) {
          for (const std::string* day_text :
               {&i.signed_on, &i.provisional_from, &i.in_force, &i.applied_from, &i.in_force_by}) {
            if (!day_text->empty()) return *day_text;
          }
          return std::string("9999");
        };
        return std::pair(first(*a), a->public_since) < std::pair(first(*b), b->public_since);
      });

  std::map<Axis, std::vector<Milestone>> milestones;
  for (const Milestone* milestone : registry.MilestonesOf(partner.id)) {
    if (milestone->withdrawn()) continue;
    if (WasPublic(milestone->day, public_on)) milestones[milestone->axis].push_back(*milestone);
  }
  Derived derived;
  for (const Instrument* instrument : standing.instruments) {
    derived.Add(*instrument, public_on, day);
  }
  Derived retracted;
  for (const Instrument* instrument : registry.RetractedInstrumentsOf(partner.id)) {
    retracted.Add(*instrument, public_on, day);
  }
  std::map<Axis, Lost> lost;  // Of most partners nothing.
  for (const auto& steps : retracted.treaties) lost[Axis::kTreaty].Add(steps, day);
  for (const auto& steps : retracted.arrangements) lost[Axis::kWorkingArrangement].Add(steps, day);
  if (!retracted.entitlements.empty()) {
    lost[Axis::kLiaisonProsecutor].Add(retracted.entitlements, day);
  }
  const auto arrangements = registry.relations().Of<Arrangement>(partner.id);
  std::vector<std::vector<Milestone>> arranged =
      TakeStepsOf(arrangements, milestones[Axis::kWorkingArrangement]);
  ArrangedIds arranged_ids;
  for (std::size_t i = 0; i < arrangements.size(); ++i) {
    for (const Milestone& step : arranged[i]) arranged_ids.insert(step.id);
    if (!RetractedSideOf(registry, *arrangements[i]).empty()) {
      for (const Milestone& step : arranged[i]) {
        lost[Axis::kWorkingArrangement].ids.insert(step.id);
      }
    }
    derived.arrangements.push_back(std::move(arranged[i]));
  }
  std::vector<std::vector<Milestone>> secondments;
  for (const Secondment* secondment : registry.relations().Of<Secondment>(partner.id)) {
    if (secondment->kind != SecondmentKind::kLiaisonProsecutor ||
        !WasPublic(secondment->from, public_on)) {
      continue;
    }
    secondments.push_back(StepsOfSecondment(registry, *secondment, day));
  }
  const std::vector<Milestone> verified = VerifiedBy(registry, partner, day, public_on);

  const auto next = [&](const Milestone& step) {
    const auto behind = std::find_if(
        standing.instruments.begin(), standing.instruments.end(),
        [&](const Instrument* one) { return IsDerived(step) && NameOf(*one) == SourceOf(step); });
    return StepAfter(registry, step, behind == standing.instruments.end() ? nullptr : *behind, day,
                     public_on);
  };
  const auto axis = [&](Axis which, const std::vector<std::vector<Milestone>>& followed) {
    AxisStanding& made = standing.axes[static_cast<std::size_t>(which) - 1];
    const std::vector<Milestone>& own = milestones[which];
    made.axis = which;
    made.step = "NONE";
    made.certainty = Certainty::kUnspecified;
    if (which == Axis::kProjectMembership) {
      made = Membership(own, day);
    } else {
      const std::vector<Milestone> decisive = Decisive(followed, own, day, arranged_ids);
      if (const Milestone* furthest = Furthest(decisive, day, arranged_ids); furthest != nullptr) {
        Fill(*furthest, made);
        made.next_step = next(*furthest);
        if (const auto gone = lost.find(which); gone != lost.end()) {
          const std::vector<Milestone> counting =
              StillCounting(which, CountingOn(decisive, day, arranged_ids), gone->second);
          const Milestone* last = Furthest(counting, day, arranged_ids);
          made.next_step = last == nullptr ? FirstStep(standing.legal_class, which) : next(*last);
        }
      }
    }
    if (made.step == "NONE") made.next_step = FirstStep(standing.legal_class, which);
    made.history = own;
    for (const std::vector<Milestone>& steps : followed) {
      made.history.insert(made.history.end(), steps.begin(), steps.end());
    }
    SortHistory(made.history);
  };
  axis(Axis::kTreaty, derived.treaties);
  axis(Axis::kWorkingArrangement, derived.arrangements);
  axis(Axis::kContactPoint, {verified});
  // Once a secondment is recorded an entitlement is no step of its own, for after the end comes a
  // successor; and a step of which nobody knows the day says nothing against its days.
  std::vector<Milestone> undated;
  const auto seconded = std::find_if(
      secondments.begin(), secondments.end(),
      [&](const std::vector<Milestone>& steps) { return Furthest(steps, day) != nullptr; });
  if (seconded == secondments.end()) {
    secondments.push_back(derived.entitlements);
  } else {
    seconded->insert(seconded->end(), derived.entitlements.begin(), derived.entitlements.end());
    std::vector<Milestone>& own = milestones[Axis::kLiaisonProsecutor];
    std::copy_if(own.begin(), own.end(), std::back_inserter(undated),
                 [](const Milestone& one) { return one.day.empty(); });
    std::erase_if(own, [](const Milestone& one) { return one.day.empty(); });
  }
  axis(Axis::kLiaisonProsecutor, secondments);
  std::vector<Milestone>& history =
      standing.axes[static_cast<std::size_t>(Axis::kLiaisonProsecutor) - 1].history;
  history.insert(history.end(), undated.begin(), undated.end());
  SortHistory(history);
  axis(Axis::kProjectMembership, {});
  return standing;
}

std::vector<Milestone> HistoryOn(const Registry& registry, const Partner& partner, Axis axis,
                                 absl::CivilDay day) {
  std::vector<Milestone> history;
  const auto add = [&](const std::vector<Milestone>& steps) {
    history.insert(history.end(), steps.begin(), steps.end());
  };
  for (const Milestone* milestone : registry.MilestonesOf(partner.id)) {
    if (milestone->axis == axis && !milestone->withdrawn()) history.push_back(*milestone);
  }
  Derived derived;
  for (const Instrument* instrument : registry.InstrumentsOf(partner.id)) {
    if (axis == Axis::kContactPoint || axis == Axis::kProjectMembership) break;
    if (axis == Axis::kLiaisonProsecutor && !instrument->allows_secondment) continue;
    derived.Add(*instrument, std::nullopt, day);
  }
  switch (axis) {
    case Axis::kTreaty:
      std::for_each(derived.treaties.begin(), derived.treaties.end(), add);
      break;
    case Axis::kWorkingArrangement:
      std::for_each(derived.arrangements.begin(), derived.arrangements.end(), add);
      break;
    case Axis::kContactPoint:
      add(VerifiedBy(registry, partner, day));
      break;
    case Axis::kLiaisonProsecutor:
      add(derived.entitlements);
      for (const Secondment* one : registry.relations().Of<Secondment>(partner.id)) {
        if (one->kind != SecondmentKind::kLiaisonProsecutor) continue;
        add(StepsOfSecondment(registry, *one, day));
      }
      break;
    case Axis::kProjectMembership:
    case Axis::kUnspecified:
      break;
  }
  return history;
}

}  // namespace comity::partner_registry
