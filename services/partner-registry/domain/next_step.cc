#include "services/partner-registry/domain/next_step.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/effect.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/derived_steps.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

constexpr char kToBeConfirmed[] =
    "a second person first confirms what is not sure of it (comity instruments confirm): nothing"
    " rests on it before";

// Steps that say that something may rest on the instrument.
bool SaysItHolds(const Milestone& step) {
  return step.step == "PROVISIONALLY_APPLIED" || step.step == "IN_FORCE" ||
         step.step == "APPLIES" || step.step == "IN_EFFECT" || step.step == "ENTITLED";
}

bool IsSure(const Instrument& instrument, const char* field) {
  return legal::Confirmed(CertaintyOf(instrument, field));
}

// What it comes to on `day` in law; nothing if the step says of no effect. Data rest on what a
// treaty covers; a secondment, and an arrangement, which is no basis for any, do not.
std::optional<legal::Effect> EffectIn(const Registry& registry, const Milestone& step,
                                      const Instrument& instrument, absl::CivilDay day,
                                      std::optional<absl::CivilDay> public_on) {
  if (!SaysItHolds(step)) return std::nullopt;
  const legal::Lens lens{.day = day, .public_on = public_on};
  return step.axis == Axis::kTreaty ? EffectWithScope(registry, instrument, lens)
                                    : EffectOf(registry, instrument, lens);
}

bool WaitsForSecondPerson(const Milestone& step, const Instrument& instrument,
                          const std::optional<legal::Effect>& effect) {
  if (step.day.empty()) return false;  // There is no day to confirm.
  // A step that is shown by a day, and not since one, is UNKNOWN however sure that day is.
  const bool by = step.step == "IN_FORCE" && instrument.in_force.empty();
  const bool sure = by                        ? IsSure(instrument, "in_force_by")
                    : step.step == "ENTITLED" ? IsSure(instrument, "allows_secondment")
                                              : legal::Confirmed(step.certainty);
  if (!sure) return true;
  if (!effect.has_value() || effect->holds != legal::Tri::kUnknown) return false;
  const legal::Instrument view = ToLegal(instrument);
  return std::any_of(effect->unsure.begin(), effect->unsure.end(), [&](legal::Field field) {
    return view.CertaintyOf(field) == Certainty::kUnconfirmed;
  });
}

// What keeps anything from resting on it, although its days say that it holds; empty: nothing does.
std::string WhatStandsAgainst(const legal::Effect& effect) {
  if (effect.holds == legal::Tri::kNo) {
    return "none while it has no effect: it does not apply yet or cannot, is suspended, over, or"
           " replaced by a later one; nothing rests on it";
  }
  if (effect.holds == legal::Tri::kYes) return "";
  const std::string open = absl::StrJoin(legal::WhatIsOpen(effect), ", ");
  return absl::StrCat("the registry operator first finds out what is not known of it",
                      open.empty() ? "" : ": ", open, "; nothing rests on it before");
}

// The agency concluded it itself, under Decision 2002/187/JHA: what TFEU 218 says of parliament,
// Council and Commission is not said of it.
bool IsTheAgencysOwn(const Instrument& instrument) {
  return instrument.kind == InstrumentKind::kCooperationAgreementPre2019 ||
         instrument.kind == InstrumentKind::kDenmarkAgreement;
}

// What comes after a step of an agreement of the agency's own; empty: what comes after it anyway.
std::string AfterStepOfItsOwn(const Milestone& step, const Instrument& instrument) {
  if (step.axis != Axis::kTreaty) return "";
  if (step.step == "SIGNED" || step.step == "PROVISIONALLY_APPLIED") {
    return "the agency and the partner notify each other that their procedures are complete; it"
           " then enters into force (Decision 2002/187/JHA)";
  }
  if (step.step != "IN_FORCE" && step.step != "APPLIES") return "";
  return instrument.kind == InstrumentKind::kCooperationAgreementPre2019
             ? "none: transfers may rest on it while it is in force; the agency evaluates it with"
               " the partner every year"
             : "none: transfers may rest on it while it is in force";
}

}  // namespace

std::string FirstStep(LegalClass legal_class, Axis axis) {
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

std::string StepAfter(const Registry& registry, const Milestone& step, const Instrument* instrument,
                      absl::CivilDay day, std::optional<absl::CivilDay> public_on) {
  if (instrument == nullptr && step.axis == Axis::kTreaty && SaysItHolds(step)) {
    return "the registry operator enters the agreement (comity instruments create), unless it is"
           " entered: transfers rest on an instrument, not on a step";
  }
  if (instrument != nullptr) {
    const std::optional<legal::Effect> effect =
        EffectIn(registry, step, *instrument, day, public_on);
    if (WaitsForSecondPerson(step, *instrument, effect)) return kToBeConfirmed;
    if (effect.has_value()) {
      std::string against = WhatStandsAgainst(*effect);
      if (!against.empty()) return against;
    }
    if (IsTheAgencysOwn(*instrument)) {
      std::string after = AfterStepOfItsOwn(step, *instrument);
      if (!after.empty()) return after;
    }
  }
  const Step* taken = FindStep(step.axis, step.step);
  return taken == nullptr ? "" : std::string(taken->next);
}

}  // namespace comity::partner_registry
