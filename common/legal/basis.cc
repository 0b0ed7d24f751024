// Phase 5: the basis of a transfer to a third country or international organisation.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/fixed_array.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/decisions.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

// What the rows found so far.
struct Bases {
  explicit Bases(const Evaluation& e) : effects(e.instruments.size()) {}

  // What keeps an instrument from being a basis, or from being ruled out.
  std::vector<OpenField> open;
  // By place among the evaluation's instruments: rows 5.0 to 5.10 ask for the same ones.
  absl::FixedArray<std::optional<Effect>, 16> effects;
};

// Of the instrument at `place`, as the dossier has it, looked at once.
const Effect& EffectAt(std::size_t place, const Evaluation& e, Bases& bases) {
  std::optional<Effect>& effect = bases.effects[place];
  if (!effect) effect = EffectWithScope(*e.instruments[place], *e.dossier, e.lens);
  return *effect;
}

// The first instrument of `kind` that covers; remembers what is open about the others.
const Instrument* Covering(Evaluation& e, InstrumentKind kind, Bases& bases) {
  const Instrument* covering = nullptr;
  for (std::size_t place = 0; place < e.instruments.size(); ++place) {
    const Instrument& instrument = *e.instruments[place];
    if (instrument.kind != kind || !Covers(instrument, e)) continue;
    const Effect& effect = EffectAt(place, e, bases);
    e.Unconfirmed(instrument, effect);
    if (effect.holds == Tri::kYes && covering == nullptr) covering = &instrument;
    if (effect.holds != Tri::kUnknown) continue;
    for (const Field field : effect.unsure) bases.open.push_back({&instrument, field});
    bases.open.insert(bases.open.end(), effect.later.begin(), effect.later.end());
  }
  return covering;
}

bool Has(const Evaluation& e, Basis basis) {
  const std::vector<Basis>& bases = e.verdict.bases;
  return std::find(bases.begin(), bases.end(), basis) != bases.end();
}

void Rest(Evaluation& e, absl::string_view row, Basis basis, absl::string_view article,
          std::string sentence, std::vector<std::string> facts) {
  e.verdict.bases.push_back(basis);
  e.Say({.row = std::string(row),
         .outcome = Outcome::kPermitted,
         .article = std::string(article),
         .sentence = std::move(sentence),
         .facts = std::move(facts),
         .code = absl::StrCat("BASIS_", Letter(basis))});
}

// 5.0: deemed not to be a transfer to a third country.
void Row5_0Deemed(Evaluation& e, Bases& bases) {
  const Instrument* const found = Covering(e, InstrumentKind::kDeemedNotATransfer, bases);
  if (found == nullptr) return;
  Rest(e, "5.0", Basis::kDeemedNotATransfer, "TCA 782",
       absl::StrCat(found->title, ": on ", Day(e),
                    " transmission is not considered a transfer to a third country."),
       Cite(found->name));
}

// 5.1: an adequacy decision under the LED.
void Row5_1Adequacy(Evaluation& e, Bases& bases) {
  const Instrument* const found = Covering(e, InstrumentKind::kAdequacyDecisionLed, bases);
  if (found == nullptr) return;
  Rest(e, "5.1", Basis::kAdequacy, "EJR 57, 56(2)(a)",
       absl::StrCat(found->title, " has effect on ", Day(e), "."), Cite(found->name));
}

// 5.2: an agreement under Article 218 TFEU that is applied.
void Row5_2Agreement(Evaluation& e, Bases& bases) {
  const Instrument* const found = Covering(e, InstrumentKind::kInternationalAgreement, bases);
  if (found == nullptr) return;
  Rest(e, "5.2", Basis::kInternationalAgreement, "EJR 56(2)(c)",
       absl::StrCat(found->title, " is applied on ", Day(e), "."), Cite(found->name));
  e.Condition(absl::StrCat("The terms of ", found->title, " travel with the data."));
}

// 5.3: a cooperation agreement concluded before 12 December 2019.
void Row5_3Cooperation(Evaluation& e, Bases& bases) {
  const Instrument* const found = Covering(e, InstrumentKind::kCooperationAgreementPre2019, bases);
  if (found == nullptr) return;
  Rest(e, "5.3", Basis::kCooperationAgreement, "EJR 56(2)(b), 80(5)",
       absl::StrCat("The cooperation agreement with ", e.counterpart_name(),
                    ", concluded before 12 December 2019, is in force on ", Day(e), "."),
       Cite(found->name));
  e.Condition("The terms of the cooperation agreement travel with the data.");
}

// 5.4: without adequacy, a binding instrument with safeguards.
void Row5_4Binding(Evaluation& e, Bases& bases) {
  if (Has(e, Basis::kAdequacy)) return;
  const Instrument* const found = Covering(e, InstrumentKind::kBindingInstrument, bases);
  if (found == nullptr) return;
  Rest(
      e, "5.4", Basis::kBindingInstrument, "EJR 58(1)(a)",
      absl::StrCat(found->title, " binds and provides for appropriate safeguards on ", Day(e), "."),
      Cite(found->name));
}

// 5.5: without adequacy, a recorded assessment of safeguards.
void Row5_5Assessment(Evaluation& e) {
  if (Has(e, Basis::kAdequacy)) return;
  const Decision* const found = FindDecision(e, "", {DecisionKind::kSafeguardsAssessment});
  if (found == nullptr) return;
  CarryConditions(e, *found);
  Rest(e, "5.5", Basis::kAssessedSafeguards, "EJR 58(1)(b), 58(2), 58(3)",
       absl::StrCat("All circumstances were assessed and appropriate safeguards exist for ",
                    e.counterpart_name(), "."),
       FactsOf(*found));
  e.Duty("Inform the EDPS of the categories of transfers on assessed safeguards (EJR 58(2)).");
  e.Duty(
      "Document the transfer, its justification and the data, and make it available to the EDPS "
      "(EJR 58(3)).");
}

// 5.6: a derogation for a specific situation: decided by a person, never computed.
void Row5_6Derogation(Evaluation& e) {
  if (!e.verdict.bases.empty() || e.bulk()) return;
  struct Ground {
    DecisionKind kind;
    absl::string_view article;
    absl::string_view words;
  };
  static constexpr Ground kGrounds[] = {
      {DecisionKind::kDerogationVitalInterests, "EJR 59(1)(a)", "vital interests"},
      {DecisionKind::kDerogationLegitimateInterests, "EJR 59(1)(b)",
       "legitimate interests of the data subject"},
      {DecisionKind::kDerogationSeriousThreat, "EJR 59(1)(c)",
       "an immediate and serious threat to public security"},
      {DecisionKind::kDerogationIndividualCase, "EJR 59(1)(d)",
       "the individual case, in which the rights of the data subject do not override"}};
  for (const Ground& ground : kGrounds) {
    const Decision* const found = FindDecision(e, "", {ground.kind});
    if (found == nullptr) continue;
    CarryConditions(e, *found);
    Rest(e, "5.6", Basis::kDerogation, ground.article,
         absl::StrCat("The authorised person decided on a derogation for ", ground.words, "."),
         FactsOf(*found));
    e.Duty(
        "Document the derogation: date, time, recipient, justification and the data, and make it "
        "available to the EDPS (EJR 59(3)).");
    return;
  }
}

// 5.7: no basis, but one may be there: the fact that would tell is unknown.
bool Row5_7Unknown(Evaluation& e, const Bases& bases) {
  if (bases.open.empty()) return false;
  std::vector<std::string> fields;
  std::vector<std::string> facts;
  for (const OpenField& open : bases.open) {
    fields.push_back(FieldPath(*open.instrument, open.field));
    if (facts.empty() || facts.back() != open.instrument->name) {
      facts.push_back(open.instrument->name);
    }
  }
  e.Say({.row = "5.7",
         .outcome = Outcome::kUndetermined,
         .article = "EJR 56(2)",
         .sentence = absl::StrCat(
             "Whether there is a basis on ", Day(e),
             " depends on what is unknown or not confirmed: ", absl::StrJoin(fields, ", "), "."),
         .remedy =
             "A second person confirms the field with evidence, or the authorised person of the "
             "agency decides under Article 58(1)(b) or 59(1).",
         .facts = std::move(facts),
         .code = "DECISIVE_FIELD_UNKNOWN"});
  return true;
}

Route AssessmentRoute() {
  return {.decisions = {DecisionKind::kSafeguardsAssessment},
          .article = "EJR 58(1)(b)",
          .sentence =
              "All circumstances of the transfers are assessed and appropriate safeguards "
              "are found to exist; the EDPS is informed of the categories.",
          .decided_by =
              "the authorised person of the agency, after the data protection officer's "
              "advice"};
}

// 5.8: one transfer: an assessment or a derogation could permit it.
void Row5_8Single(Evaluation& e) {
  e.Say({.row = "5.8",
         .outcome = Outcome::kDecisionRequired,
         .article = "EJR 58, 59",
         .sentence = absl::StrCat("No legal basis is established for a transfer to ",
                                  e.counterpart_name(), " on ", Day(e), "."),
         .remedy = "The authorised person of the agency decides whether one of the routes is open.",
         .facts = Cite(e.partner),
         .code = "NO_BASIS"});
  e.verdict.routes.push_back(AssessmentRoute());
  e.verdict.routes.push_back(
      {.decisions = {DecisionKind::kDerogationVitalInterests,
                     DecisionKind::kDerogationLegitimateInterests,
                     DecisionKind::kDerogationSeriousThreat},
       .article = "EJR 59(1)(a), (b), (c)",
       .sentence = "A derogation to protect (a) vital interests, (b) legitimate interests of the "
                   "data subject, or (c) against an immediate and serious threat to public "
                   "security.",
       .decided_by = "the authorised person of the agency"});
  e.verdict.routes.push_back(
      {.decisions = {DecisionKind::kDerogationIndividualCase},
       .article = "EJR 59(1)(d), 59(2)",
       .sentence = "A derogation for the tasks of the agency in the individual case, if the rights "
                   "of the data subject do not override the public interest in the transfer.",
       .decided_by = "the authorised person of the agency"});
}

// 5.9: many transfers: derogations are closed.
void Row5_9Bulk(Evaluation& e) {
  e.Say({.row = "5.9",
         .outcome = Outcome::kDecisionRequired,
         .article = "EJR 58, 59",
         .sentence = absl::StrCat("No legal basis is established for systematic transfers to ",
                                  e.counterpart_name(), " on ", Day(e),
                                  "; derogations are closed to them."),
         .remedy = "The authorised person of the agency assesses the safeguards.",
         .facts = Cite(e.partner),
         .code = "NO_BASIS_FOR_BULK"});
  e.verdict.routes.push_back(AssessmentRoute());
}

// Appends why the instrument at `place` is no basis, if people may take it for one. False if they
// will not.
bool SayNeverABasis(std::size_t place, const Evaluation& e, Bases& bases, std::string& sentence) {
  const Instrument& instrument = *e.instruments[place];
  const Tri signed_by = SignedBy(instrument, e.lens);
  const auto say = [&](absl::string_view before, absl::string_view after) {
    absl::StrAppend(&sentence, sentence.empty() ? "" : "; ", before, instrument.title, after);
    return true;
  };
  switch (instrument.kind) {
    case InstrumentKind::kWorkingArrangement:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
      return signed_by != Tri::kNo && say("the ", " is never a basis for personal data");
    case InstrumentKind::kOtherAgreement:
      return signed_by != Tri::kNo && say("the ", " is no basis without an opinion of counsel");
    case InstrumentKind::kAdequacyDecisionGdpr:
      return EffectAt(place, e, bases).holds != Tri::kNo &&
             say("", " is an adequacy decision under the GDPR, not under the LED");
    case InstrumentKind::kInternationalAgreement:
    case InstrumentKind::kCooperationAgreementPre2019:
      // In force it is no mere signature, even while its scope waits for a second person.
      return signed_by == Tri::kYes && EffectAt(place, e, bases).holds != Tri::kYes &&
             EffectOf(instrument, *e.dossier, e.lens).holds != Tri::kYes &&
             say("the signature of the ", " gives no basis");
    default:
      return false;
  }
}

// 5.10: what is often taken for a basis and never is one.
void Row5_10NeverABasis(Evaluation& e, Bases& bases) {
  std::string sentence;
  std::vector<std::string> facts;
  for (std::size_t place = 0; place < e.instruments.size(); ++place) {
    const Instrument& instrument = *e.instruments[place];
    if (EndedBy(instrument, e.lens) || PublicUnder(instrument, e.lens) == Tri::kNo) continue;
    if (SayNeverABasis(place, e, bases, sentence)) facts.push_back(instrument.name);
  }
  if (!e.question.proposed_frame.empty()) {
    absl::StrAppend(&sentence, sentence.empty() ? "" : "; ", "\"", e.question.proposed_frame,
                    "\" is never a basis");
  }
  if (sentence.empty()) return;
  e.Explain({.row = "5.10",
             .article = "EJR 47(3), 56(2)",
             .sentence = absl::StrCat("Said for clarity: ", sentence, "."),
             .facts = std::move(facts),
             .code = "NEVER_A_BASIS"});
}

}  // namespace

void EvaluateBasis(Evaluation& evaluation) {
  Bases bases(evaluation);
  Row5_0Deemed(evaluation, bases);
  Row5_1Adequacy(evaluation, bases);
  Row5_2Agreement(evaluation, bases);
  Row5_3Cooperation(evaluation, bases);
  Row5_4Binding(evaluation, bases);
  Row5_5Assessment(evaluation);
  Row5_6Derogation(evaluation);
  if (evaluation.verdict.bases.empty() && !Row5_7Unknown(evaluation, bases)) {
    if (evaluation.bulk()) {
      Row5_9Bulk(evaluation);
    } else {
      Row5_8Single(evaluation);
    }
  }
  Row5_10NeverABasis(evaluation, bases);
}

}  // namespace comity::legal
