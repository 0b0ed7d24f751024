#include "common/legal/facts.h"

#include <gmock/gmock.h>

#include "tests/unit/legal/real_facts.h"

namespace comity::legal {
namespace {

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
  Decision decision = Authorised("france", "georgia");
  builder.Put(decision);
  decision.withdrawn = Noon(kToday);
  builder.Put(decision);

  const Facts facts = builder.Build({});
  ASSERT_EQ(facts.Find("partners/france")->own_decisions.size(), 1U);
  EXPECT_TRUE(facts.Find("partners/france")->own_decisions[0].withdrawn.has_value());
}

TEST(FactsTest, DecisionsOfTheAgencyAreFiledUnderWhomTheyConcern) {
  FactsBuilder builder;
  builder.Put(Decided(DecisionKind::kSafeguardsAssessment, "", "panama"));
  Decision general = Decided(DecisionKind::kOtherPurposeByLaw, "", "panama");
  general.counterparts.clear();
  builder.Put(general);

  const Facts facts = builder.Build({});
  EXPECT_EQ(facts.Find("partners/panama")->agency_decisions.size(), 1U);
  EXPECT_EQ(facts.GeneralAgencyDecisions().size(), 1U);
  EXPECT_EQ(facts.Find(""), nullptr) << "decisions that name nobody make nobody known";
  EXPECT_EQ(facts.partners(), 0U);
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
