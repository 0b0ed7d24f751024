// Phase 2: the task of the agency and the data themselves.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/decisions.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

constexpr absl::string_view kEppo = "partners/eppo";

// 2.1: a purpose that says task, offence, stage and case, and why the data are necessary.
void Row2_1Purpose(Evaluation& e) {
  const Purpose& purpose = e.question.purpose;
  std::vector<absl::string_view> missing;
  if (purpose.task.empty()) missing.push_back("the task of the agency");
  if (purpose.offence.empty()) missing.push_back("the offence");
  if (purpose.stage.empty()) missing.push_back("the stage of the proceedings");
  if (purpose.case_reference.empty()) missing.push_back("the case");
  if (purpose.necessity.empty()) missing.push_back("the necessity for a task");
  if (missing.empty()) return;
  e.Say({.row = "2.1",
         .outcome = Outcome::kPermittedSubjectTo,
         .article = e.article_56() ? "EJR 56(1)(a); EUDPR 71-72" : "EUDPR 71-72",
         .sentence = absl::StrCat("The purpose does not say ", absl::StrJoin(missing, ", "), "."),
         .remedy = absl::StrCat("Whoever asks states ", absl::StrJoin(missing, ", "), "."),
         .code = "PURPOSE_INCOMPLETE"});
}

// 2.2: offences outside Annex I need a request.
void Row2_2Offence(Evaluation& e) {
  const Purpose& purpose = e.question.purpose;
  if (!purpose.offence_outside_annex_i || purpose.requested_by_member_state) return;
  e.Say({.row = "2.2",
         .outcome = Outcome::kPermittedSubjectTo,
         .article = "EJR 3(1), 3(3), 3(4)",
         .sentence = "The offence is outside Annex I and no authority of a Member State asked for "
                     "assistance.",
         .remedy = "A national member obtains the request of a competent authority of his State.",
         .code = "REQUEST_OUTSTANDING"});
}

// 2.3: what the EPPO prosecutes is the EPPO's.
void Row2_3Eppo(Evaluation& e) {
  const Purpose& purpose = e.question.purpose;
  if (!purpose.eppo_exercises_competence || e.partner == kEppo || purpose.eppo_exception) return;
  e.Say({.row = "2.3",
         .outcome = Outcome::kRefused,
         .article = "EJR 3(1), 3(2)",
         .sentence = "The EPPO exercises its competence in this case and neither it nor a Member "
                     "State outside it that is involved asked the agency.",
         .remedy = "Whoever asks refers the counterpart to the EPPO, or obtains such a request.",
         .code = "EPPO_COMPETENT"});
}

// Whether there is an agreement or arrangement with `dossier`'s State that establishes cooperation.
Tri Cooperates(Evaluation& e, const Dossier& dossier) {
  Tri best = Tri::kNo;
  for (const Instrument& instrument : dossier.instruments) {
    switch (instrument.kind) {
      case InstrumentKind::kCooperationAgreementPre2019:
      case InstrumentKind::kInternationalAgreement:
      case InstrumentKind::kWorkingArrangement:
        break;
      default:
        continue;
    }
    const Effect effect = EffectOf(instrument, dossier, e.lens);
    if (effect.holds == Tri::kYes) {
      e.Unconfirmed(instrument, effect);
      return Tri::kYes;
    }
    if (effect.holds == Tri::kUnknown) {
      e.Unconfirmed(instrument, effect);
      best = Tri::kUnknown;
    }
  }
  return best;
}

// The third countries of a case with one Member State: the counterpart, or else the origins.
std::vector<std::string> ThirdCountries(const Evaluation& e) {
  if (e.legal_class() == LegalClass::kThirdCountry) return {e.partner};
  std::vector<std::string> found;
  for (const Origin& origin : e.question.origins) {
    if (origin.kind == OriginKind::kThirdCountry) found.push_back(origin.partner);
  }
  return found;
}

// 2.4: one Member State and a third country without an agreement or arrangement.
void Row2_4Geometry(Evaluation& e) {
  if (e.question.geometry == Geometry::kTwoOrMoreMemberStates) return;
  Reason reason{.row = "2.4", .outcome = Outcome::kUndetermined, .article = "EJR 3(5)"};
  if (e.question.geometry == Geometry::kUnspecified) {
    reason.code = "GEOMETRY_NOT_SAID";
    reason.sentence = "It is not said which States the case concerns.";
    reason.remedy =
        "Whoever asks says whether two or more Member States, or one and a third country.";
    e.Say(std::move(reason));
    return;
  }
  reason.facts = ThirdCountries(e);
  // Of several third countries in the case, each needs its own.
  Tri all = reason.facts.empty() ? Tri::kUnknown : Tri::kYes;
  for (const std::string& country : reason.facts) {
    const Dossier* const dossier = e.facts.Find(country);
    const bool known = dossier != nullptr && dossier->partner.has_value();
    all = And(all, known ? Cooperates(e, *dossier) : Tri::kUnknown);
  }
  if (all == Tri::kYes) return;
  if (const Decision* const decision = FindDecision(e, "", {DecisionKind::kEssentialInterest})) {
    CarryConditions(e, *decision);
    reason.outcome = Outcome::kPermitted;
    reason.code = "ESSENTIAL_INTEREST_DECIDED";
    reason.sentence = "An essential interest in assisting in this case was decided.";
    for (std::string& name : FactsOf(*decision)) reason.facts.push_back(std::move(name));
  } else if (all == Tri::kUnknown) {
    reason.code = reason.facts.empty() ? "THIRD_COUNTRY_NOT_NAMED" : "COOPERATION_UNKNOWN";
    reason.sentence = reason.facts.empty()
                          ? "The case concerns one Member State and a third country that is not "
                            "named."
                          : "Whether an agreement or arrangement with the third country is in "
                            "effect is not known.";
    reason.remedy =
        "Whoever asks names the third country, or a second person confirms the dates with "
        "evidence.";
  } else {
    reason.outcome = Outcome::kDecisionRequired;
    reason.code = "ESSENTIAL_INTEREST_OUTSTANDING";
    reason.sentence =
        "The case concerns one Member State and a third country with which there is "
        "neither an agreement nor an arrangement.";
    reason.remedy = "The College decides whether there is an essential interest in assisting.";
    e.verdict.routes.push_back(
        {.decisions = {DecisionKind::kEssentialInterest},
         .article = "EJR 3(5)",
         .sentence = "An essential interest in assisting in this case is established.",
         .decided_by = "the College"});
  }
  e.Say(std::move(reason));
}

// 2.5: not for a purpose that is incompatible with that of collection.
void Row2_5Compatible(Evaluation& e) {
  if (!e.question.purpose.incompatible_with_collection) return;
  const Decision* const by_law = FindDecision(e, "", {DecisionKind::kOtherPurposeByLaw});
  if (by_law != nullptr) {
    CarryConditions(e, *by_law);
    e.Say({.row = "2.5",
           .outcome = Outcome::kPermitted,
           .article = "EUDPR 71(2)",
           .sentence = "The purpose is not that of collection, but Union law authorises it, as "
                       "recorded.",
           .facts = FactsOf(*by_law),
           .code = "OTHER_PURPOSE_BY_LAW"});
    return;
  }
  e.Say({.row = "2.5",
         .outcome = Outcome::kRefused,
         .article = "EUDPR 71(1)(b), 71(2)",
         .sentence = "The purpose is not compatible with that for which the data were collected.",
         .remedy =
             "The authorised person of the agency records it if Union law authorises the purpose; "
             "nothing else changes this.",
         .code = "PURPOSE_INCOMPATIBLE"});
}

// 2.6: only data that Annex II lists for the persons concerned.
void Row2_6AnnexII(Evaluation& e) {
  Reason reason{.row = "2.6", .outcome = Outcome::kUndetermined, .article = "EJR 27(1)-(3)"};
  if (e.question.subjects.empty() || e.about(SubjectKind::kUnspecified)) {
    reason.code = "SUBJECTS_NOT_SAID";
    reason.sentence = "It is not said whom the data are about.";
    reason.remedy = "Whoever asks says whether suspects, victims, witnesses or others.";
    e.Say(std::move(reason));
    return;
  }
  // Annex II lists nothing for others than suspects, victims and witnesses.
  const bool others = e.about(SubjectKind::kOther) && e.question.annex_ii == AnnexCoverage::kWithin;
  switch (others ? AnnexCoverage::kFactsOfTheOffence : e.question.annex_ii) {
    case AnnexCoverage::kWithin:
      return;
    case AnnexCoverage::kUnspecified:
      reason.code = "ANNEX_II_NOT_SAID";
      reason.sentence = "It is not said whether the data lie within Annex II for these persons.";
      reason.remedy = "Whoever asks checks the categories against Annex II and says so.";
      break;
    case AnnexCoverage::kOutside:
      reason.outcome = Outcome::kRefused;
      reason.code = "DATA_OUTSIDE_ANNEX_II";
      reason.sentence =
          "The data are outside Annex II for these persons and are not facts of the "
          "offence.";
      reason.remedy = "Whoever asks removes these data.";
      break;
    case AnnexCoverage::kFactsOfTheOffence:
      if (const Decision* const decision = FindDecision(e, "", {DecisionKind::kOtherData})) {
        CarryConditions(e, *decision);
        reason.outcome = Outcome::kPermitted;
        reason.code = "OTHER_DATA_DECIDED";
        reason.sentence = "Processing these data for a limited time was decided.";
        reason.facts = FactsOf(*decision);
        e.Duty("Inform the data protection officer of the processing of other data (EJR 27(3)).");
        break;
      }
      reason.outcome = Outcome::kDecisionRequired;
      reason.code = "OTHER_DATA_DECISION_OUTSTANDING";
      reason.sentence =
          "The data are outside Annex II, but are facts of the offence, needed for a "
          "limited time.";
      const bool jointly = e.about(SubjectKind::kVictim) || e.about(SubjectKind::kWitness);
      reason.remedy = jointly ? "The national members concerned decide jointly."
                              : "The national member concerned decides.";
      e.verdict.routes.push_back(
          {.decisions = {DecisionKind::kOtherData},
           .article = "EJR 27(3)",
           .sentence = "Processing data on the facts of the offence for a limited time is decided; "
                       "the data protection officer is informed.",
           .decided_by = jointly ? "the national members concerned, jointly"
                                 : "the national member concerned"});
      break;
  }
  e.Say(std::move(reason));
}

// 2.7: special categories only where strictly necessary.
void Row2_7Special(Evaluation& e) {
  if (!e.question.special_categories) return;
  const bool protected_persons = e.about(SubjectKind::kVictim) || e.about(SubjectKind::kWitness);
  const Decision* const decision = FindDecision(e, "", {DecisionKind::kSpecialCategories});
  e.Duty("Inform the data protection officer of the processing of special categories (EJR 27(4)).");
  if (decision != nullptr) {
    CarryConditions(e, *decision);
    e.Say({.row = "2.7",
           .outcome = Outcome::kPermitted,
           .article = "EJR 27(4); EUDPR 76",
           .sentence = "The strict necessity of the special categories is recorded.",
           .facts = FactsOf(*decision),
           .code = "SPECIAL_CATEGORIES_DECIDED"});
    return;
  }
  e.Say({.row = "2.7",
         .outcome = Outcome::kPermittedSubjectTo,
         .article = "EJR 27(4); EUDPR 76",
         .sentence = "Special categories are among the data and their strict necessity is not "
                     "recorded.",
         .remedy = protected_persons
                       ? "The national members concerned decide, because victims or witnesses are "
                         "concerned, and record the strict necessity."
                       : "The national member concerned records the strict necessity.",
         .code = "STRICT_NECESSITY_OUTSTANDING"});
}

}  // namespace

void EvaluateTaskAndData(Evaluation& evaluation) {
  Row2_1Purpose(evaluation);
  Row2_2Offence(evaluation);
  Row2_3Eppo(evaluation);
  Row2_4Geometry(evaluation);
  Row2_5Compatible(evaluation);
  Row2_6AnnexII(evaluation);
  Row2_7Special(evaluation);
}

}  // namespace comity::legal
