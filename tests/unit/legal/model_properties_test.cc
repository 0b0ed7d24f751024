// What holds of every verdict, on registries made at random too (properties_test.cc: on the real
// ones).
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/for_each_case.h"
#include "tests/unit/legal/nearness.h"
#include "tests/unit/legal/small_case.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal::naive {
namespace {

constexpr int kCases = 10000;

using IsNoBetter = bool (*)(Outcome before, Outcome after);

void ExpectNoNearer(const Verdict& before, const Verdict& after, const Case& made,
                    IsNoBetter no_better) {
  EXPECT_TRUE(no_better(before.outcome, after.outcome) &&
              no_better(before.before_use, after.before_use))
      << Describe(made) << "\nbefore " << ::testing::PrintToString(before) << "\nafter "
      << ::testing::PrintToString(after);
}

TEST(ModelPropertiesTest, AnUnknownNeverTurnsAResultIntoPermitted) {
  int tried = 0;
  ForEachCase(Cases(kCases), [&](RandomWorlds& worlds, const World& world, const Facts& facts,
                                 const Question& question) {
    const Verdict before = Evaluate(facts, question);
    if (::testing::Matches(MayBeUsed())(before)) return;
    ++tried;
    const World less_known = worlds.WithAnUnknown(world, question);
    EXPECT_THAT(Evaluate(ToFacts(less_known), question), ::testing::Not(MayBeUsed()))
        << Describe({.world = less_known, .question = question}) << "\nbefore "
        << ::testing::PrintToString(before);
    const Question less_said = worlds.WithAnUnknown(question);
    EXPECT_THAT(Evaluate(facts, less_said), ::testing::Not(MayBeUsed()))
        << Describe({.world = world, .question = less_said}) << "\nbefore "
        << ::testing::PrintToString(before);
  });
  EXPECT_GT(tried, Cases(kCases) / 2);
}

TEST(ModelPropertiesTest, WithdrawingADecisionNeverImprovesAResult) {
  int worse = 0;
  ForEachCase(Cases(kCases), [&](RandomWorlds& worlds, const World& world, const Facts& facts,
                                 const Question& question) {
    const Case made = worlds.WithAWithdrawal({.world = world, .question = question});
    const Verdict before = Evaluate(facts, question);
    const Verdict after = Evaluate(ToFacts(made.world), made.question);
    ExpectNoNearer(before, after, made, NoBetter);
    worse += Nearness(after.outcome) < Nearness(before.outcome) ? 1 : 0;
  });
  EXPECT_GT(worse, Cases(kCases) / 100) << "hardly any decision mattered";
}

TEST(ModelPropertiesTest, EndingAnInstrumentNeverImprovesAResult) {
  int worse = 0;
  ForEachCase(Cases(kCases), [&](RandomWorlds& worlds, const World& world, const Facts& facts,
                                 const Question& question) {
    const Case made = {.world = worlds.WithAnEnd(world, question), .question = question};
    const Verdict before = Evaluate(facts, question);
    const Verdict after = Evaluate(ToFacts(made.world), question);
    ExpectNoNearer(before, after, made, NoBetterWithout);
    worse += Nearness(after.outcome) < Nearness(before.outcome) ? 1 : 0;
  });
  EXPECT_GT(worse, Cases(kCases) / 200) << "hardly any instrument mattered";
}

TEST(ModelPropertiesTest, ALimitToWhatAnInstrumentCoversNeverImprovesAResultAndEachMayEndIt) {
  std::map<std::string, int> worse;
  ForEachCase(Cases(kCases), [&](RandomWorlds& worlds, const World& world, const Facts& facts,
                                 const Question& question) {
    std::string limit;
    const Case made = {.world = worlds.WithALimit(world, question, limit), .question = question};
    const Verdict before = Evaluate(facts, question);
    const Verdict after = Evaluate(ToFacts(made.world), question);
    ExpectNoNearer(before, after, made, NoBetterWithout);
    worse[limit] += Nearness(after.outcome) < Nearness(before.outcome) ? 1 : 0;
  });
  for (const char* const limit :
       {"sectors", "offences", "stages", "subjects", "excludes_special_categories"}) {
    EXPECT_GT(worse[limit], 0) << limit << " never mattered";
  }
}

TEST(ModelPropertiesTest, WhatIsPermittedOnConfirmedFactsIsPermittedToWhoExplores) {
  int permitted = 0;
  ForEachCase(Cases(kCases),
              [&](RandomWorlds&, const World& world, const Facts& facts, Question question) {
                question.mode = Mode::kOperate;
                question.public_on.reset();
                if (Evaluate(facts, question).outcome != Outcome::kPermitted) return;
                ++permitted;
                question.mode = Mode::kExplore;
                EXPECT_THAT(Evaluate(facts, question), Comes(Outcome::kPermitted))
                    << Describe({.world = world, .question = question});
              });
  EXPECT_GT(permitted, Cases(kCases) / 50);
}

TEST(ModelPropertiesTest, TransmissionsNeverCiteTheArticlesOnTransfers) {
  int transmissions = 0;
  ForEachCase(Cases(kCases),
              [&](RandomWorlds&, const World& world, const Facts& facts, const Question& question) {
                LegalClass on_day = LegalClass::kUnspecified;
                for (const Partner& partner : world.partners) {
                  if (partner.name == PartnerIn(question.counterpart)) {
                    on_day = ClassOn(partner, ViewOf(question));
                  }
                }
                if (on_day != LegalClass::kUnionBody && on_day != LegalClass::kMemberState &&
                    on_day != LegalClass::kMemberStateNotBound) {
                  return;
                }
                ++transmissions;
                const Verdict verdict = Evaluate(facts, question);
                for (const Reason& reason : verdict.reasons) {
                  for (const char* const article : {"56(", "57", "58", "59"}) {
                    EXPECT_FALSE(absl::StrContains(reason.article, article))
                        << reason.row << " " << reason.article << "\n"
                        << Describe({.world = world, .question = question});
                  }
                }
                for (const Basis basis : verdict.bases) EXPECT_GE(basis, Basis::kDenmarkAgreement);
              });
  EXPECT_GT(transmissions, Cases(kCases) / 10);
}

}  // namespace
}  // namespace comity::legal::naive
