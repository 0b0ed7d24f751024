#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

Verdict Second(const Facts& facts, absl::string_view partner) {
  return EvaluateSecondment(
      facts, {.instant = Noon(kToday), .partner = absl::StrCat("partners/", partner)});
}

Facts Allowing(absl::string_view partner, absl::string_view instrument, bool allows) {
  const std::string name = absl::StrCat("partners/", partner);
  FactsBuilder builder(RealFacts());
  for (Instrument found : RealFacts().Find(name)->instruments) {
    if (found.name != absl::StrCat(name, "/instruments/", instrument)) continue;
    found.allows_secondment = allows;
    found.SetCertainty(Field::kAllowsSecondment, Certainty::kFound);
    builder.Put(found);
  }
  return builder.Build({});
}

TEST(SecondmentTest, RestsOnAnAgreementThatAllowsIt) {
  const Verdict verdict = Second(Allowing("georgia", "cooperation-agreement", true), "georgia");

  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_THAT(verdict.conditions, ::testing::Contains(::testing::HasSubstr("54a(3)")));
}

TEST(SecondmentTest, IsRefusedIfTheAgreementDoesNotAllowIt) {
  EXPECT_THAT(Second(Allowing("georgia", "cooperation-agreement", false), "georgia"),
              Comes(Outcome::kRefused));
}

TEST(SecondmentTest, IsUndeterminedIfNobodyConfirmedWhetherItIsAllowed) {
  EXPECT_THAT(Second(RealFacts(), "georgia"), Comes(Outcome::kUndetermined));
  EXPECT_THAT(Second(RealFacts(), "nowhere"), Comes(Outcome::kUndetermined));
}

TEST(SecondmentTest, NeverRestsOnAdequacyOrArrangements) {
  FactsBuilder builder(Allowing("united-kingdom", "adequacy-3", true));
  builder.Erase("partners/united-kingdom/instruments/tca");
  EXPECT_THAT(Second(builder.Build({}), "united-kingdom"), Comes(Outcome::kRefused));
  EXPECT_THAT(Second(RealFacts(), "panama"), Comes(Outcome::kRefused));
}

TEST(SecondmentTest, IsForThirdCountriesOnly) {
  EXPECT_THAT(Second(RealFacts(), "france"), Comes(Outcome::kRefused));
}

}  // namespace
}  // namespace comity::legal
