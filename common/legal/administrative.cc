// Row 1.3: administrative personal data, such as the names of contact points (EUDPR 4, 5, 9 and
// 46 to 50).
#include <algorithm>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "common/legal/decisions.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

Reason Row(const Evaluation& e, Outcome outcome, absl::string_view article) {
  return {
      .row = "1.3", .outcome = outcome, .article = std::string(article), .facts = Cite(e.partner)};
}

bool InsideTheUnion(LegalClass legal_class) {
  return legal_class == LegalClass::kMemberState ||
         legal_class == LegalClass::kMemberStateNotBound || legal_class == LegalClass::kUnionBody ||
         legal_class == LegalClass::kUnionNetwork;
}

// Whether an instrument covers the authority hangs on what that says of itself, and waits for a
// second person as that does.
bool CoverageIsOpen(const Evaluation& e) {
  return e.authority != nullptr && !Usable(e.authority->certainty, e.lens);
}

// What the instruments of `kinds` come to; `which` is the first that covers, or leaves it open.
Tri InEffect(Evaluation& e, std::initializer_list<InstrumentKind> kinds, const Instrument*& which) {
  Tri best = Tri::kNo;
  for (const Instrument* const each : e.instruments) {
    const Instrument& instrument = *each;
    if (std::find(kinds.begin(), kinds.end(), instrument.kind) == kinds.end()) continue;
    if (!Covers(instrument, e)) continue;
    Effect effect = EffectWithScope(instrument, *e.dossier, e.lens);
    if (effect.holds == Tri::kYes && CoverageIsOpen(e)) effect.holds = Tri::kUnknown;
    e.Unconfirmed(instrument, effect);
    if (effect.holds == Tri::kNo) continue;
    if (effect.holds == Tri::kYes || best == Tri::kNo) {
      which = &instrument;
      best = effect.holds;
    }
    if (best == Tri::kYes) return best;
  }
  return best;
}

void SayDecisionRequired(Evaluation& e) {
  Reason reason = Row(e, Outcome::kDecisionRequired, "EUDPR 47, 48, 50");
  reason.code = "ADMINISTRATIVE_NO_BASIS";
  reason.sentence =
      absl::StrCat("No adequacy decision and no safeguards cover administrative personal data for ",
                   e.counterpart_name(), ".");
  reason.remedy =
      "The authorised person of the agency decides on safeguards (EUDPR 48) or records "
      "a derogation (EUDPR 50(1)(d)-(g)).";
  e.Say(std::move(reason));
  e.verdict.routes.push_back({.decisions = {DecisionKind::kSafeguardsAssessment},
                              .article = "EUDPR 48",
                              .sentence = "Appropriate safeguards are provided for and recorded.",
                              .decided_by = "the authorised person of the agency"});
  if (e.bulk()) return;
  e.verdict.routes.push_back({.decisions = {DecisionKind::kDerogationVitalInterests,
                                            DecisionKind::kDerogationLegitimateInterests,
                                            DecisionKind::kDerogationSeriousThreat},
                              .article = "EUDPR 50(1)(d)-(g)",
                              .sentence = "A derogation for a specific situation is recorded: "
                                          "important reasons of public interest, legal claims, "
                                          "vital interests or a public register.",
                              .decided_by = "the authorised person of the agency"});
}

void OutsideTheUnion(Evaluation& e) {
  const Instrument* adequacy = nullptr;
  const Tri adequate = InEffect(
      e, {InstrumentKind::kAdequacyDecisionGdpr, InstrumentKind::kAdequacyDecisionLed}, adequacy);
  const Instrument* binding = nullptr;
  const Tri safeguarded = InEffect(e, {InstrumentKind::kBindingInstrument}, binding);
  const Decision* const assessment = FindDecision(e, "", {DecisionKind::kSafeguardsAssessment});
  const Decision* const derogation =
      e.bulk() ? nullptr
               : FindDecision(e, "",
                              {DecisionKind::kDerogationVitalInterests,
                               DecisionKind::kDerogationLegitimateInterests,
                               DecisionKind::kDerogationSeriousThreat});
  e.Duty("Inform the EDPS of the categories of cases (EUDPR 48(4), 50(6)).");

  if (adequate == Tri::kYes) {
    Reason reason = Row(e, Outcome::kPermitted, "EUDPR 47");
    reason.code = "ADMINISTRATIVE_ADEQUACY";
    reason.sentence = absl::StrCat(adequacy->title, " covers administrative personal data for ",
                                   e.counterpart_name(), ".");
    reason.facts.push_back(adequacy->name);
    e.verdict.bases.push_back(Basis::kAdequacy);
    e.Say(std::move(reason));
  } else if (safeguarded == Tri::kYes || assessment != nullptr) {
    Reason reason = Row(e, Outcome::kPermitted, "EUDPR 48");
    reason.code = "ADMINISTRATIVE_SAFEGUARDS";
    reason.sentence = absl::StrCat("Safeguards for administrative personal data are recorded for ",
                                   e.counterpart_name(), ".");
    if (safeguarded == Tri::kYes) {
      reason.facts.push_back(binding->name);
      e.verdict.bases.push_back(Basis::kBindingInstrument);
    }
    if (assessment != nullptr) {
      for (std::string& name : FactsOf(*assessment)) reason.facts.push_back(std::move(name));
      CarryConditions(e, *assessment);
      e.verdict.bases.push_back(Basis::kAssessedSafeguards);
    }
    e.Say(std::move(reason));
  } else if (derogation != nullptr) {
    Reason reason = Row(e, Outcome::kPermitted, "EUDPR 50(1)(d)-(g)");
    reason.code = "ADMINISTRATIVE_DEROGATION";
    reason.sentence = "A derogation for this case is recorded.";
    for (std::string& name : FactsOf(*derogation)) reason.facts.push_back(std::move(name));
    CarryConditions(e, *derogation);
    e.verdict.bases.push_back(Basis::kDerogation);
    e.Say(std::move(reason));
  } else if (adequate == Tri::kUnknown || safeguarded == Tri::kUnknown) {
    Reason reason = Row(e, Outcome::kUndetermined, "EUDPR 47, 48");
    const Instrument* const open = adequate == Tri::kUnknown ? adequacy : binding;
    reason.code = "ADMINISTRATIVE_FACT_UNKNOWN";
    reason.facts.push_back(open->name);
    if (CoverageIsOpen(e)) {
      reason.sentence = absl::StrCat("Whether ", open->title, " covers ", e.authority->name,
                                     " is not confirmed.");
      reason.remedy = "A second person confirms the authority with evidence.";
      reason.facts.push_back(e.authority->name);
      e.verdict.unconfirmed_fields.push_back(absl::StrCat(e.authority->name, ".listed_in"));
    } else {
      reason.sentence =
          absl::StrCat("Whether ", open->title, " has effect on ", Day(e), " is not known.");
      reason.remedy = "A second person confirms the dates with evidence.";
    }
    e.Say(std::move(reason));
  } else {
    SayDecisionRequired(e);
  }
}

}  // namespace

void EvaluateAdministrative(Evaluation& e) {
  if (InsideTheUnion(e.legal_class())) {
    Reason reason = Row(e, Outcome::kPermitted, "EUDPR 4, 5, 9");
    reason.code = "ADMINISTRATIVE_IN_THE_UNION";
    reason.sentence = absl::StrCat(e.counterpart_name(),
                                   " is inside the Union: administrative personal data may be "
                                   "made available under the general rules.");
    e.Say(std::move(reason));
    return;
  }
  if (e.question.direction == Direction::kReceive) {
    Reason reason = Row(e, Outcome::kPermitted, "EUDPR 4, 5");
    reason.code = "ADMINISTRATIVE_RECEIVED";
    reason.sentence =
        absl::StrCat("Administrative personal data are received from ", e.counterpart_name(),
                     ": nothing is transferred to a third country.");
    e.Say(std::move(reason));
    return;
  }
  OutsideTheUnion(e);
}

}  // namespace comity::legal
