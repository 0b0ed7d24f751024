// Phase 3: the recipient.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/rows.h"
#include "common/legal/scope.h"
#include "common/legal/secondments.h"
#include "common/time/year_after.h"

namespace comity::legal {
namespace {

// A verification of an authority is stale after twelve months.
bool Stale(const PartialDate& verified, absl::CivilDay day) {
  if (!verified.known()) return true;
  return day > YearAfter(verified.earliest());
}

absl::string_view CompetenceArticle(const Evaluation& e) {
  return e.article_56() ? "EJR 56(1)(b)" : "EJR 21, 24";
}

// Whether the verdict may rest on a recipient that is so sure: on the competence of what is filed
// under `name`. Says why it may not, in the place of `reason`.
bool MayRestOn(Certainty certainty, const std::string& name, absl::string_view called,
               const Reason& reason, Evaluation& e) {
  if (Confirmed(certainty)) return true;
  e.verdict.unconfirmed_fields.push_back(absl::StrCat(name, ".competent_in_criminal_matters"));
  if (Usable(certainty, e.lens)) return true;
  Reason unconfirmed = reason;
  unconfirmed.outcome = Outcome::kUndetermined;
  unconfirmed.code = "COMPETENCE_UNCONFIRMED";
  unconfirmed.sentence = absl::StrCat("The competence of ", called, " is not confirmed.");
  unconfirmed.remedy = "A second person confirms the competence with evidence.";
  e.Say(std::move(unconfirmed));
  return false;
}

// 3.1 where competence is not asked: that the authority named is one of the counterpart's is a
// second person's word all the same.
void Row3_1Confirmed(Evaluation& e) {
  if (e.authority == nullptr) return;
  const Reason reason{.row = "3.1",
                      .outcome = Outcome::kRefused,
                      .article = std::string(CompetenceArticle(e)),
                      .facts = Cite(e.question.counterpart)};
  MayRestOn(e.authority->certainty, e.authority->name, e.authority->name, reason, e);
}

// 3.1: an authority or organisation competent in law enforcement and criminal matters.
void Row3_1Competence(Evaluation& e) {
  // What Union bodies need data for is stated and checked by row 1.10.
  if (e.legal_class() == LegalClass::kUnionBody) return Row3_1Confirmed(e);
  Reason reason{.row = "3.1",
                .outcome = Outcome::kRefused,
                .article = std::string(CompetenceArticle(e)),
                .facts = Cite(e.question.counterpart)};
  const bool organisation = e.legal_class() == LegalClass::kInternationalOrganisation;
  if (organisation && !e.dossier->partner->competent_in_criminal_matters) {
    reason.code = "NOT_COMPETENT";
    reason.sentence = absl::StrCat(e.counterpart_name(),
                                   " is not competent in law enforcement and criminal matters.");
    e.Say(std::move(reason));
    return;
  }
  if (organisation && !MayRestOn(e.dossier->partner->competence_certainty, e.partner,
                                 e.counterpart_name(), reason, e)) {
    return;
  }
  if (e.authority == nullptr) {
    if (organisation) return;
    const bool explore = e.lens.explore;
    reason.outcome = explore ? Outcome::kPermitted : Outcome::kPermittedSubjectTo;
    reason.code = explore ? "AUTHORITY_ASSUMED" : "AUTHORITY_NOT_NAMED";
    reason.sentence = absl::StrCat("No authority of ", e.counterpart_name(), " is named",
                                   explore ? "; a competent one is assumed." : ".");
    reason.remedy = "Whoever asks names the competent authority that is to receive.";
    e.Say(std::move(reason));
    return;
  }
  if (!MayRestOn(e.authority->certainty, e.authority->name, e.authority->name, reason, e)) return;
  // Said also where all is well: the verdict rests on what the registry has of the authority.
  if (e.authority->competent_in_criminal_matters) {
    reason.outcome = Outcome::kPermitted;
    reason.code = "COMPETENT";
  } else {
    reason.code = "NOT_COMPETENT";
    reason.remedy = "Whoever asks names a competent authority.";
  }
  reason.sentence = absl::StrCat(e.authority->name,
                                 e.authority->competent_in_criminal_matters ? " is" : " is not",
                                 " competent in law enforcement and criminal matters.");
  e.Say(std::move(reason));
}

// Whether its limit to sectors takes the recipient in. Whoever is not named works in none: nothing
// is covered by silence.
bool CoversSectorsOf(const Instrument& instrument, const Evaluation& e) {
  static const std::vector<std::string> none;
  return instrument.scope == nullptr ||
         CoversSectors(*instrument.scope, e.authority == nullptr ? none : e.authority->sectors);
}

bool CoversRecipient(const Instrument& instrument, const Evaluation& e) {
  if (e.authority == nullptr) return CoversSectorsOf(instrument, e);
  const std::vector<std::string>& listed = e.authority->listed_in;
  if (std::find(listed.begin(), listed.end(), instrument.name) != listed.end()) return true;
  // Without an annex the authorities of the partner are covered that work in its sectors, and those
  // of a territory only if the instrument says that it extends to it.
  if (!listed.empty() || !CoversSectorsOf(instrument, e)) return false;
  const std::string& territory = e.authority->territory;
  return territory.empty() || (instrument.scope != nullptr &&
                               instrument.scope->Names(HeldScope::Limit::kTerritories, territory));
}

std::vector<std::string> BeyondScope(const Instrument& instrument, const Evaluation& e) {
  if (instrument.scope == nullptr) return {};
  return Beyond(*instrument.scope, e.question);
}

// Why CoversRecipient does not hold, after the recipient's name.
std::string WhyNotCovered(const Instrument& instrument, const Evaluation& e) {
  if (e.authority != nullptr && !e.authority->listed_in.empty()) {
    return ": it is not listed in its annex";
  }
  if (!CoversSectorsOf(instrument, e)) {
    const bool silent = e.authority == nullptr || e.authority->sectors.empty();
    return absl::StrCat(silent ? ", of which no sector is known"
                               : absl::StrCat(", which works in ", Quoted(e.authority->sectors)),
                        " (only the sectors ", Quoted(instrument.scope->all().sectors), ")");
  }
  return absl::StrCat(", which acts for ", e.authority->territory);
}

void SayRecipientNotCovered(const Instrument& instrument, Evaluation& e) {
  const std::string& recipient = e.authority == nullptr ? e.partner : e.authority->name;
  e.Explain({.row = "3.2",
             .article = instrument.title,
             .sentence = absl::StrCat(instrument.title, " does not cover ", recipient,
                                      WhyNotCovered(instrument, e), "."),
             .remedy = "Whoever asks names an authority that the instrument covers.",
             .facts = Cite(instrument.name, recipient),
             .code = "AUTHORITY_NOT_COVERED"});
}

// 3.2: instruments cover the authorities they list, in their territory and sector.
void Row3_2Coverage(Evaluation& e) {
  for (const Instrument* const each : e.instruments) {
    const Instrument& instrument = *each;
    switch (instrument.kind) {
      case InstrumentKind::kCooperationAgreementPre2019:
      case InstrumentKind::kInternationalAgreement:
      case InstrumentKind::kAdequacyDecisionLed:
      case InstrumentKind::kDeemedNotATransfer:
      case InstrumentKind::kDenmarkAgreement:
      case InstrumentKind::kBindingInstrument:
        break;
      default:
        continue;
    }
    if (Covers(instrument, e)) continue;
    if (EffectOf(instrument, *e.dossier, e.lens).holds == Tri::kNo) continue;
    if (!CoversRecipient(instrument, e)) SayRecipientNotCovered(instrument, e);
    const std::vector<std::string> beyond = BeyondScope(instrument, e);
    if (beyond.empty()) continue;
    e.Explain({.row = "3.2",
               .article = instrument.title,
               .sentence = absl::StrCat(instrument.title, " does not cover ",
                                        absl::StrJoin(beyond, ", nor "), "."),
               .remedy = "Whoever asks states the case in the words recorded, if it is one that "
                         "the instrument covers; otherwise another basis is needed.",
               .facts = Cite(instrument.name),
               .code = "OUTSIDE_SCOPE"});
  }
}

// Whether an opener counts at the moment of the question and its key is not over and its own. When
// the key began does not matter otherwise: questions are asked of days before it, too.
bool SomebodyOpens(const Evaluation& e) {
  const std::vector<Opener>& openers = e.authority->openers;
  return std::any_of(openers.begin(), openers.end(), [&e](const Opener& opener) {
    return e.question.instant < opener.key_until && opener.validity.Covers(e.lens.day) &&
           HoldsKey(opener.secondments, e.facts, opener.key_since, e.lens.day);
  });
}

// 3.3: nothing is sealed to an authority nobody looked after.
void Row3_3Readiness(Evaluation& e) {
  if (e.authority == nullptr) return;
  const bool stale = Stale(e.authority->last_verified, e.lens.day);
  const bool no_key = !e.question.to_prosecutor && !SomebodyOpens(e);
  if (!stale && !no_key) return;
  e.Say({.row = "3.3",
         .outcome = Outcome::kPermittedSubjectTo,
         .article = "policy",
         .sentence =
             absl::StrCat("For ", e.authority->name,
                          no_key ? " no opener that counts then has a valid sealing key" : "",
                          no_key && stale ? " and" : "",
                          stale ? " there is no verification of the last twelve months" : "", "."),
         .remedy = absl::StrCat(no_key ? "A contact that opens for the authority, and counts then, "
                                         "publishes a key statement. "
                                       : "",
                                stale ? "The registry operator verifies the authority." : ""),
         .facts = Cite(e.authority->name),
         .code = no_key ? "SEALING_KEY_MISSING" : "VERIFICATION_STALE"});
}

// 3.4: exchanges with this partner are suspended.
void Row3_4Suspended(Evaluation& e) {
  if (!e.dossier->partner->exchanges_suspended) return;
  e.Say({.row = "3.4",
         .outcome = Outcome::kRefused,
         .article = "policy",
         .sentence = absl::StrCat("Exchanges of operational data with ", e.counterpart_name(),
                                  " are suspended."),
         .remedy = "The registry operator lifts the suspension; nothing is made available before.",
         .facts = Cite(e.partner),
         .code = "EXCHANGES_SUSPENDED"});
}

}  // namespace

bool Covers(const Instrument& instrument, const Evaluation& e) {
  return CoversRecipient(instrument, e) && BeyondScope(instrument, e).empty();
}

void EvaluateOnwardRecipient(Evaluation& evaluation) {
  Row3_1Confirmed(evaluation);
  Row3_4Suspended(evaluation);
}

void EvaluateRecipient(Evaluation& evaluation) {
  Row3_1Competence(evaluation);
  Row3_2Coverage(evaluation);
  Row3_3Readiness(evaluation);
  Row3_4Suspended(evaluation);
}

}  // namespace comity::legal
