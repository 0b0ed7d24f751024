#include "services/partner-registry/domain/derived_steps.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/secondments.h"
#include "services/partner-registry/domain/step_order.h"

namespace comity::partner_registry {
namespace {

constexpr char kInForceBy[] = "in_force_by";

// The day of a source that shows it in force, so also the day on which that was public.
std::string InForceBy(const Instrument& instrument, std::optional<absl::CivilDay> public_on) {
  return WasPublic(instrument.in_force_by, public_on) ? instrument.in_force_by : "";
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

const legal::Dossier* DossierOf(const Registry& registry, const Instrument& instrument) {
  return registry.facts().Find(absl::StrCat("partners/", instrument.partner));
}

}  // namespace

bool WasPublic(const std::string& day, std::optional<absl::CivilDay> on) {
  if (!on.has_value()) return true;
  const PartialDate date = DayRecorded(day);
  return date.known() && date.latest() <= *on;
}

void Derived::Add(const Instrument& instrument, std::optional<absl::CivilDay> public_on,
                  absl::CivilDay day) {
  if (instrument.kind == InstrumentKind::kWorkingArrangement) {
    arrangements.push_back(StepsOfArrangement(instrument));
  }
  if (!IsTreaty(instrument)) return;
  treaties.push_back(StepsOfTreaty(instrument, public_on));
  if (!instrument.allows_secondment || HasEnded(treaties.back(), day)) return;
  // EJR 54a(1): an agreement of 218 TFEU has to apply, an earlier one to be in force.
  const bool earlier = instrument.kind == InstrumentKind::kCooperationAgreementPre2019;
  const bool by = earlier && instrument.in_force.empty();
  const std::string from = !earlier
                               ? (instrument.provisional_from.empty() ? instrument.applied_from
                                                                      : instrument.provisional_from)
                               : (by ? InForceBy(instrument, public_on) : instrument.in_force);
  AddStep(instrument, Axis::kLiaisonProsecutor, "ENTITLED", from,
          by ? kInForceBy : "allows_secondment", entitlements);
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

Milestone StepOfContact(const Contact& contact) {
  Milestone made;
  made.partner = contact.partner;
  made.axis = Axis::kContactPoint;
  made.step = "VERIFIED";
  made.day = contact.last_verified;
  made.evidence = NameOf(contact);
  made.certainty = Certainty::kFound;
  made.recorded = contact.recorded;
  return made;
}

std::optional<legal::Effect> EffectOf(const Registry& registry, const Instrument& instrument,
                                      const legal::Lens& lens) {
  const legal::Dossier* const dossier = DossierOf(registry, instrument);
  if (dossier == nullptr) return std::nullopt;
  return legal::EffectOf(ToLegal(instrument), *dossier, lens);
}

std::optional<legal::Effect> EffectWithScope(const Registry& registry, const Instrument& instrument,
                                             const legal::Lens& lens) {
  const legal::Dossier* const dossier = DossierOf(registry, instrument);
  if (dossier == nullptr) return std::nullopt;
  return legal::EffectWithScope(ToLegal(instrument), *dossier, lens);
}

std::string SourceOf(const Milestone& step) {
  return step.evidence.substr(0, step.evidence.find(':'));
}

}  // namespace comity::partner_registry
