#include "tests/unit/legal/real_facts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace comity::legal {
namespace {

struct InstrumentRow {
  absl::string_view partner;
  absl::string_view id;
  InstrumentKind kind;
  absl::string_view title;
  absl::string_view signed_on;
  absl::string_view provisional_from;
  absl::string_view in_force;
  absl::string_view in_force_by;
  absl::string_view applied_from;
  absl::string_view ended;
  absl::string_view public_since;
  absl::string_view supersedes;
  std::vector<std::pair<absl::string_view, Certainty>> certainty;
};

constexpr auto kFound = Certainty::kFound;
constexpr auto kUnconfirmed = Certainty::kUnconfirmed;
constexpr auto kUnknown = Certainty::kUnknown;
constexpr auto kYear = Certainty::kYear;
constexpr auto kMonth = Certainty::kMonth;

InstrumentRow Agreement(absl::string_view partner, absl::string_view signed_on, Certainty sure) {
  return {.partner = partner,
          .id = "cooperation-agreement",
          .kind = InstrumentKind::kCooperationAgreementPre2019,
          .title = "Cooperation agreement",
          .signed_on = signed_on,
          .in_force_by = "2020-11-19",
          .certainty = {{"signed", sure}, {"in_force", kUnknown}, {"in_force_by", kFound}}};
}

InstrumentRow AgreementInForce(absl::string_view partner, absl::string_view signed_on,
                               absl::string_view in_force, Certainty sure) {
  return {.partner = partner,
          .id = "cooperation-agreement",
          .kind = InstrumentKind::kCooperationAgreementPre2019,
          .title = "Cooperation agreement",
          .signed_on = signed_on,
          .in_force = in_force,
          .certainty = {{"signed", kFound}, {"in_force", sure}}};
}

InstrumentRow Arrangement(absl::string_view partner, absl::string_view signed_on) {
  return {.partner = partner,
          .id = "working-arrangement",
          .kind = InstrumentKind::kWorkingArrangement,
          .title = "Working arrangement",
          .signed_on = signed_on,
          .certainty = {{"signed", kFound}}};
}

InstrumentRow Memorandum(absl::string_view partner, absl::string_view signed_on) {
  return {.partner = partner,
          .id = "memorandum",
          .kind = InstrumentKind::kMemorandumOfUnderstanding,
          .title = "Memorandum of understanding",
          .signed_on = signed_on,
          .certainty = {{"signed", kFound}}};
}

InstrumentRow UkAdequacy(absl::string_view id, absl::string_view ended,
                         absl::string_view public_since, absl::string_view supersedes,
                         Certainty end) {
  return {.partner = "united-kingdom",
          .id = id,
          .kind = InstrumentKind::kAdequacyDecisionLed,
          .title = "Decision (EU) 2021/1773",
          .in_force = "2021-06-28",
          .applied_from = "2021-06-28",
          .ended = ended,
          .public_since = public_since,
          .supersedes = supersedes,
          .certainty = {{"all", kFound}, {"ended", end}}};
}

std::vector<InstrumentRow> Instruments() {
  return {
      Agreement("norway", "2005-04-28", kUnconfirmed),
      Agreement("liechtenstein", "2013-06-07", kFound),
      Agreement("georgia", "2019-03-29", kFound),
      Agreement("serbia", "2019-11-12", kFound),
      AgreementInForce("switzerland", "2008-11-27", "2011-07-22", kFound),
      AgreementInForce("albania", "2018-10-05", "2019-11-01", kFound),
      AgreementInForce("moldova", "2014-07-10", "2016-10", kMonth),
      AgreementInForce("ukraine", "2016-06-27", "2017", kYear),
      {.partner = "croatia",
       .id = "cooperation-agreement",
       .kind = InstrumentKind::kCooperationAgreementPre2019,
       .title = "Cooperation agreement",
       .signed_on = "2007-11-09",
       .in_force = "2009-06-05",
       .ended = "2013-06-30",
       .certainty = {{"signed", kUnconfirmed}, {"in_force", kUnconfirmed}, {"ended", kFound}}},
      {.partner = "united-kingdom",
       .id = "tca",
       .kind = InstrumentKind::kInternationalAgreement,
       .title = "EU-UK Trade and Cooperation Agreement",
       .signed_on = "2020-12-30",
       .provisional_from = "2021-01-01",
       .in_force = "2021-05-01",
       .applied_from = "2021-01-01",
       .public_since = "2020-12-31",
       .certainty = {{"provisional_from", kFound},
                     {"in_force", kFound},
                     {"public_since", kFound},
                     {"signed", kUnconfirmed}}},
      {.partner = "united-kingdom",
       .id = "tca-782",
       .kind = InstrumentKind::kDeemedNotATransfer,
       .title = "TCA Article 782",
       .applied_from = "2021-01-01",
       .ended = "2021-06-28",
       .public_since = "2020-12-31",
       .certainty = {{"period", kFound}, {"public_since", kFound}}},
      UkAdequacy("adequacy-1", "2025-06-27", "2021-06-28", "", kFound),
      UkAdequacy("adequacy-2", "2025-12-27", "2025-06-26",
                 "partners/united-kingdom/instruments/adequacy-1", kFound),
      UkAdequacy("adequacy-3", "2031-12-27", "2025-12-19",
                 "partners/united-kingdom/instruments/adequacy-2", kMonth),
      {.partner = "denmark",
       .id = "agreement",
       .kind = InstrumentKind::kDenmarkAgreement,
       .title = "Agreement on criminal justice cooperation with Denmark",
       .signed_on = "2019-10-07",
       .in_force = "2019-12-12",
       .applied_from = "2019-12-12",
       .certainty = {{"signed", kFound}, {"in_force", kUnconfirmed}}},
      {.partner = "armenia",
       .id = "agreement",
       .kind = InstrumentKind::kInternationalAgreement,
       .title = "Agreement on cooperation with Eurojust",
       .signed_on = "2024-04-05",
       .public_since = "2024-04-05",
       .certainty = {{"signed", kFound}, {"in_force", kUnknown}, {"applied_from", kUnknown}}},
      Arrangement("armenia", "2024-09-23"),
      {.partner = "lebanon",
       .id = "agreement",
       .kind = InstrumentKind::kInternationalAgreement,
       .title = "Agreement on cooperation with Eurojust",
       // Parliament gave its consent in 2026.
       .certainty = {{"signed", kUnknown}, {"in_force", kUnknown}, {"not_before", kFound}}},
      Arrangement("panama", "2024-01-12"),
      Memorandum("interpol", "2013-07-15"),
      Memorandum("unodc", "2010-02-26"),
      Arrangement("eppo", "2021-02-12"),
  };
}

Instrument Make(const InstrumentRow& row) {
  Instrument instrument;
  instrument.name = absl::StrCat("partners/", row.partner, "/instruments/", row.id);
  instrument.kind = row.kind;
  instrument.title = std::string(row.title);
  instrument.signed_on = Date(row.signed_on);
  instrument.provisional_from = Date(row.provisional_from);
  instrument.in_force = Date(row.in_force);
  instrument.in_force_by = Date(row.in_force_by);
  instrument.applied_from = Date(row.applied_from);
  instrument.ended = Date(row.ended);
  instrument.public_since = Date(row.public_since);
  instrument.supersedes = std::string(row.supersedes);
  if (row.partner == "lebanon") instrument.not_before = Date("2026");
  for (const auto& [field, certainty] : row.certainty) SetCertainty(instrument, field, certainty);
  return instrument;
}

struct ClassRow {
  absl::string_view partner;
  absl::string_view display_name;
  LegalClass legal_class;
  absl::string_view from;
  absl::string_view to;
};

constexpr ClassRow kClasses[] = {
    {"austria", "Austria", LegalClass::kMemberState, "1995-01-01", ""},
    {"france", "France", LegalClass::kMemberState, "1958-01-01", ""},
    {"germany", "Germany", LegalClass::kMemberState, "1958-01-01", ""},
    {"italy", "Italy", LegalClass::kMemberState, "1958-01-01", ""},
    {"spain", "Spain", LegalClass::kMemberState, "1986-01-01", ""},
    {"ireland", "Ireland", LegalClass::kMemberState, "1973-01-01", ""},
    {"denmark", "Denmark", LegalClass::kMemberState, "1973-01-01", "2019-12-11"},
    {"denmark", "Denmark", LegalClass::kMemberStateNotBound, "2019-12-12", ""},
    {"croatia", "Croatia", LegalClass::kThirdCountry, "", "2013-06-30"},
    {"croatia", "Croatia", LegalClass::kMemberState, "2013-07-01", ""},
    {"united-kingdom", "United Kingdom", LegalClass::kMemberState, "1973-01-01", "2020-12-31"},
    {"united-kingdom", "United Kingdom", LegalClass::kThirdCountry, "2021-01-01", ""},
    {"norway", "Norway", LegalClass::kThirdCountry, "", ""},
    {"liechtenstein", "Liechtenstein", LegalClass::kThirdCountry, "", ""},
    {"switzerland", "Switzerland", LegalClass::kThirdCountry, "", ""},
    {"georgia", "Georgia", LegalClass::kThirdCountry, "", ""},
    {"serbia", "Serbia", LegalClass::kThirdCountry, "", ""},
    {"albania", "Albania", LegalClass::kThirdCountry, "", ""},
    {"moldova", "Moldova", LegalClass::kThirdCountry, "", ""},
    {"ukraine", "Ukraine", LegalClass::kThirdCountry, "", ""},
    {"armenia", "Armenia", LegalClass::kThirdCountry, "", ""},
    {"lebanon", "Lebanon", LegalClass::kThirdCountry, "", ""},
    {"panama", "Panama", LegalClass::kThirdCountry, "", ""},
    {"brazil", "Brazil", LegalClass::kThirdCountry, "", ""},
    {"kosovo", "Kosovo*", LegalClass::kThirdCountry, "", ""},
    {"interpol", "INTERPOL", LegalClass::kInternationalOrganisation, "", ""},
    {"unodc", "UNODC", LegalClass::kInternationalOrganisation, "", ""},
    {"eppo", "European Public Prosecutor's Office", LegalClass::kUnionBody, "", ""},
    {"europol", "Europol", LegalClass::kUnionBody, "", ""},
    {"ejn", "European Judicial Network", LegalClass::kUnionNetwork, "", ""},
    {"iberred", "IberRed", LegalClass::kExternalNetwork, "", ""},
    {"wbcj", "Western Balkans Criminal Justice Project", LegalClass::kProject, "", ""},
};

bool IsOrganisation(absl::string_view partner) {
  for (const ClassRow& row : kClasses) {
    if (row.partner != partner) continue;
    return row.legal_class != LegalClass::kMemberState &&
           row.legal_class != LegalClass::kMemberStateNotBound &&
           row.legal_class != LegalClass::kThirdCountry;
  }
  return false;
}

}  // namespace

absl::CivilDay Day(absl::string_view text) { return ParseDay(text).value(); }

absl::Time Noon(absl::string_view day) {
  return absl::FromCivil(absl::CivilHour(Day(day)) + 12, Brussels());
}

PartialDate Date(absl::string_view text) { return PartialDate::Parse(text).value(); }

FactsBuilder RealFactsBuilder() {
  absl::flat_hash_map<std::string, Partner> partners;
  for (const ClassRow& row : kClasses) {
    const std::string name = absl::StrCat("partners/", row.partner);
    Partner& partner = partners[name];
    partner.name = name;
    partner.display_name = std::string(row.display_name);
    partner.competent_in_criminal_matters = row.partner == "interpol";
    partner.competence_certainty = kFound;
    partner.classes.push_back({.legal_class = row.legal_class,
                               .from = Date(row.from),
                               .to = Date(row.to),
                               .certainty = kFound});
    if (row.partner == "kosovo") {
      partner.footnote =
          "* This designation is without prejudice to positions on status, and is "
          "in line with UNSCR 1244/1999 and the ICJ Opinion on the Kosovo "
          "declaration of independence.";
    }
  }
  FactsBuilder builder;
  for (auto& [name, partner] : partners) {
    if (!IsOrganisation(name.substr(9))) {
      builder.Put(Authority{.name = absl::StrCat(name, "/authorities/prosecution"),
                            .competent_in_criminal_matters = true,
                            .last_verified = Date("2026-10-01"),
                            .certainty = kFound,
                            .openers = {{.key_until = Noon("2027-06-01")}}});
    }
    builder.Put(std::move(partner));
  }
  for (const InstrumentRow& row : Instruments()) builder.Put(Make(row));
  return builder;
}

const Facts& RealFacts() {
  static const Facts facts =
      RealFactsBuilder().Build({.store_id = "00000000000000000000000000000001", .number = 7});
  return facts;
}

Question Ask(absl::string_view partner, std::vector<Origin> origins) {
  Question question;
  question.instant = Noon(kToday);
  question.counterpart = IsOrganisation(partner)
                             ? absl::StrCat("partners/", partner)
                             : absl::StrCat("partners/", partner, "/authorities/prosecution");
  question.data_kind = DataKind::kOperational;
  question.subjects = {SubjectKind::kSuspect};
  question.annex_ii = AnnexCoverage::kWithin;
  question.geometry = Geometry::kTwoOrMoreMemberStates;
  question.purpose = {.task = "coordination of investigations",
                      .offence = "organised crime",
                      .stage = "investigation",
                      .case_reference = "2026/17",
                      .necessity = "to coordinate searches"};
  question.origins = std::move(origins);
  return question;
}

Question AskOn(absl::string_view day, absl::string_view partner, std::vector<Origin> origins) {
  Question question = Ask(partner, std::move(origins));
  question.instant = Noon(day);
  question.mode = Mode::kExplore;
  question.counterpart = absl::StrCat("partners/", partner);
  return question;
}

Origin MemberState(absl::string_view partner) {
  return {.kind = OriginKind::kMemberState, .partner = absl::StrCat("partners/", partner)};
}

Origin ThirdCountry(absl::string_view partner) {
  return {.kind = OriginKind::kThirdCountry, .partner = absl::StrCat("partners/", partner)};
}

Origin PublicSource() { return {.kind = OriginKind::kPublicSource}; }

Decision Decided(DecisionKind kind, absl::string_view whose, absl::string_view counterpart) {
  Decision decision;
  decision.name = absl::StrCat("decisions/", static_cast<int>(kind), "-", whose, "-", counterpart);
  decision.kind = kind;
  if (!whose.empty()) decision.partner = absl::StrCat("partners/", whose);
  decision.counterparts = {absl::StrCat("partners/", counterpart)};
  decision.case_reference = "2026/17";
  decision.valid_from = Date("2000-01-01");
  decision.grounds = "as recorded in the file";
  return decision;
}

Decision Authorised(absl::string_view whose, absl::string_view counterpart) {
  return Decided(DecisionKind::kAuthorisation, whose, counterpart);
}

}  // namespace comity::legal
