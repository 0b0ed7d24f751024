// The transfer check against the naive model of the law (naive_model.h), on registries and
// questions made at random.
#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/for_each_case.h"
#include "tests/unit/legal/naive_model.h"
#include "tests/unit/legal/small_case.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal::naive {
namespace {

Conclusion Said(const Verdict& verdict) {
  Conclusion said{
      .outcome = verdict.outcome, .before_use = verdict.before_use, .bases = verdict.bases};
  for (const Reason& reason : verdict.reasons) said.rows.insert({reason.row, reason.outcome});
  for (const Route& route : verdict.routes) {
    said.routes.insert(route.decisions.begin(), route.decisions.end());
  }
  return said;
}

// Whether an instrument is a basis for an authority that acts for a territory and is in no annex:
// such as extends to that territory.
bool RestsOnATerritory(const World& world, const Question& question, const Conclusion& said) {
  if (said.bases.empty() || said.bases.front() > Basis::kBindingInstrument) return false;
  return std::any_of(world.authorities.begin(), world.authorities.end(),
                     [&question](const Authority& authority) {
                       return authority.name == question.counterpart &&
                              !authority.territory.empty() && authority.listed_in.empty();
                     });
}

bool Differ(const Case& made) {
  return Said(Evaluate(ToFacts(made.world), made.question)) != Conclude(made.world, made.question);
}

// Each row with each outcome it may come to, so that nothing of the table stays untried.
constexpr const char* kRows[] = {"1.1 REFUSED",
                                 "1.1 UNDETERMINED",
                                 "1.2 PERMITTED",
                                 "1.3 PERMITTED",
                                 "1.3 UNDETERMINED",
                                 "1.3 DECISION_REQUIRED",
                                 "1.4 REFUSED",
                                 "1.5 OUT_OF_SCOPE",
                                 "1.5 PERMITTED",
                                 "1.6 OUT_OF_SCOPE",
                                 "1.7 PERMITTED",
                                 "1.8 PERMITTED",
                                 "1.9 PERMITTED",
                                 "1.9 UNDETERMINED",
                                 "1.9 REFUSED",
                                 "1.10 PERMITTED",
                                 "1.10 PERMITTED_SUBJECT_TO",
                                 "1.11 PERMITTED",
                                 "2.1 PERMITTED_SUBJECT_TO",
                                 "2.2 PERMITTED_SUBJECT_TO",
                                 "2.3 REFUSED",
                                 "2.4 PERMITTED",
                                 "2.4 UNDETERMINED",
                                 "2.4 DECISION_REQUIRED",
                                 "2.5 PERMITTED",
                                 "2.5 REFUSED",
                                 "2.6 PERMITTED",
                                 "2.6 UNDETERMINED",
                                 "2.6 DECISION_REQUIRED",
                                 "2.6 REFUSED",
                                 "2.7 PERMITTED",
                                 "2.7 PERMITTED_SUBJECT_TO",
                                 "3.1 PERMITTED",
                                 "3.1 PERMITTED_SUBJECT_TO",
                                 "3.1 UNDETERMINED",
                                 "3.1 REFUSED",
                                 "3.2 PERMITTED",
                                 "3.2 UNDETERMINED",
                                 "3.2 DECISION_REQUIRED",
                                 "3.3 PERMITTED_SUBJECT_TO",
                                 "3.4 REFUSED",
                                 "4.1 PERMITTED",
                                 "4.2 PERMITTED_SUBJECT_TO",
                                 "4.2 UNDETERMINED",
                                 "4.3 PERMITTED",
                                 "4.4 PERMITTED",
                                 "4.4 PERMITTED_SUBJECT_TO",
                                 "4.4 UNDETERMINED",
                                 "4.5 PERMITTED",
                                 "4.5 REFUSED",
                                 "4.6 PERMITTED",
                                 "4b.1 PERMITTED",
                                 "4b.1 PERMITTED_SUBJECT_TO",
                                 "4b.1 UNDETERMINED",
                                 "4b.2 PERMITTED",
                                 "4b.2 PERMITTED_SUBJECT_TO",
                                 "4b.2 UNDETERMINED",
                                 "4b.3 PERMITTED",
                                 "4b.3 DECISION_REQUIRED",
                                 "4b.4 PERMITTED",
                                 "4b.4 REFUSED",
                                 "5.0 PERMITTED",
                                 "5.1 PERMITTED",
                                 "5.2 PERMITTED",
                                 "5.3 PERMITTED",
                                 "5.4 PERMITTED",
                                 "5.5 PERMITTED",
                                 "5.6 PERMITTED",
                                 "5.7 UNDETERMINED",
                                 "5.8 DECISION_REQUIRED",
                                 "5.9 DECISION_REQUIRED",
                                 "5.10 PERMITTED",
                                 "5.10 UNDETERMINED",
                                 "5.10 DECISION_REQUIRED"};

TEST(ModelTest, TheTransferCheckSaysWhatTheTableSays) {
  const int cases = Cases(100000);
  std::map<std::string, int> reached;
  int released = 0;
  int on_a_territory = 0;
  ForEachCase(
      cases, [&](RandomWorlds&, const World& world, const Facts& facts, const Question& question) {
        const Conclusion model = Conclude(world, question);
        if (Said(Evaluate(facts, question)) != model) {
          const Case small = Shrink({.world = world, .question = question}, Differ);
          const Verdict verdict = Evaluate(ToFacts(small.world), small.question);
          FAIL() << Describe(small) << "\nthe model says "
                 << Describe(Conclude(small.world, small.question)) << "\nthe check says "
                 << Describe(Said(verdict)) << "\nin full " << ::testing::PrintToString(verdict);
        }
        for (const auto& [row, outcome] : model.rows)
          ++reached[absl::StrCat(row, " ", Name(outcome))];
        released += model.outcome == Outcome::kPermitted ? 1 : 0;
        on_a_territory += RestsOnATerritory(world, question, model) ? 1 : 0;
      });
  for (const char* const row : kRows) {
    EXPECT_GE(reached[row], cases / 2000) << row << " is hardly tried";
  }
  EXPECT_GE(released, cases / 50) << "hardly anything is permitted";
  EXPECT_GE(on_a_territory, cases / 20000) << "hardly an instrument extends to a territory";
}

TEST(ModelTest, TheSecondmentCheckSaysWhatTheLawSays) {
  const int cases = Cases(20000);
  std::map<std::string, int> reached;
  const auto ask = [](const Question& question) -> SecondmentQuestion {
    return {.instant = question.instant,
            .mode = question.mode,
            .partner = PartnerIn(question.counterpart)};
  };
  const auto differ = [&](const Case& made) {
    return Said(EvaluateSecondment(ToFacts(made.world), ask(made.question))) !=
           Conclude(made.world, ask(made.question));
  };
  ForEachCase(
      cases, [&](RandomWorlds&, const World& world, const Facts& facts, const Question& question) {
        const Conclusion model = Conclude(world, ask(question));
        if (Said(EvaluateSecondment(facts, ask(question))) != model) {
          const Case small = Shrink({.world = world, .question = question}, differ);
          FAIL() << Describe(small) << "\nthe model says "
                 << Describe(Conclude(small.world, ask(small.question))) << "\nthe check says "
                 << Describe(Said(EvaluateSecondment(ToFacts(small.world), ask(small.question))));
        }
        ++reached[std::string(Name(model.outcome))];
      });
  for (const char* const outcome : {"PERMITTED", "UNDETERMINED", "REFUSED"}) {
    EXPECT_GE(reached[outcome], cases / 200) << outcome << " is hardly tried";
  }
}

}  // namespace
}  // namespace comity::legal::naive
