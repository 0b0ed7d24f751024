// Row 54a.1: the secondment of a liaison prosecutor, a question of its own.
#include <set>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "common/legal/evaluation.h"
#include "common/legal/secondments.h"

namespace comity::legal {

bool EntitlesToSecondment(InstrumentKind kind) {
  return kind == InstrumentKind::kCooperationAgreementPre2019 ||
         kind == InstrumentKind::kInternationalAgreement;
}

Tri AllowsSecondment(const Instrument& instrument, const Lens& lens) {
  const Certainty certainty = instrument.CertaintyOf(Field::kAllowsSecondment);
  if (certainty == Certainty::kUnknown) return Tri::kUnknown;
  if (Confirmed(certainty)) return instrument.allows_secondment ? Tri::kYes : Tri::kNo;
  return lens.explore && instrument.allows_secondment ? Tri::kYes : Tri::kUnknown;
}

Verdict EvaluateSecondment(const Facts& facts, const SecondmentQuestion& question) {
  Question asked;
  asked.instant = question.instant;
  asked.mode = question.mode;
  asked.counterpart = question.partner;
  Evaluation e(facts, asked);
  Verdict& verdict = e.verdict;
  Reason reason{.row = "54a.1",
                .outcome = Outcome::kRefused,
                .article = "EJR 54a(1)",
                .facts = {question.partner}};

  const bool known = e.dossier != nullptr && e.dossier->partner.has_value();
  if (known && e.dossier->partner->deleted) {
    reason.code = "COUNTERPART_DELETED";
    reason.sentence = absl::StrCat(e.counterpart_name(), " was taken off the register.");
    reason.remedy =
        "Whoever asks names the partner that is meant, or the registry operator puts it back.";
  } else if (!known || e.counterpart_class.known != Tri::kYes) {
    reason.outcome = Outcome::kUndetermined;
    reason.code = "COUNTERPART_UNKNOWN";
    reason.sentence = "The State or its legal class on that day is not known.";
    reason.remedy = "The registry operator records the partner with its legal class.";
  } else if (e.legal_class() != LegalClass::kThirdCountry) {
    reason.code = "NOT_A_THIRD_COUNTRY";
    reason.sentence = absl::StrCat(e.counterpart_name(),
                                   " is not a third country: only third countries second liaison "
                                   "prosecutors.");
  } else {
    Tri entitled = Tri::kNo;
    std::set<Basis> bases;  // In the order of citation.
    for (const Instrument& instrument : e.dossier->instruments) {
      if (!EntitlesToSecondment(instrument.kind)) continue;
      const Effect effect = EffectOf(instrument, *e.dossier, e.lens);
      const Tri allows = AllowsSecondment(instrument, e.lens);
      const Tri both = And(effect.holds, allows);
      if (both == Tri::kNo) continue;
      e.Unconfirmed(instrument, effect);
      if (!Confirmed(instrument.CertaintyOf(Field::kAllowsSecondment))) {
        e.Unconfirmed(instrument, {Field::kAllowsSecondment});
      }
      reason.facts.push_back(instrument.name);
      if (both == Tri::kYes) {
        bases.insert(instrument.kind == InstrumentKind::kInternationalAgreement
                         ? Basis::kInternationalAgreement
                         : Basis::kCooperationAgreement);
      }
      if (both == Tri::kYes || entitled == Tri::kNo) entitled = both;
    }
    if (entitled == Tri::kYes) {
      reason.outcome = Outcome::kPermitted;
      reason.code = "SECONDMENT_ALLOWED";
      reason.sentence = absl::StrCat("The agreement with ", e.counterpart_name(),
                                     " allows the secondment of a liaison prosecutor.");
      verdict.bases.assign(bases.begin(), bases.end());
      verdict.conditions = {
          "Giving the liaison prosecutor access to a case is a transfer to the State and needs a "
          "transfer check of its own (EJR 54a(3)).",
          "The national member concerned decides on access to each case (EJR 24).",
          "Access ends with the secondment or the agreement."};
    } else if (entitled == Tri::kUnknown) {
      reason.outcome = Outcome::kUndetermined;
      reason.code = "SECONDMENT_UNKNOWN";
      reason.sentence = absl::StrCat("Whether an agreement with ", e.counterpart_name(),
                                     " that allows secondment has effect is not known or not "
                                     "confirmed.");
      reason.remedy = "A second person confirms the agreement's dates and terms with evidence.";
    } else {
      reason.code = "SECONDMENT_NOT_ALLOWED";
      reason.sentence = absl::StrCat("No agreement with ", e.counterpart_name(),
                                     " that allows secondment has effect; adequacy, safeguards and "
                                     "derogations never entitle to it.");
    }
  }
  verdict.outcome = reason.outcome;
  verdict.before_use = reason.outcome;
  e.Say(std::move(reason));
  return std::move(verdict);
}

}  // namespace comity::legal
