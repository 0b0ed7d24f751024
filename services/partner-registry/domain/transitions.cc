#include "services/partner-registry/domain/transitions.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/effect.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/derived_steps.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/step_order.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

// Whether the instrument that entitles has no effect on `day`: it is suspended, or replaced.
bool EntitlesToNothing(const Registry& registry, const std::string& instrument,
                       absl::CivilDay day) {
  const Instrument* const found = registry.FindInstrument(instrument);
  if (found == nullptr) return false;
  const std::optional<legal::Effect> effect = EffectOf(registry, *found, {.day = day});
  return effect.has_value() && effect->holds == legal::Tri::kNo;
}

// The words of the steps that hold on `day`: taken by then, and since the axis was last closed. An
// instrument, arrangement or secondment that has ended closes nothing but itself; a closing step
// that was recorded by hand closes all that does not stand for itself. `whose` steps are looked at:
// all, or only those that do not stand for themselves.
enum class Whose { kAll, kRecorded };
std::set<std::string> HoldingOn(Histories& histories, const Partner& partner, const Milestone& step,
                                absl::CivilDay day, Whose whose = Whose::kAll) {
  std::vector<const Histories::Taken*> taken;
  std::set<absl::string_view> ended;
  std::vector<const Milestone*> closings;
  for (const Histories::Taken& each : histories.On(partner, step.axis, day)) {
    const bool itself = !step.id.empty() && each.step.id == step.id;  // Recorded already.
    if (itself || each.from > day || each.step.project != step.project) continue;
    taken.push_back(&each);
    if (!Closes(each.step.axis, each.step.step)) continue;
    if (each.owner.empty()) {
      closings.push_back(&each.step);
    } else {
      ended.insert(each.owner);
    }
  }
  std::set<std::string> words;
  for (const Histories::Taken* each : taken) {
    if (words.contains(each->step.step)) continue;
    if (whose == Whose::kRecorded && each->StandsForItself()) continue;
    const bool closed =
        ended.contains(each->owner) ||
        (!each->StandsForItself() && std::any_of(closings.begin(), closings.end(), [&](auto* last) {
          return !TakenAfter(each->step, *last);
        }));
    if (!closed) words.insert(each->step.step);
  }
  return words;
}

bool HasOneOf(const std::set<std::string>& holding, const std::vector<absl::string_view>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](absl::string_view word) { return holding.contains(std::string(word)); });
}

// Steps that have to come first and were not taken.
class Missing {
 public:
  // One of `words` was not taken by `day`; said once, of the day that was looked at first.
  void Add(Axis axis, const std::vector<absl::string_view>& words, const std::string& day) {
    const absl::string_view by =
        StepsOf(axis)[static_cast<std::size_t>(RankOf(axis, words.front()))].by;
    const std::string text = absl::StrJoin(words, " or ");
    if (!named_.insert(text).second) return;
    missing_.push_back(absl::StrCat(text, " (by ", by, ")"));
    details_.preconditions.push_back(
        {.type = "STEP",
         .subject = text,
         .description = absl::StrCat("must have been taken by ", day, ", by ", by,
                                     ": record it first, with its day and evidence.")});
  }

  // No consultation of the partner was closed by `day`; the last one it has is still open, or null.
  void AddConsultation(const Partner& partner, const Consultation* open, const std::string& day) {
    const std::string what =
        open == nullptr
            ? absl::StrCat("a closed consultation of the Member States on ", NameOf(partner))
            : absl::StrCat("the end of ", Name(*open), ", which is open");
    missing_.push_back(what);
    details_.preconditions.push_back(
        {.type = "CONSULTATION",
         .subject = open == nullptr ? NameOf(partner) : Name(*open),
         .description = absl::StrCat(
             "must have been closed by ", day,
             ": hold it (comity consultations open, reply, close), which records the step; one "
             "from before the registry was kept comes with its initial load.")});
  }

  // FAILED_PRECONDITION if something is missing.
  absl::Status Refuse(absl::string_view what) {
    if (missing_.empty()) return absl::OkStatus();
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(what, ": what comes first is missing, ", absl::StrJoin(missing_, ", "), "."),
        std::move(details_));
  }

 private:
  ErrorDetails details_{.reason = "STEP_NOT_POSSIBLE"};
  std::vector<std::string> missing_;
  std::set<std::string> named_;
};

// R16: the Member States were consulted if all replied or the agency went on for a reason, which is
// what closing a consultation takes.
void CheckConsulted(const Registry& registry, const Partner& partner, const std::string& by,
                    absl::CivilDay day, Missing& missing) {
  const Consultation* open = nullptr;
  for (const Consultation* each : registry.relations().Of<Consultation>(partner.id)) {
    const auto closed = ParseDay(each->closed);
    if (each->state == ConsultationState::kClosed && closed.ok() && *closed <= day) return;
    if (each->state == ConsultationState::kOpen) open = each;
  }
  missing.AddConsultation(partner, open, by);
}

// What ends the instrument, arrangement or secondment of this name.
std::string HowToEnd(const Registry& registry, const Partner& partner, const std::string& name) {
  if (const Instrument* const instrument = registry.FindInstrument(name)) {
    return HowToUpdate(*instrument, {"ended=DAY"});
  }
  const std::string below = absl::StrCat(partner.id, "/", name.substr(name.rfind('/') + 1));
  const auto* const arrangement = registry.relations().Find<Arrangement>(name);
  if (arrangement == nullptr) {
    return absl::StrCat("`comity secondments end ", below, " --day DAY --reason REASON`");
  }
  const bool is_signed = StepOf(*arrangement, ArrangementState::kSigned) != nullptr;
  return absl::StrCat("`comity arrangements advance ", below, is_signed ? " ended" : " abandoned",
                      " --day DAY --evidence DOCUMENT`");
}

// Nothing that was recorded by hand is there to be closed: what holds follows from instruments or
// secondments, or is a step of an arrangement.
absl::Status StandsElsewhere(Histories& histories, const Partner& partner, const Milestone& step,
                             absl::CivilDay day) {
  std::set<absl::string_view> ended;
  std::string stands;  // What has a step that this one would close, the latest.
  const Step& closing = *FindStep(step.axis, step.step);
  const std::vector<Histories::Taken>& taken = histories.On(partner, step.axis, day);
  for (const Histories::Taken& each : taken) {
    if (each.from <= day && Closes(each.step.axis, each.step.step)) ended.insert(each.owner);
  }
  for (const Histories::Taken& each : taken) {
    if (each.from > day || !each.StandsForItself() || ended.contains(each.owner)) continue;
    if (HasOneOf({each.step.step}, closing.after.front())) stands = each.owner;
  }
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(step.step, " closes nothing: what stands follows from ", stands,
                   ", so say its last day there, with ",
                   HowToEnd(histories.registry(), partner, stands), "."),
      {.reason = "STEP_NOT_POSSIBLE",
       .preconditions = {{.type = "STEP",
                          .subject = NameOf(partner),
                          .description = absl::StrCat("has no step by hand to be closed by ",
                                                      step.step, ": end ", stands, ".")}}});
}

// Who counts as a contact, and whether a secondment goes on, is of the day that is asked for.
bool IsOfTheDay(Axis axis) {
  return axis == Axis::kContactPoint || axis == Axis::kLiaisonProsecutor;
}

}  // namespace

const std::vector<Histories::Taken>& Histories::On(const Partner& partner, Axis axis,
                                                   absl::CivilDay day) {
  const auto [at, is_new] =
      known_.try_emplace(std::tuple(partner.id, axis, IsOfTheDay(axis) ? day : absl::CivilDay()));
  if (!is_new) return at->second;
  std::map<std::string, const Arrangement*> arrangements;
  if (axis == Axis::kWorkingArrangement) {
    arrangements = ArrangementsBySteps(registry_, partner.id);
  }
  for (Milestone& step : HistoryOn(registry_, partner, axis, day)) {
    std::string owner;
    if (IsDerived(step)) {
      owner = SourceOf(step);
      if (step.step == "ENTITLED" && EntitlesToNothing(registry_, owner, day)) continue;
    } else if (const auto of = arrangements.find(step.id); of != arrangements.end()) {
      if (!RetractedSideOf(registry_, *of->second).empty()) continue;  // It comes to nothing.
      owner = Name(*of->second);
    }
    const absl::CivilDay from = CountsFrom(step);
    at->second.push_back({std::move(step), from, std::move(owner)});
  }
  return at->second;
}

absl::Status CheckTransition(const Registry& registry, const Partner& partner,
                             const Milestone& step) {
  Histories histories(registry);
  return CheckTransition(histories, partner, step);
}

absl::Status CheckTransition(Histories& histories, const Partner& partner, const Milestone& step) {
  if (step.day.empty()) {
    return InvalidField("EVIDENCE_MISSING", "milestone.day",
                        "say on which day the step was taken: 2024-04-05, 2016-10 or 2017");
  }
  if (step.evidence.empty()) {
    return InvalidField("EVIDENCE_MISSING", "milestone.evidence",
                        "name the document that shows the step, such as Decision (EU) 2024/2704");
  }
  const auto date = PartialDate::Parse(step.day);
  if (!date.ok()) return absl::OkStatus();  // Check says what is wrong with it.

  const std::vector<Step>& steps = StepsOf(step.axis);
  const Step& taken = steps[static_cast<std::size_t>(RankOf(step.axis, step.step))];
  if (taken.after.empty()) {  // Later steps rest on one of these.
    if (step.axis == Axis::kTreaty) {
      COMITY_RETURN_IF_ERROR(CheckCandidate(partner, date->latest()));
    } else if (step.axis == Axis::kWorkingArrangement) {
      COMITY_RETURN_IF_ERROR(CheckArrangedWith(partner, date->latest()));
    }
  }
  const std::set<std::string> holding = HoldingOn(histories, partner, step, date->latest());
  Missing missing;
  for (const std::vector<absl::string_view>& one_of : taken.after) {
    if (!HasOneOf(holding, one_of)) missing.Add(step.axis, one_of, step.day);
  }
  if (step.axis == Axis::kTreaty && step.step == "CONSULTED") {
    CheckConsulted(histories.registry(), partner, step.day, date->latest(), missing);
  }
  COMITY_RETURN_IF_ERROR(missing.Refuse(absl::StrCat(step.step, " is not possible yet")));
  if (!Closes(step.axis, step.step)) return absl::OkStatus();
  // Of what stands for itself it would close nothing, and be told of it all the same.
  const std::set<std::string> recorded =
      HoldingOn(histories, partner, step, date->latest(), Whose::kRecorded);
  const bool closes = std::all_of(taken.after.begin(), taken.after.end(),
                                  [&](const auto& one_of) { return HasOneOf(recorded, one_of); });
  return closes ? absl::OkStatus() : StandsElsewhere(histories, partner, step, date->latest());
}

absl::Status CheckEffect(const Registry& registry, const Instrument* known,
                         const Instrument& changed) {
  Histories histories(registry);
  return CheckEffect(histories, known, changed);
}

absl::Status CheckEffect(Histories& histories, const Instrument* known, const Instrument& changed) {
  if (changed.kind != InstrumentKind::kInternationalAgreement) return absl::OkStatus();
  const Partner* partner = histories.registry().FindPartner(changed.partner);
  if (partner == nullptr) return absl::OkStatus();  // Check says so.
  Missing missing;
  const auto needs = [&](const std::string& before, const std::string& day,
                         absl::string_view step) {
    const auto date = PartialDate::Parse(day);
    if (day == before || !date.ok() || !date->known()) return;
    const std::set<std::string> holding =
        HoldingOn(histories, *partner, {.axis = Axis::kTreaty}, date->latest());
    if (!HasOneOf(holding, {step})) missing.Add(Axis::kTreaty, {step}, day);
  };
  const Instrument none;
  const Instrument& before = known == nullptr ? none : *known;
  needs(before.signed_on, changed.signed_on, "SIGNING_DECISION");
  needs(before.provisional_from, changed.provisional_from, "SIGNING_DECISION");
  needs(before.in_force, changed.in_force, "CONCLUSION_DECISION");
  needs(before.in_force_by, changed.in_force_by, "CONCLUSION_DECISION");
  needs(before.applied_from, changed.applied_from, "CONCLUSION_DECISION");
  return missing.Refuse("An agreement under TFEU 218 cannot be signed or take effect yet");
}

}  // namespace comity::partner_registry
