#include "common/legal/supposition.h"

#include "common/legal/evaluate.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;

constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";
constexpr char kAdequacy[] = "partners/united-kingdom/instruments/adequacy-3";

Supposed If(const char* instrument, Supposition supposition, const char* day) {
  const auto supposed =
      Suppose(RealFacts(), {.instrument = instrument, .supposition = supposition, .day = Day(day)});
  EXPECT_THAT(supposed, IsOk());
  return *supposed;
}

const Instrument& Find(const Facts& facts, const std::string& name) {
  for (const Instrument& instrument : facts.Find(PartnerOf(name))->instruments) {
    if (instrument.name == name) return instrument;
  }
  ADD_FAILURE() << name;
  return facts.Find(PartnerOf(name))->instruments.front();
}

Outcome GeorgiaOn(const Facts& facts, const char* day) {
  Question question = Ask("georgia", {MemberState("france")});
  question.decisions = {Authorised("france", "georgia")};
  question.instant = Noon(day);
  return Evaluate(facts, question).outcome;
}

TEST(SuppositionTest, WhatLapsesGivesNoBasisFromThatDayOn) {
  const Supposed supposed = If(kAgreement, Supposition::kLapses, "2026-12-01");

  EXPECT_EQ(GeorgiaOn(supposed.facts, "2026-11-30"), Outcome::kPermitted);
  EXPECT_EQ(GeorgiaOn(supposed.facts, "2026-12-01"), Outcome::kDecisionRequired);
  EXPECT_EQ(supposed.from, Day("2026-12-01"));
  EXPECT_EQ(GeorgiaOn(RealFacts(), "2026-12-01"), Outcome::kPermitted) << "a question is no change";
}

TEST(SuppositionTest, WhatIsSuspendedGivesNoBasisFromThatDayOn) {
  const Supposed supposed = If(kAgreement, Supposition::kSuspended, "2026-12-01");

  EXPECT_EQ(GeorgiaOn(supposed.facts, "2026-11-30"), Outcome::kPermitted);
  EXPECT_EQ(GeorgiaOn(supposed.facts, "2026-12-01"), Outcome::kDecisionRequired);
}

TEST(SuppositionTest, AnExtensionMakesADifferenceFromTheDayAfterThePresentEnd) {
  const Supposed supposed = If(kAdequacy, Supposition::kExtended, "2035-12-27");

  EXPECT_EQ(supposed.from, Day("2031-12-28"));
  EXPECT_EQ(Find(supposed.facts, kAdequacy).ended, Date("2035-12-27"));
  EXPECT_EQ(Find(supposed.facts, kAdequacy).CertaintyOf(Field::kEnded), Certainty::kFound);
}

TEST(SuppositionTest, AnExtensionTakesANoticeBack) {
  FactsBuilder builder = RealFactsBuilder();
  Instrument noticed = Find(RealFacts(), kAgreement);
  noticed.notified_end = Date("2027-03");
  builder.Put(noticed);

  const auto supposed = Suppose(
      builder.Build({}),
      {.instrument = kAgreement, .supposition = Supposition::kExtended, .day = Day("2030-01-01")});

  ASSERT_THAT(supposed, IsOk());
  EXPECT_EQ(supposed->from, Day("2027-03-02"));
  EXPECT_FALSE(Find(supposed->facts, kAgreement).notified_end.known());
}

TEST(SuppositionTest, WhatItCoversStaysWhateverItsDaysWouldBe) {
  FactsBuilder builder = RealFactsBuilder();
  Instrument limited = Find(RealFacts(), kAgreement);
  limited.scope = Limits({.offences = {"terrorism"}});
  builder.Put(limited);

  const auto supposed = Suppose(
      builder.Build({}),
      {.instrument = kAgreement, .supposition = Supposition::kExtended, .day = Day("2030-01-01")});

  ASSERT_THAT(supposed, IsOk());
  EXPECT_EQ(GeorgiaOn(supposed->facts, "2026-12-01"), Outcome::kDecisionRequired);
}

TEST(SuppositionTest, WhatEndsEarlierAnywayStaysAsItIs) {
  const Supposed supposed = If(kAdequacy, Supposition::kLapses, "2032-01-01");

  EXPECT_EQ(Find(supposed.facts, kAdequacy).ended, Date("2031-12-27"));
}

TEST(SuppositionTest, TheRevisionIsThatOfTheFacts) {
  FactsBuilder builder = RealFactsBuilder();
  const Facts facts = builder.Build({.store_id = "store", .number = 7});

  const auto supposed = Suppose(
      facts,
      {.instrument = kAgreement, .supposition = Supposition::kLapses, .day = Day("2026-12-01")});

  ASSERT_THAT(supposed, IsOk());
  EXPECT_EQ(supposed->facts.revision(), facts.revision());
}

TEST(SuppositionTest, AnExtensionThatEndsBeforeIsRefused) {
  EXPECT_THAT(Suppose(RealFacts(), {.instrument = kAdequacy,
                                    .supposition = Supposition::kExtended,
                                    .day = Day("2030-01-01")}),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
}

TEST(SuppositionTest, WhatIsNotThereCannotBeSupposed) {
  for (const char* const name :
       {"partners/georgia/instruments/treaty", "partners/nowhere/instruments/treaty", "georgia"}) {
    EXPECT_THAT(Suppose(RealFacts(), {.instrument = name,
                                      .supposition = Supposition::kLapses,
                                      .day = Day("2026-12-01")}),
                FailsWith(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"))
        << name;
  }
}

}  // namespace
}  // namespace comity::legal
