#include "common/legal/facts.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

Decision OfAnyCase(Decision decision) {
  decision.case_reference.clear();
  return decision;
}

TEST(FactsTest, ALaterRevisionLeavesTheEarlierOneAsItWas) {
  const Facts before = RealFacts();
  FactsBuilder builder(before);
  builder.Erase("partners/georgia/instruments/cooperation-agreement");
  const Facts after = builder.Build({.store_id = "s", .number = 8});

  EXPECT_EQ(before.Find("partners/georgia")->instruments.size(), 1U);
  EXPECT_TRUE(after.Find("partners/georgia")->instruments.empty());
  EXPECT_EQ(before.revision().number, 7);
  EXPECT_EQ(after.revision().number, 8);
  EXPECT_EQ(before.Find("partners/moldova"), after.Find("partners/moldova")) << "shared";
}

TEST(FactsTest, ADecisionIsReplacedByItsLaterState) {
  FactsBuilder builder;
  Decision decision = OfAnyCase(Authorised("france", "georgia"));
  builder.Put(decision);
  decision.withdrawn = Noon(kToday);
  builder.Put(decision);

  const Facts facts = builder.Build({});
  ASSERT_EQ(facts.Find("partners/france")->own_decisions.size(), 1U);
  EXPECT_TRUE(facts.Find("partners/france")->own_decisions[0].withdrawn.has_value());
}

TEST(FactsTest, DecisionsOfTheAgencyAreFiledUnderWhomTheyConcern) {
  FactsBuilder builder;
  builder.Put(OfAnyCase(Decided(DecisionKind::kSafeguardsAssessment, "", "panama")));
  Decision general = OfAnyCase(Decided(DecisionKind::kOtherPurposeByLaw, "", "panama"));
  general.counterparts.clear();
  builder.Put(general);

  const Facts facts = builder.Build({});
  EXPECT_EQ(facts.Find("partners/panama")->agency_decisions.size(), 1U);
  EXPECT_EQ(facts.GeneralAgencyDecisions().size(), 1U);
  EXPECT_EQ(facts.Find(""), nullptr) << "decisions that name nobody make nobody known";
  EXPECT_EQ(facts.partners(), 0U);
}

TEST(FactsTest, DecisionsOfACaseAreSeenByWhoAsksOfItAlone) {
  Facts facts = RealFacts();
  const std::size_t general = facts.Find("partners/france")->own_decisions.size();
  for (int i = 0; i < 1000; ++i) {
    Decision decision = Authorised("france", "georgia");
    decision.name = absl::StrCat("decisions/", i);
    decision.case_reference = absl::StrCat("CASE-", i / 2);
    FactsBuilder builder(facts);
    builder.Put(decision);
    facts = builder.Build({.number = i});
  }
  EXPECT_EQ(facts.Find("partners/france")->own_decisions.size(), general);
  EXPECT_TRUE(facts.DecisionsOfCase("partners/france", "").empty());
  EXPECT_TRUE(facts.DecisionsOfCase("partners/france", "CASE-500").empty());
  EXPECT_TRUE(facts.DecisionsOfCase("partners/italy", "CASE-7").empty());
  EXPECT_TRUE(facts.DecisionsOfCase("", "CASE-7").empty());
  const std::vector<Decision>& found = facts.DecisionsOfCase("partners/france", "CASE-7");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "decisions/14");

  FactsBuilder builder(facts);
  Decision withdrawn = found[1];
  withdrawn.withdrawn = Noon(kToday);
  builder.Put(withdrawn);
  const Facts after = builder.Build({});
  EXPECT_FALSE(found[1].withdrawn.has_value()) << "of the earlier revision";
  EXPECT_TRUE(after.DecisionsOfCase("partners/france", "CASE-7")[1].withdrawn.has_value());
  EXPECT_EQ(&facts.DecisionsOfCase("partners/france", "CASE-8"),
            &after.DecisionsOfCase("partners/france", "CASE-8"))
      << "shared";
}

TEST(FactsTest, WhetherADecisionIsOfACaseOrOfAllTheFirstByNameIsCited) {
  for (const char* const name : {"decisions/1", "decisions/9"}) {
    FactsBuilder builder(RealFacts());
    Decision of_case = Authorised("france", "georgia");
    of_case.name = name;
    builder.Put(of_case);
    Decision general = OfAnyCase(of_case);
    general.name = "decisions/5";
    builder.Put(general);
    const Verdict verdict = Evaluate(builder.Build({}), Ask("georgia", {MemberState("france")}));
    EXPECT_THAT(FindRow(verdict, "4.1")->facts,
                ::testing::Contains(std::min<std::string>(name, "decisions/5")));
  }
}

TEST(FactsTest, PartnerOfIsTheFirstTwoSegments) {
  EXPECT_EQ(PartnerOf("partners/x/authorities/y"), "partners/x");
  EXPECT_EQ(PartnerOf("partners/x"), "partners/x");
  EXPECT_EQ(PartnerOf("partners/"), "");
  EXPECT_EQ(PartnerOf("decisions/x"), "");
}

TEST(FactsTest, CertaintyIsSetByTheNamesOfTheData) {
  Instrument instrument;
  EXPECT_TRUE(SetCertainty(instrument, "period", Certainty::kFound));
  EXPECT_EQ(instrument.CertaintyOf(Field::kAppliedFrom), Certainty::kFound);
  EXPECT_EQ(instrument.CertaintyOf(Field::kEnded), Certainty::kFound);
  EXPECT_EQ(instrument.CertaintyOf(Field::kInForce), Certainty::kUnspecified);
  EXPECT_FALSE(SetCertainty(instrument, "reference", Certainty::kFound));
}

}  // namespace
}  // namespace comity::legal
