// What an instrument covers, limit by limit (row 3.2), on the real facts.
#include "common/legal/scope.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "common/legal/rows.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";

// The real facts, with Georgia's agreement limited.
Facts Limited(Scope scope) {
  FactsBuilder builder(RealFacts());
  for (Instrument instrument : RealFacts().Find("partners/georgia")->instruments) {
    if (instrument.name != kAgreement) continue;
    instrument.scope = Limits(std::move(scope));
    builder.Put(std::move(instrument));
  }
  return builder.Build({.store_id = "00000000000000000000000000000001", .number = 8});
}

Question ToGeorgia() {
  Question question = Ask("georgia", {PublicSource()});
  question.purpose.offence = "Terrorism ";
  question.purpose.stage = "investigation";
  return question;
}

// What row 3.2 says to it, if the agreement was its only basis and does not cover it.
std::string WhyNot(const Scope& scope, const Question& question) {
  const Verdict verdict = Evaluate(Limited(scope), question);
  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kDecisionRequired), Says("3.2", "OUTSIDE_SCOPE"),
                             Says("5.8", "NO_BASIS")));
  EXPECT_THAT(verdict.bases, IsEmpty());
  const Reason* const row = FindRow(verdict, "3.2");
  if (row == nullptr) return "";
  EXPECT_THAT(row->facts, ElementsAre(kAgreement));
  return row->sentence;
}

void ExpectCovered(const Scope& scope, const Question& question) {
  const Verdict verdict = Evaluate(Limited(scope), question);
  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_EQ(FindRow(verdict, "3.2"), nullptr);
}

TEST(ScopeTest, WithoutALimitEverythingOfItsKindIsCovered) { ExpectCovered({}, ToGeorgia()); }

TEST(ScopeTest, AnOffenceIsCoveredInTheWordsRecorded) {
  const Scope scope{.offences = {"fraud", "terrorism"}};
  ExpectCovered(scope, ToGeorgia());

  Question question = ToGeorgia();
  question.purpose.offence = "money laundering";
  EXPECT_TRUE(absl::EndsWith(
      WhyNot(scope, question),
      " does not cover the offence \"money laundering\" (only \"fraud\", \"terrorism\")."));
  question.purpose.offence = "terrorism financing";
  WhyNot(scope, question);
}

TEST(ScopeTest, EachLimitHasItsOwnWordsHoweverManyAndLong) {
  const std::string longest(70'000, 'x');
  const HeldScope scope({.territories = {"Jersey", ""},
                         .sectors = {longest, "customs"},
                         .offences = {"fraud", "terrorism", "Éxtorsion"},
                         .stages = {"trial"}});
  using enum HeldScope::Limit;
  for (const auto& [limit, word] :
       std::vector<std::pair<HeldScope::Limit, std::string>>{{kOffences, "FRAUD"},
                                                             {kOffences, " terrorism "},
                                                             {kOffences, "éxtorsion"},
                                                             {kStages, "Trial"},
                                                             {kSectors, longest},
                                                             {kSectors, "CUSTOMS"},
                                                             {kTerritories, "jersey"},
                                                             {kTerritories, ""}}) {
    for (const HeldScope::Limit each : {kOffences, kStages, kSectors, kTerritories}) {
      EXPECT_EQ(scope.Names(each, word), each == limit) << word.substr(0, 20);
      EXPECT_FALSE(scope.Unlimited(each));
    }
  }
  EXPECT_FALSE(scope.Names(kOffences, "fraudterrorism"));
  EXPECT_FALSE(scope.Names(kOffences, "terror"));
  EXPECT_TRUE(HeldScope({.stages = {"trial"}}).Unlimited(kOffences));
  EXPECT_TRUE(HeldScope({.stages = {"trial"}}).Unlimited(kSectors));
  EXPECT_EQ(Limits({}), nullptr);
}

TEST(ScopeTest, SilenceIsNotCoveredByALimit) {
  const Scope scope{.offences = {"terrorism"}, .stages = {"investigation"}};
  Question question = ToGeorgia();
  question.purpose.offence = " ";
  question.purpose.stage.clear();
  const Verdict verdict = Evaluate(Limited(scope), question);
  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kDecisionRequired), Says("3.2", "OUTSIDE_SCOPE")));
  EXPECT_THAT(Beyond(HeldScope(scope), question),
              ElementsAre("what states no offence (only \"terrorism\")",
                          "what states no stage of proceedings (only \"investigation\")"));

  question.subjects.clear();
  EXPECT_THAT(Beyond(HeldScope({.subjects = {SubjectKind::kVictim}}), question),
              ElementsAre("data of persons who are not named (only victims)"));
}

TEST(ScopeTest, AStageIsCoveredInTheWordsRecorded) {
  ExpectCovered({.stages = {"INVESTIGATION"}}, ToGeorgia());
  EXPECT_TRUE(absl::EndsWith(WhyNot({.stages = {"trial"}}, ToGeorgia()),
                             " the stage of proceedings \"investigation\" (only \"trial\")."));
}

TEST(ScopeTest, EverySubjectMustBeCovered) {
  Question question = ToGeorgia();
  question.subjects = {SubjectKind::kSuspect, SubjectKind::kVictim};
  ExpectCovered({.subjects = {SubjectKind::kVictim, SubjectKind::kSuspect}}, question);
  EXPECT_TRUE(
      absl::EndsWith(WhyNot({.subjects = {SubjectKind::kSuspect}}, question),
                     " does not cover data of victims (only suspects and convicted persons)."));
}

TEST(ScopeTest, SpecialCategoriesMayBeLeftOut) {
  const Scope scope{.excludes_special_categories = true};
  ExpectCovered(scope, ToGeorgia());
  Question question = ToGeorgia();
  question.special_categories = true;
  question.decisions = {Decided(DecisionKind::kSpecialCategories, "", "georgia")};
  EXPECT_TRUE(absl::EndsWith(WhyNot(scope, question), " special categories of data."));
}

TEST(ScopeTest, AllThatLiesOutsideIsSaidAtOnce) {
  const std::string said =
      WhyNot({.offences = {"fraud"}, .stages = {"trial"}, .subjects = {SubjectKind::kWitness}},
             ToGeorgia());
  EXPECT_TRUE(absl::StrContains(said, "the offence \"Terrorism\" (only \"fraud\"), nor the stage"))
      << said;
  EXPECT_TRUE(
      absl::StrContains(said, "nor data of suspects and convicted persons (only witnesses)"))
      << said;
}

TEST(ScopeTest, ATerritoryIsCoveredIfTheInstrumentExtendsToItOrItsAnnexListsTheAuthority) {
  const std::string gibraltar = "partners/united-kingdom/authorities/gibraltar";
  Question question = Ask("united-kingdom", {PublicSource()});
  question.counterpart = gibraltar;
  const auto on = [&](std::vector<std::string> territories, std::vector<std::string> listed_in) {
    FactsBuilder builder(RealFacts());
    builder.Put(Authority{.name = gibraltar,
                          .competent_in_criminal_matters = true,
                          .territory = "Gibraltar",
                          .listed_in = std::move(listed_in),
                          .last_verified = Date("2026-10-01"),
                          .certainty = Certainty::kFound,
                          .openers = {{.key_until = Noon("2027-06-01")}}});
    for (Instrument instrument : RealFacts().Find("partners/united-kingdom")->instruments) {
      if (instrument.kind != InstrumentKind::kInternationalAgreement) continue;
      instrument.scope = Limits({.territories = territories});
      builder.Put(std::move(instrument));
    }
    return Evaluate(builder.Build({}), question);
  };
  EXPECT_THAT(on({}, {}),
              AllOf(Comes(Outcome::kDecisionRequired), Says("3.2", "AUTHORITY_NOT_COVERED")));
  EXPECT_THAT(on({"Jersey"}, {}), Comes(Outcome::kDecisionRequired));
  EXPECT_THAT(on({"Jersey", "GIBRALTAR"}, {}),
              ComesBy(Outcome::kPermitted, Basis::kInternationalAgreement));
  EXPECT_THAT(on({"Gibraltar"}, {"partners/united-kingdom/instruments/another"}),
              Comes(Outcome::kDecisionRequired))
      << "the annex that lists it is another instrument's";

  question = Ask("united-kingdom", {PublicSource()});
  const Verdict mainland = on({"Jersey"}, {});
  EXPECT_THAT(mainland.bases, ::testing::Contains(Basis::kInternationalAgreement))
      << "territories are named besides those for which no authority acts apart";
}

TEST(ScopeTest, ASectorIsCoveredIfAllTheAuthorityWorksInAreOrTheAnnexListsIt) {
  const auto limited = [](std::vector<std::string> sectors, std::vector<std::string> listed_in) {
    FactsBuilder builder(Limited({.sectors = {"customs", "asylum"}}));
    for (Authority authority : RealFacts().Find("partners/georgia")->authorities) {
      authority.sectors = sectors;
      authority.listed_in = listed_in;
      builder.Put(std::move(authority));
    }
    return Evaluate(builder.Build({}), ToGeorgia());
  };
  const auto why_not = [](const Verdict& verdict) {
    EXPECT_THAT(verdict, AllOf(Comes(Outcome::kDecisionRequired),
                               Says("3.2", "AUTHORITY_NOT_COVERED"), Says("5.8", "NO_BASIS")));
    const Reason* const row = FindRow(verdict, "3.2");
    return row == nullptr ? "" : row->sentence;
  };
  EXPECT_THAT(limited({"CUSTOMS "}, {}),
              ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_TRUE(absl::EndsWith(
      why_not(limited({"customs", "banks"}, {})),
      ", which works in \"customs\", \"banks\" (only the sectors \"customs\", \"asylum\")."));
  EXPECT_TRUE(
      absl::EndsWith(why_not(limited({}, {})),
                     ", of which no sector is known (only the sectors \"customs\", \"asylum\")."))
      << "silence is not covered";
  EXPECT_THAT(limited({}, {kAgreement}), Comes(Outcome::kPermitted)) << "the annex is its word";
  EXPECT_TRUE(
      absl::EndsWith(why_not(limited({"customs"}, {"partners/georgia/instruments/another"})),
                     ": it is not listed in its annex."));

  Question question = ToGeorgia();
  question.counterpart = "partners/georgia";
  question.mode = Mode::kExplore;
  EXPECT_THAT(Evaluate(Limited({}), question), Comes(Outcome::kPermitted));
  EXPECT_THAT(Evaluate(Limited({.sectors = {"customs"}}), question),
              AllOf(Comes(Outcome::kDecisionRequired), Says("3.2", "AUTHORITY_NOT_COVERED")))
      << "the authority that is assumed works in no sector that is known";
}

TEST(ScopeTest, OtherBasesAreStillExamined) {
  FactsBuilder builder(Limited({.offences = {"fraud"}}));
  Instrument binding;
  binding.name = "partners/georgia/instruments/safeguards";
  binding.kind = InstrumentKind::kBindingInstrument;
  binding.title = "Instrument with safeguards";
  binding.signed_on = Date("2020-01-01");
  binding.in_force = Date("2020-02-01");
  binding.applied_from = Date("2020-02-01");
  SetCertainty(binding, "all", Certainty::kFound);
  binding.scope = Limits({.offences = {"terrorism"}});
  builder.Put(binding);
  const Verdict verdict = Evaluate(builder.Build({}), ToGeorgia());
  EXPECT_THAT(verdict, AllOf(ComesBy(Outcome::kPermitted, Basis::kBindingInstrument),
                             Says("3.2", "OUTSIDE_SCOPE")));
  EXPECT_THAT(verdict.bases, ElementsAre(Basis::kBindingInstrument));

  binding.scope = Limits({.offences = {"smuggling"}});
  builder.Put(binding);
  EXPECT_THAT(Evaluate(builder.Build({}), ToGeorgia()), Comes(Outcome::kDecisionRequired));
}

TEST(ScopeTest, WhatItDoesNotCoverIsNotLeftOpenByItsDates) {
  const Facts limited = Limited({.offences = {"fraud"}});
  FactsBuilder builder(limited);
  for (Instrument instrument : limited.Find("partners/georgia")->instruments) {
    if (instrument.name != kAgreement) continue;
    SetCertainty(instrument, "all", Certainty::kUnknown);
    builder.Put(std::move(instrument));
  }
  EXPECT_THAT(Evaluate(builder.Build({}), ToGeorgia()),
              AllOf(Comes(Outcome::kDecisionRequired), Says("5.8", "NO_BASIS")));
}

TEST(ScopeTest, AScopeThatWaitsForASecondPersonCoversNothingForSure) {
  FactsBuilder builder(RealFacts());
  for (Instrument instrument : RealFacts().Find("partners/georgia")->instruments) {
    instrument.SetCertainty(Field::kScope, Certainty::kUnconfirmed);
    builder.Put(std::move(instrument));
  }
  const Facts waiting = builder.Build({});
  const Verdict verdict = Evaluate(waiting, ToGeorgia());
  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kUndetermined), Says("5.7", "DECISIVE_FIELD_UNKNOWN")));
  EXPECT_THAT(verdict.unconfirmed_fields, ::testing::Contains(std::string(kAgreement) + ".scope"));

  Question question = ToGeorgia();
  question.mode = Mode::kExplore;
  EXPECT_THAT(Evaluate(waiting, question),
              ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
}

TEST(ScopeTest, AScopeIsWidenedByWordsByTheEndOfALimitAndByTerritories) {
  const Scope limited{.territories = {"Gibraltar"},
                      .sectors = {"customs"},
                      .offences = {"fraud", "terrorism"},
                      .stages = {"trial"},
                      .subjects = {SubjectKind::kSuspect},
                      .excludes_special_categories = true};
  EXPECT_FALSE(Widens(limited, limited));
  EXPECT_FALSE(Widens({}, {.sectors = {"customs"},
                           .offences = {"fraud"},
                           .stages = {"trial"},
                           .subjects = {SubjectKind::kSuspect},
                           .excludes_special_categories = true}))
      << "without a limit everything was covered";
  const auto widened = [&limited](auto change) {
    Scope after = limited;
    change(after);
    return Widens(limited, after);
  };
  EXPECT_FALSE(widened([](Scope& s) { s.territories.clear(); }));
  EXPECT_FALSE(widened([](Scope& s) { s.offences = {"FRAUD "}; })) << "the same words";
  EXPECT_TRUE(Widens({}, {.territories = {"Gibraltar"}}));
  EXPECT_TRUE(widened([](Scope& s) { s.territories.emplace_back("Jersey"); }));
  EXPECT_TRUE(widened([](Scope& s) { s.sectors.emplace_back("asylum"); }));
  EXPECT_TRUE(widened([](Scope& s) { s.sectors.clear(); }));
  EXPECT_TRUE(widened([](Scope& s) { s.offences = {"smuggling"}; }));
  EXPECT_TRUE(widened([](Scope& s) { s.stages.clear(); }));
  EXPECT_TRUE(widened([](Scope& s) { s.subjects.push_back(SubjectKind::kOther); }));
  EXPECT_TRUE(widened([](Scope& s) { s.subjects.clear(); }));
  EXPECT_TRUE(widened([](Scope& s) { s.excludes_special_categories = false; }));
}

TEST(ScopeTest, ReadersAreToldEachLimit) {
  EXPECT_THAT(LimitsOf({}), IsEmpty());
  EXPECT_THAT(LimitsOf({.territories = {"Gibraltar"},
                        .sectors = {"customs"},
                        .offences = {"fraud", "terrorism"},
                        .stages = {"trial"},
                        .subjects = {SubjectKind::kVictim, SubjectKind::kOther},
                        .excludes_special_categories = true}),
              ElementsAre("extends to the territories \"Gibraltar\"", "sectors: only \"customs\"",
                          "offences: only \"fraud\", \"terrorism\"",
                          "stages of proceedings: only \"trial\"",
                          "persons: only victims, other persons", "no special categories of data"));
}

TEST(ScopeTest, WhomADecisionCoversForAdministrativeDataWaitsForASecondPersonAsTheAuthorityDoes) {
  Question question = Ask("united-kingdom", {});
  question.data_kind = DataKind::kAdministrative;
  EXPECT_THAT(Evaluate(RealFacts(), question), ComesBy(Outcome::kPermitted, Basis::kAdequacy));
  FactsBuilder builder(RealFacts());
  for (Authority authority : RealFacts().Find("partners/united-kingdom")->authorities) {
    authority.certainty = Certainty::kUnconfirmed;
    builder.Put(std::move(authority));
  }
  const Facts waiting = builder.Build({});
  const Verdict verdict = Evaluate(waiting, question);
  EXPECT_THAT(verdict,
              AllOf(Comes(Outcome::kUndetermined), Says("1.3", "ADMINISTRATIVE_FACT_UNKNOWN")));
  EXPECT_THAT(verdict.unconfirmed_fields,
              ::testing::Contains(absl::StrCat(question.counterpart, ".listed_in")));
  EXPECT_THAT(FindRow(verdict, "1.3")->remedy, ::testing::HasSubstr("confirms the authority"));
  question.mode = Mode::kExplore;
  EXPECT_THAT(Evaluate(waiting, question), ComesBy(Outcome::kPermitted, Basis::kAdequacy));
}

// Every authority and instrument that two words of each kind can make, by row 3.2 itself.
TEST(ScopeTest, AnAuthorityIsWidenedIfSomeInstrumentCoversItThatDidNot) {
  using Words = std::vector<std::string>;
  const std::vector<Words> sets = {{}, {"a"}, {"b"}, {"a", "b"}};
  std::vector<Instrument> instruments;
  for (const char* const name : {"one", "two", "three"}) {
    for (const Words& sectors : sets) {
      for (const Words& territories : sets) {
        instruments.push_back({.name = absl::StrCat("partners/georgia/instruments/", name),
                               .scope = Limits({.territories = territories, .sectors = sectors})});
      }
    }
  }
  struct Made {
    Authority authority;
    std::vector<bool> covered;
  };
  std::vector<Made> all;
  Question question = ToGeorgia();
  for (const Words& listed : {Words{}, Words{"one"}, Words{"two"}, Words{"one", "two"}}) {
    for (const Words& sectors : sets) {
      for (const char* const territory : {"", "a", "b"}) {
        Made made{.authority = {
                      .name = question.counterpart, .territory = territory, .sectors = sectors}};
        for (const std::string& id : listed) {
          made.authority.listed_in.push_back(absl::StrCat("partners/georgia/instruments/", id));
        }
        FactsBuilder builder(RealFacts());
        builder.Put(made.authority);
        const Facts facts = builder.Build({});
        const Evaluation evaluation(facts, question);
        for (const Instrument& instrument : instruments) {
          made.covered.push_back(Covers(instrument, evaluation));
        }
        all.push_back(std::move(made));
      }
    }
  }
  int widened = 0;
  for (const Made& before : all) {
    for (const Made& after : all) {
      bool looser = false;
      for (std::size_t i = 0; i < instruments.size(); ++i) {
        looser |= after.covered[i] && !before.covered[i];
      }
      widened += looser ? 1 : 0;
      ASSERT_EQ(Widens(before.authority, after.authority), looser)
          << ::testing::PrintToString(before.authority.listed_in)
          << Quoted(before.authority.sectors) << before.authority.territory << " -> "
          << ::testing::PrintToString(after.authority.listed_in) << Quoted(after.authority.sectors)
          << after.authority.territory;
    }
  }
  EXPECT_GT(widened, 1000);
  const Authority competent{.competent_in_criminal_matters = true};
  EXPECT_TRUE(Widens(Authority(), competent));
  EXPECT_FALSE(Widens(competent, Authority()));
}

}  // namespace
}  // namespace comity::legal
