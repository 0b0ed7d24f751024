#include "common/legal/reliance.h"

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "common/legal/explain.h"
#include "common/legal/table.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(RelianceTest, WhatAPermittedTransferCitesIsItsBasisItsAuthorisationAndItsAuthority) {
  Question question = Ask("georgia", {MemberState("france")});
  question.decisions = {Authorised("france", "georgia")};
  question.decisions[0].name = "decisions/1";

  const std::vector<std::string> cited = CitedFacts(Evaluate(RealFacts(), question));

  EXPECT_THAT(cited, Contains("partners/georgia/instruments/cooperation-agreement"));
  EXPECT_THAT(cited, Contains("decisions/1"));
  EXPECT_THAT(cited, Contains("partners/georgia/authorities/prosecution"));
}

TEST(RelianceTest, TheAuthorityIsCitedOnEveryTrackThatLooksAtWhoReceives) {
  for (const char* partner : {"georgia", "denmark", "italy", "eppo"}) {
    SCOPED_TRACE(partner);
    FactsBuilder facts(RealFacts());
    const std::string authority = absl::StrCat("partners/", partner, "/authorities/prosecution");
    facts.Put(Authority{.name = authority,
                        .competent_in_criminal_matters = true,
                        .last_verified = Date("2026-10-01"),
                        .certainty = Certainty::kFound});
    facts.SetOpeners(authority, {{.key_until = absl::InfiniteFuture()}});
    Question question = Ask(partner, {PublicSource()});
    question.counterpart = authority;

    EXPECT_THAT(CitedFacts(Evaluate(facts.Build({}), question)), Contains(authority));
  }
}

TEST(RelianceTest, EachFactIsCitedOnceInTheOrderOfNames) {
  Verdict verdict;
  verdict.reasons = {{.facts = {"partners/b", "partners/a"}}, {.facts = {"partners/b"}}};

  EXPECT_THAT(CitedFacts(verdict), ElementsAre("partners/a", "partners/b"));
}

TEST(RelianceTest, WhatIsOnlySaidForClarityIsNotReliedOn) {
  Verdict verdict;
  verdict.reasons = {{.row = "3.2", .facts = {"partners/a/instruments/annex"}},
                     {.row = "5.2", .facts = {"partners/a/instruments/agreement"}},
                     {.row = "5.10", .facts = {"partners/a/instruments/memorandum"}}};

  EXPECT_THAT(CitedFacts(verdict), ElementsAre("partners/a/instruments/agreement"));
}

TEST(RelianceTest, TheTableSaysWhichRowsOnlyExplain) {
  for (const TablePhase& phase : DecisionTable()) {
    for (const TableRow& row : phase.rows) {
      EXPECT_EQ(RestsOn(row.row), !row.outcomes.empty()) << row.row;
    }
  }
}

TEST(RelianceTest, ASearchCoversItsRevisionsAndWhatCannotBeExcluded) {
  const RelianceQuery query{.fact = "partners/a", .store_id = "store", .from = 3, .before = 5};

  EXPECT_FALSE(query.Covers({.store_id = "store", .number = 2}));
  EXPECT_TRUE(query.Covers({.store_id = "store", .number = 3}));
  EXPECT_TRUE(query.Covers({.store_id = "store", .number = 4}));
  EXPECT_FALSE(query.Covers({.store_id = "store", .number = 5}));
  EXPECT_TRUE(query.Covers({.store_id = "another", .number = 9}));
  EXPECT_TRUE(RelianceQuery{.fact = "partners/a"}.Covers({.store_id = "another", .number = 9}));
}

TEST(ExplainTest, WhatDecidesIsSaidWithWhatToDoAndNothingElse) {
  Verdict verdict;
  verdict.outcome = Outcome::kRefused;
  verdict.reasons = {{.outcome = Outcome::kPermitted, .sentence = "All is well.", .remedy = "Go."},
                     {.outcome = Outcome::kRefused, .sentence = "It is closed.", .remedy = "Ask."},
                     {.outcome = Outcome::kRefused, .sentence = "It is late."}};

  EXPECT_EQ(Explain(verdict), "It is closed. Ask. It is late.");
  EXPECT_EQ(ToDo(verdict), "Ask.");
  verdict.outcome = Outcome::kUndetermined;
  EXPECT_THAT(Explain(verdict), IsEmpty());
}

TEST(ExplainTest, WithoutABasisTheDecisionIsNamed) {
  EXPECT_THAT(ToDo(Evaluate(RealFacts(), Ask("panama", {PublicSource()}))),
              HasSubstr("authorised person"));
}

}  // namespace
}  // namespace comity::legal
