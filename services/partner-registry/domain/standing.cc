#include "services/partner-registry/domain/standing.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/secondments.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

constexpr char kInForceBy[] = "in_force_by";

bool Reached(const Milestone& milestone, absl::CivilDay day) {
  return CountsFrom(milestone) <= day;
}

// Whether what `day` says surely was public on `on`.
bool WasPublic(const std::string& day, std::optional<absl::CivilDay> on) {
  if (!on.has_value()) return true;
  const PartialDate date = DayRecorded(day);
  return date.known() && date.latest() <= *on;
}

// The day of a source that shows it in force, so also the day on which that was public.
std::string InForceBy(const Instrument& instrument, std::optional<absl::CivilDay> public_on) {
  return WasPublic(instrument.in_force_by, public_on) ? instrument.in_force_by : "";
}

Certainty CertaintyOf(const Instrument& instrument, const char* field) {
  const auto found = instrument.certainty.find(field);
  return found == instrument.certainty.end() ? Certainty::kUnconfirmed : found->second;
}

// A step that follows from an instrument's date. A source that shows it in force says by when, and
// not since when: that is unknown.
void AddStep(const Instrument& instrument, Axis axis, const char* step, const std::string& day,
             const char* field, std::vector<Milestone>& steps) {
  if (day.empty()) return;
  Milestone made;
  made.partner = instrument.partner;
  made.axis = axis;
  made.step = step;
  made.day = day;
  made.evidence = absl::StrCat(NameOf(instrument), ": ", instrument.title,
                               instrument.reference.empty() ? "" : "; ", instrument.reference);
  const bool by = absl::string_view(field) == kInForceBy;
  if (by) absl::StrAppend(&made.evidence, "; shown in force by ", day, ", since when is unknown");
  made.certainty = by ? Certainty::kUnknown : CertaintyOf(instrument, field);
  made.recorded = instrument.recorded;
  steps.push_back(std::move(made));
}

// The last day of effect makes the day after the first on which it has ended.
std::string DayAfter(const std::string& text) {
  const PartialDate date = DayRecorded(text);
  return date.exact() ? FormatDay(date.earliest() + 1) : text;
}

bool IsTreaty(const Instrument& instrument) {
  return instrument.kind == InstrumentKind::kCooperationAgreementPre2019 ||
         instrument.kind == InstrumentKind::kInternationalAgreement ||
         instrument.kind == InstrumentKind::kDenmarkAgreement ||
         instrument.kind == InstrumentKind::kBindingInstrument;
}

std::vector<Milestone> StepsOfTreaty(const Instrument& instrument,
                                     std::optional<absl::CivilDay> public_on) {
  std::vector<Milestone> steps;
  const auto add = [&](const char* step, const std::string& day, const char* field) {
    AddStep(instrument, Axis::kTreaty, step, day, field, steps);
  };
  add("SIGNED", instrument.signed_on, "signed");
  add("PROVISIONALLY_APPLIED", instrument.provisional_from, "provisional_from");
  if (!instrument.in_force.empty()) {
    add("IN_FORCE", instrument.in_force, "in_force");
  } else {
    add("IN_FORCE", InForceBy(instrument, public_on), kInForceBy);
  }
  add("APPLIES", instrument.applied_from, "applied_from");
  add("SUSPENDED", instrument.suspended_from, "suspended_from");
  add("NOTICE_GIVEN", instrument.notified_end, "notified_end");
  add("ENDED", DayAfter(instrument.ended), "ended");
  return steps;
}

std::vector<Milestone> StepsOfArrangement(const Instrument& instrument) {
  std::vector<Milestone> steps;
  const auto add = [&](const char* step, const std::string& day, const char* field) {
    AddStep(instrument, Axis::kWorkingArrangement, step, day, field, steps);
  };
  add("SIGNED", instrument.signed_on, "signed");
  // As common/legal has it: from the signature, unless it says from when, which may be unknown;
  // then from the last of the days it states.
  const legal::Instrument view = ToLegal(instrument);
  const auto stated = [&](const std::string& day, legal::Field field) {
    return !day.empty() || legal::LeavesOpen(view.CertaintyOf(field));
  };
  const std::string& in_force = instrument.in_force;
  const std::string& applied = instrument.applied_from;
  const bool says_in_force = stated(in_force, legal::Field::kInForce);
  const bool says_applied = stated(applied, legal::Field::kAppliedFrom);
  if (!says_in_force && !says_applied) {
    add("IN_EFFECT", instrument.signed_on, "signed");
  } else if (!says_applied ||
             (!in_force.empty() && !applied.empty() &&
              DayRecorded(in_force).earliest() >= DayRecorded(applied).earliest())) {
    add("IN_EFFECT", in_force, "in_force");
  } else if (!says_in_force || !in_force.empty()) {
    add("IN_EFFECT", applied, "applied_from");
  }
  add("ENDED", DayAfter(instrument.ended), "ended");
  if (steps.empty()) {
    // It exists, and nobody knows since when.
    Milestone made;
    made.partner = instrument.partner;
    made.axis = Axis::kWorkingArrangement;
    made.step = "SIGNED";
    made.evidence = absl::StrCat(NameOf(instrument), ": ", instrument.title);
    made.certainty = Certainty::kUnknown;
    made.recorded = instrument.recorded;
    steps.push_back(std::move(made));
  }
  return steps;
}

// The step with the highest rank that is reached; of equals the later one.
const Milestone* Furthest(const std::vector<Milestone>& steps, absl::CivilDay day) {
  const Milestone* furthest = nullptr;
  for (const Milestone& step : steps) {
    if (!Reached(step, day)) continue;
    if (furthest == nullptr || RankOf(step.axis, step.step) > RankOf(step.axis, furthest->step) ||
        (step.step == furthest->step && CountsFrom(step) > CountsFrom(*furthest))) {
      furthest = &step;
    }
  }
  return furthest;
}

std::string NoneYet(LegalClass legal_class, Axis axis) {
  const bool third = MayBeCandidate(legal_class);
  switch (axis) {
    case Axis::kTreaty:
      if (third) return "operational need is established and consulted upon (EJR 52)";
      if (legal_class == LegalClass::kMemberState) return "none: a Member State (EJR 21, 22, 24)";
      if (legal_class == LegalClass::kUnionBody) return "none: a Union body (EJR 49 to 51, 55)";
      return "none: it has no capacity to receive; its authorities have";
    case Axis::kWorkingArrangement:
      return MayBeArrangedWith(legal_class) ? "the agency may draft one (EJR 47(3))"
                                            : "none is needed";
    case Axis::kContactPoint:
      return third ? "the agency asks the partner to designate one (EJR 52)" : "none is needed";
    case Axis::kLiaisonProsecutor:
      return third ? "an agreement that allows secondment applies (EJR 54a(1))" : "none is needed";
    case Axis::kProjectMembership:
    case Axis::kUnspecified:
      break;
  }
  return "an invitation by a project or centre";
}

std::string NextAfter(const Milestone& step) {
  const int rank = RankOf(step.axis, step.step);
  if (rank < 0) return "";
  return std::string(StepsOf(step.axis)[static_cast<std::size_t>(rank)].next);
}

void Fill(const Milestone& step, AxisStanding& standing) {
  standing.step = step.step;
  standing.day = step.day;
  standing.evidence = step.evidence;
  standing.certainty = step.certainty;
  standing.next_step = NextAfter(step);
}

void SortHistory(std::vector<Milestone>& history) {
  std::stable_sort(history.begin(), history.end(), [](const Milestone& a, const Milestone& b) {
    const PartialDate day_a = DayRecorded(a.day);
    const PartialDate day_b = DayRecorded(b.day);
    if (day_a.known() != day_b.known()) return day_a.known();
    if (day_a.known() && day_a.earliest() != day_b.earliest()) {
      return day_a.earliest() < day_b.earliest();
    }
    return RankOf(a.axis, a.step) < RankOf(b.axis, b.step);
  });
}

bool Ended(const std::vector<Milestone>& steps, absl::CivilDay day) {
  const Milestone* furthest = Furthest(steps, day);
  return furthest != nullptr && (furthest->step == "ENDED" || furthest->step == "ABANDONED");
}

// The milestones that an arrangement's steps became, taken out of `milestones`: each arrangement
// stands for itself, as an instrument does.
std::vector<Milestone> TakeStepsOf(const Arrangement& arrangement,
                                   std::vector<Milestone>& milestones) {
  std::vector<Milestone> steps;
  for (const ArrangementStep& step : arrangement.steps) {
    const std::string id = MilestoneIdOf(arrangement, step.state);
    const auto at = std::find_if(milestones.begin(), milestones.end(),
                                 [&](const Milestone& one) { return one.id == id; });
    if (at == milestones.end()) continue;
    steps.push_back(std::move(*at));
    milestones.erase(at);
  }
  return steps;
}

std::vector<Milestone> StepsOfSecondment(const Registry& registry, const Secondment& secondment,
                                         absl::CivilDay day) {
  Milestone made;
  made.partner = secondment.partner;
  made.axis = Axis::kLiaisonProsecutor;
  made.step = "SECONDED";
  made.day = secondment.from;
  made.evidence = absl::StrCat(NameOf(secondment), ": ", secondment.evidence);
  made.certainty = Certainty::kFound;
  made.recorded = secondment.recorded;
  std::vector<Milestone> steps = {made};
  made.step = "ENDED";
  made.day = EndOf(registry, secondment, day);
  if (!made.day.empty()) steps.push_back(std::move(made));
  return steps;
}

// An instrument that has ended says nothing once there is another, or later steps towards one.
std::vector<Milestone> Decisive(const std::vector<std::vector<Milestone>>& by_instrument,
                                const std::vector<Milestone>& milestones, absl::CivilDay day) {
  std::vector<Milestone> living;
  std::vector<Milestone> ended;
  for (const std::vector<Milestone>& steps : by_instrument) {
    std::vector<Milestone>& where = Ended(steps, day) ? ended : living;
    where.insert(where.end(), steps.begin(), steps.end());
  }
  const Milestone* end = Furthest(ended, day);
  for (const Milestone& milestone : milestones) {
    if (end == nullptr || CountsFrom(milestone) >= CountsFrom(*end)) living.push_back(milestone);
  }
  return Furthest(living, day) == nullptr ? ended : living;
}

// What follows from instruments.
struct Derived {
  std::vector<std::vector<Milestone>> treaties;  // Of each its steps.
  std::vector<std::vector<Milestone>> arrangements;
  std::vector<Milestone> entitlements;

  void Add(const Instrument& instrument, std::optional<absl::CivilDay> public_on,
           absl::CivilDay day) {
    if (instrument.kind == InstrumentKind::kWorkingArrangement) {
      arrangements.push_back(StepsOfArrangement(instrument));
    }
    if (!IsTreaty(instrument)) return;
    treaties.push_back(StepsOfTreaty(instrument, public_on));
    if (!instrument.allows_secondment || Ended(treaties.back(), day)) return;
    // EJR 54a(1): an agreement of 218 TFEU has to apply, an earlier one to be in force.
    const bool earlier = instrument.kind == InstrumentKind::kCooperationAgreementPre2019;
    const bool by = earlier && instrument.in_force.empty();
    const std::string from =
        !earlier ? (instrument.provisional_from.empty() ? instrument.applied_from
                                                        : instrument.provisional_from)
                 : (by ? InForceBy(instrument, public_on) : instrument.in_force);
    AddStep(instrument, Axis::kLiaisonProsecutor, "ENTITLED", from,
            by ? kInForceBy : "allows_secondment", entitlements);
  }
};

// What of the steps on an axis counts no more, so that what comes next is not told from it.
struct Lost {
  std::set<absl::string_view> words;  // Of instruments that were retracted.
  std::set<std::string> ids;          // Of milestones of arrangements that come to nothing.

  void Add(const std::vector<Milestone>& steps, absl::CivilDay day) {
    if (Ended(steps, day)) return;  // Nothing later rests on it.
    for (const Milestone& step : steps) {
      if (Reached(step, day)) words.insert(step.step);
    }
  }
};

// Of `steps` those that count still: not what rests on a step that was lost and that nothing else
// shows, nor what rests on that.
std::vector<Milestone> StillCounting(Axis axis, std::vector<Milestone> steps, Lost lost,
                                     absl::CivilDay day) {
  std::erase_if(steps, [&](const Milestone& step) {
    return !Reached(step, day) || lost.ids.contains(step.id);
  });
  std::set<absl::string_view> counting;
  for (const Step& each : StepsOf(axis)) {
    const bool taken = std::any_of(steps.begin(), steps.end(),
                                   [&](const Milestone& step) { return step.step == each.word; });
    if (!taken) continue;
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
    standing.evidence = evidence;
  }
  return standing;
}

}  // namespace

absl::CivilDay CountsFrom(const Milestone& milestone) {
  const PartialDate date = DayRecorded(milestone.day);
  return date.known() ? date.earliest() : DayInBrussels(milestone.recorded.time);
}

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
  for (const Arrangement* arrangement : registry.relations().Of<Arrangement>(partner.id)) {
    derived.arrangements.push_back(
        TakeStepsOf(*arrangement, milestones[Axis::kWorkingArrangement]));
    if (RetractedSideOf(registry, *arrangement).empty()) continue;
    for (const Milestone& step : derived.arrangements.back()) {
      lost[Axis::kWorkingArrangement].ids.insert(step.id);
    }
  }
  std::vector<std::vector<Milestone>> secondments;
  for (const Secondment* secondment : registry.relations().Of<Secondment>(partner.id)) {
    if (secondment->kind != SecondmentKind::kLiaisonProsecutor ||
        !WasPublic(secondment->from, public_on)) {
      continue;
    }
    secondments.push_back(StepsOfSecondment(registry, *secondment, day));
  }
  std::vector<Milestone> verified;
  for (const Contact* contact : registry.ContactsOf(partner.id)) {
    if (!registry.Counts(*contact, day) || contact->last_verified.empty() ||
        !WasPublic(contact->last_verified, public_on)) {
      continue;
    }
    Milestone made;
    made.partner = partner.id;
    made.axis = Axis::kContactPoint;
    made.step = "VERIFIED";
    made.day = contact->last_verified;
    made.evidence = NameOf(*contact);
    made.certainty = Certainty::kFound;
    made.recorded = contact->recorded;
    verified.push_back(std::move(made));
  }

  const auto axis = [&](Axis which, const std::vector<std::vector<Milestone>>& followed) {
    AxisStanding& made = standing.axes[static_cast<std::size_t>(which) - 1];
    const std::vector<Milestone>& own = milestones[which];
    made.axis = which;
    made.step = "NONE";
    made.certainty = Certainty::kUnspecified;
    if (which == Axis::kProjectMembership) {
      made = Membership(own, day);
    } else {
      const std::vector<Milestone> decisive = Decisive(followed, own, day);
      if (const Milestone* furthest = Furthest(decisive, day); furthest != nullptr) {
        Fill(*furthest, made);
        if (const auto gone = lost.find(which); gone != lost.end()) {
          const std::vector<Milestone> counting = StillCounting(which, decisive, gone->second, day);
          const Milestone* last = Furthest(counting, day);
          made.next_step =
              last == nullptr ? NoneYet(standing.legal_class, which) : NextAfter(*last);
        }
      }
    }
    if (made.step == "NONE") made.next_step = NoneYet(standing.legal_class, which);
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

}  // namespace comity::partner_registry
