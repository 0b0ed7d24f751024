#include "tests/unit/legal/naive_effect.h"

#include <algorithm>
#include <utility>

#include "common/time/day.h"

namespace comity::legal::naive {
namespace {

Answer Not(Answer answer) {
  if (answer == Answer::kUnknown) return answer;
  return answer == Answer::kYes ? Answer::kNo : Answer::kYes;
}

bool Contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// "The day is on or after the date in this field."
Answer From(const Instrument& instrument, Field field, const PartialDate& date, const View& view) {
  return Reached(view.day, date, instrument.CertaintyOf(field), view);
}

// "The day is after the date in this field": the day before is on or after it.
Answer After(const Instrument& instrument, Field field, const PartialDate& date, const View& view) {
  return Reached(view.day - 1, date, instrument.CertaintyOf(field), view);
}

// Nobody knows whether there is one, or a second person has yet to say that there is none.
bool IsOpen(Certainty certainty) {
  switch (certainty) {
    case Certainty::kUnknown:
    case Certainty::kUnconfirmed:
      return true;
    default:
      return false;
  }
}

// A day is stated, though perhaps not one that may be used; or there may be one.
bool IsStated(const Instrument& instrument, Field field, const PartialDate& date) {
  return date.known() || IsOpen(instrument.CertaintyOf(field));
}

// Before the step that has to come first, and up to the day of signature, it surely has not begun.
bool SurelyNotYet(const Instrument& instrument, const View& view) {
  return From(instrument, Field::kNotBefore, instrument.not_before, view) == Answer::kNo ||
         After(instrument, Field::kSigned, instrument.signed_on, view) == Answer::kNo;
}

// What `begun` leaves open is closed where it surely has not begun.
Answer UnlessSurelyNotYet(Answer begun, const Instrument& instrument, const View& view) {
  return begun == Answer::kUnknown && SurelyNotYet(instrument, view) ? Answer::kNo : begun;
}

// The first day on which a source shows it in force. It is the day of that source: who looks at
// what was public before, does not have it.
bool ShownInForce(const Instrument& instrument, const View& view) {
  const PartialDate& by = instrument.in_force_by;
  if (view.public_on.has_value() && by.known() && *view.public_on < by.latest()) return false;
  return From(instrument, Field::kInForceBy, by, view) == Answer::kYes;
}

// "From `in_force`, or if empty from `in_force_by`, it is in force; between `signed` and
// `in_force_by` with `in_force` empty: UNDETERMINED." "An unconfirmed decisive field gives
// UNDETERMINED until a second person confirms it": a day that is stated and that a real transfer
// may not use is not empty.
Answer InForce(const Instrument& instrument, const View& view) {
  const Answer in_force = From(instrument, Field::kInForce, instrument.in_force, view);
  if (in_force != Answer::kUnknown) return in_force;
  const bool waits = instrument.in_force.known() && Usable(instrument.CertaintyOf(Field::kInForce),
                                                           {.day = view.day}) != Answer::kYes;
  if (!waits && ShownInForce(instrument, view)) return Answer::kYes;
  return UnlessSurelyNotYet(Answer::kUnknown, instrument, view);
}

// "In force is not enough: it must apply (`applied_from` or `provisional_from`); in force alone
// gives UNDETERMINED."
Answer Applied(const Instrument& instrument, const View& view) {
  const PartialDate& from = instrument.applied_from;
  const PartialDate& provisional_from = instrument.provisional_from;
  const Answer applied = From(instrument, Field::kAppliedFrom, from, view);
  const Answer provisional = From(instrument, Field::kProvisionalFrom, provisional_from, view);
  // Only what is stated says anything; with nothing stated nothing is known.
  std::vector<Answer> answers;
  if (IsStated(instrument, Field::kAppliedFrom, from)) answers.push_back(applied);
  if (IsStated(instrument, Field::kProvisionalFrom, provisional_from)) {
    answers.push_back(provisional);
  }
  const Answer begun = answers.empty() ? Answer::kUnknown : Any(answers);
  return UnlessSurelyNotYet(begun, instrument, view);
}

// A decision of the Commission, or a period the law fixes: from its application; from its entry
// into force only if no day of application is stated.
Answer DecisionInEffect(const Instrument& instrument, const View& view) {
  if (!IsStated(instrument, Field::kAppliedFrom, instrument.applied_from)) {
    return InForce(instrument, view);
  }
  const Answer applied = From(instrument, Field::kAppliedFrom, instrument.applied_from, view);
  return UnlessSurelyNotYet(applied, instrument, view);
}

// An arrangement: from its signature, unless it says from when; then from every day it states.
Answer ArrangementStands(const Instrument& instrument, const View& view) {
  std::vector<Answer> stated;
  if (IsStated(instrument, Field::kAppliedFrom, instrument.applied_from)) {
    const Answer applied = From(instrument, Field::kAppliedFrom, instrument.applied_from, view);
    stated.push_back(UnlessSurelyNotYet(applied, instrument, view));
  }
  if (IsStated(instrument, Field::kInForce, instrument.in_force)) {
    const Answer in_force = From(instrument, Field::kInForce, instrument.in_force, view);
    stated.push_back(UnlessSurelyNotYet(in_force, instrument, view));
  }
  if (!stated.empty()) return All(stated);
  return From(instrument, Field::kSigned, instrument.signed_on, view);
}

// "Concluded before 12.12.2019": on 11 December it had been signed.
Answer ConcludedBefore2019(const Instrument& instrument, const View& view) {
  return Reached(absl::CivilDay(2019, 12, 11), instrument.signed_on,
                 instrument.CertaintyOf(Field::kSigned), view);
}

Answer Begun(const Instrument& instrument, const View& view) {
  switch (instrument.kind) {
    case InstrumentKind::kInternationalAgreement:
      return Applied(instrument, view);
    case InstrumentKind::kAdequacyDecisionLed:
    case InstrumentKind::kAdequacyDecisionGdpr:
    case InstrumentKind::kDeemedNotATransfer:
      return DecisionInEffect(instrument, view);
    case InstrumentKind::kWorkingArrangement:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
      return ArrangementStands(instrument, view);
    case InstrumentKind::kCooperationAgreementPre2019:
      return All({InForce(instrument, view), ConcludedBefore2019(instrument, view)});
    case InstrumentKind::kDenmarkAgreement:
    case InstrumentKind::kBindingInstrument:
    case InstrumentKind::kAgreementBetweenUnionBodies:
    case InstrumentKind::kOtherAgreement:
      return InForce(instrument, view);
    case InstrumentKind::kUnspecified:
      break;
  }
  return Answer::kNo;
}

// `ended` is the last day. "Notice and effect are different days": after notice without a stated
// end nobody knows.
Answer NotOver(const Instrument& instrument, const View& view) {
  if (IsStated(instrument, Field::kEnded, instrument.ended)) {
    return Not(After(instrument, Field::kEnded, instrument.ended, view));
  }
  if (!IsStated(instrument, Field::kNotifiedEnd, instrument.notified_end)) return Answer::kYes;
  const Answer noticed = From(instrument, Field::kNotifiedEnd, instrument.notified_end, view);
  return noticed == Answer::kNo ? Answer::kYes : Answer::kUnknown;
}

// "Suspension may touch a part; no new transfers from the effective day." Whether a part is the
// part in question nobody knows.
Answer NotSuspended(const Instrument& instrument, const View& view) {
  const Certainty of_parts = instrument.CertaintyOf(Field::kPartsSuspended);
  const bool stated = !instrument.parts_suspended.empty() ||
                      IsStated(instrument, Field::kSuspendedFrom, instrument.suspended_from);
  if (!stated) return IsOpen(of_parts) ? Answer::kUnknown : Answer::kYes;
  const Answer since = From(instrument, Field::kSuspendedFrom, instrument.suspended_from, view);
  if (since == Answer::kNo) return Answer::kYes;
  const bool whole = instrument.parts_suspended == "*" && Usable(of_parts, view) == Answer::kYes;
  return whole ? Not(since) : Answer::kUnknown;
}

// "An unknown date is not an open interval": of a version that nobody surely gave a day it is
// unknown whether it ever takes the place of another.
Answer HasADay(const Instrument& later, const View& view) {
  const std::pair<Field, const PartialDate*> days[] = {
      {Field::kSigned, &later.signed_on},
      {Field::kProvisionalFrom, &later.provisional_from},
      {Field::kInForce, &later.in_force},
      {Field::kInForceBy, &later.in_force_by},
      {Field::kAppliedFrom, &later.applied_from}};
  for (const auto& [field, day] : days) {
    if (day->known() && Usable(later.CertaintyOf(field), view) == Answer::kYes) {
      return Answer::kYes;
    }
  }
  return Answer::kUnknown;
}

// Whether a later version was public: "of several versions the latest that was public governs".
// Follows the chain of versions, however long.
Answer NotReplaced(const Instrument& instrument, const World& world, const View& view) {
  std::vector<std::string> versions = {instrument.name};
  std::vector<Answer> replaced;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (const Instrument& later : world.instruments) {
      if (later.supersedes != versions[i]) continue;
      if (PartnerIn(later.name) != PartnerIn(instrument.name)) continue;
      replaced.push_back(All({IsPublic(later, view), HasADay(later, view)}));
      if (!Contains(versions, later.name)) versions.push_back(later.name);
    }
  }
  return Not(Any(replaced));
}

}  // namespace

Answer All(const std::vector<Answer>& answers) {
  for (const Answer answer : answers) {
    if (answer == Answer::kNo) return Answer::kNo;
  }
  for (const Answer answer : answers) {
    if (answer == Answer::kUnknown) return Answer::kUnknown;
  }
  return Answer::kYes;
}

Answer Any(const std::vector<Answer>& answers) {
  for (const Answer answer : answers) {
    if (answer == Answer::kYes) return Answer::kYes;
  }
  for (const Answer answer : answers) {
    if (answer == Answer::kUnknown) return Answer::kUnknown;
  }
  return Answer::kNo;
}

View ViewOf(const Question& question) {
  return {.day = absl::ToCivilDay(question.instant, Brussels()),
          .explore = question.mode == Mode::kExplore || question.public_on.has_value(),
          .public_on = question.public_on};
}

std::string PartnerIn(const std::string& name) {
  const std::size_t first = name.find('/');
  if (first == std::string::npos) return "";
  return name.substr(0, name.find('/', first + 1));
}

Answer Usable(Certainty certainty, const View& view) {
  switch (certainty) {
    case Certainty::kFound:
    case Certainty::kMonth:
    case Certainty::kYear:
      return Answer::kYes;
    case Certainty::kUnconfirmed:
    case Certainty::kUnspecified:
      return view.explore ? Answer::kYes : Answer::kUnknown;
    case Certainty::kUnknown:
      break;
  }
  return Answer::kUnknown;
}

Answer Reached(absl::CivilDay day, const PartialDate& date, Certainty certainty, const View& view) {
  if (!date.known()) return Answer::kUnknown;
  if (Usable(certainty, view) != Answer::kYes) return Answer::kUnknown;
  absl::CivilDay first = date.earliest();
  absl::CivilDay last = date.latest();
  if (certainty == Certainty::kMonth) {
    first = absl::CivilDay(absl::CivilMonth(first));
    last = absl::CivilDay(absl::CivilMonth(last) + 1) - 1;
  }
  if (certainty == Certainty::kYear) {
    first = absl::CivilDay(absl::CivilYear(first));
    last = absl::CivilDay(absl::CivilYear(last) + 1) - 1;
  }
  if (day < first) return Answer::kNo;
  return day >= last ? Answer::kYes : Answer::kUnknown;
}

LegalClass ClassOn(const Partner& partner, const View& view) {
  int holding = 0;
  LegalClass held = LegalClass::kUnspecified;
  for (const LegalClassPeriod& period : partner.classes) {
    const Answer begun =
        period.from.known() ? Reached(view.day, period.from, period.certainty, view) : Answer::kYes;
    const Answer over =
        period.to.known() ? Reached(view.day - 1, period.to, period.certainty, view) : Answer::kNo;
    const Answer holds = All({Usable(period.certainty, view), begun, Not(over)});
    if (holds == Answer::kUnknown) return LegalClass::kUnspecified;
    if (holds == Answer::kNo) continue;
    ++holding;
    held = period.legal_class;
  }
  return holding == 1 ? held : LegalClass::kUnspecified;
}

Answer HasEnded(const Instrument& instrument, const View& view) {
  return After(instrument, Field::kEnded, instrument.ended, view);
}

Answer WasSigned(const Instrument& instrument, const View& view) {
  View as_stated = view;
  as_stated.explore = true;
  return From(instrument, Field::kSigned, instrument.signed_on, as_stated);
}

Answer IsPublic(const Instrument& instrument, const View& view) {
  if (!view.public_on.has_value()) return Answer::kYes;
  if (IsStated(instrument, Field::kPublicSince, instrument.public_since)) {
    return Reached(*view.public_on, instrument.public_since,
                   instrument.CertaintyOf(Field::kPublicSince), view);
  }
  return Reached(*view.public_on, instrument.signed_on, instrument.CertaintyOf(Field::kSigned),
                 view);
}

Answer ScopeIsSettled(const Instrument& instrument, const View& view) {
  const Certainty certainty = instrument.CertaintyOf(Field::kScope);
  return certainty == Certainty::kUnspecified ? Answer::kYes : Usable(certainty, view);
}

Answer HasEffect(const Instrument& instrument, const World& world, const View& view) {
  return All({Begun(instrument, view), NotOver(instrument, view), NotSuspended(instrument, view),
              IsPublic(instrument, view), NotReplaced(instrument, world, view)});
}

bool IsWithdrawn(const Decision& decision, const Question& question) {
  if (!decision.withdrawn.has_value()) return false;
  // A real transfer: at once. A question about an earlier moment: as it stood then.
  return !ViewOf(question).explore || *decision.withdrawn <= question.instant;
}

bool Holds(const Decision& decision, const Question& question) {
  const absl::CivilDay day = ViewOf(question).day;
  if (IsWithdrawn(decision, question)) return false;
  if (!decision.valid_from.known() || day < decision.valid_from.latest()) return false;
  return !decision.valid_to.known() || day <= decision.valid_to.earliest();
}

bool NamesCounterpart(const std::vector<std::string>& names, const Question& question) {
  return Contains(names, PartnerIn(question.counterpart)) || Contains(names, question.counterpart);
}

bool IsForThis(const Decision& decision, const Question& question) {
  const std::string& asked_case = question.purpose.case_reference;
  if (!decision.counterparts.empty() && !NamesCounterpart(decision.counterparts, question)) {
    return false;
  }
  if (!decision.case_reference.empty() && decision.case_reference != asked_case) return false;
  switch (decision.kind) {
    // For the individual case, and saying why.
    case DecisionKind::kDerogationVitalInterests:
    case DecisionKind::kDerogationLegitimateInterests:
    case DecisionKind::kDerogationSeriousThreat:
    case DecisionKind::kDerogationIndividualCase:
    case DecisionKind::kUrgentWithoutAuthorisation:
      return !decision.case_reference.empty() && !decision.grounds.empty();
    // For the individual case.
    case DecisionKind::kOnwardConsent:
    case DecisionKind::kEssentialInterest:
    case DecisionKind::kOtherData:
    case DecisionKind::kSpecialCategories:
      return !decision.case_reference.empty();
    // Of the safeguards of somebody.
    case DecisionKind::kSafeguardsAssessment:
      return !decision.counterparts.empty();
    default:
      return true;
  }
}

}  // namespace comity::legal::naive
