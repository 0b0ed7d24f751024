#include "common/legal/deciding_reason.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/for_each_case.h"

namespace comity::legal::naive {
namespace {

// The list is what the check says, both ways: no verdict is counted as another's, and no word of
// the list is one that never comes.
TEST(DecidingReasonTest, TheListHasWhatTheCheckSaysAndNothingElse) {
  std::set<std::size_t> reached;
  ForEachCase(100'000,
              [&](RandomWorlds&, const World&, const Facts& facts, const Question& question) {
                const Verdict verdict = Evaluate(facts, question);
                const std::size_t place = DecidingReasonOf(verdict);
                const DecidingReason& found = DecidingReasons().at(place);
                ASSERT_EQ(found.outcome, verdict.outcome);
                std::string code = "NONE";
                for (const Reason& reason : verdict.reasons) {
                  if (verdict.outcome == Outcome::kPermitted || reason.outcome != verdict.outcome)
                    continue;
                  code = reason.code;
                  break;
                }
                ASSERT_EQ(found.code, code) << "enter it in deciding_reason.cc";
                reached.insert(place);
              });
  for (std::size_t place = 0; place < DecidingReasons().size(); ++place) {
    const DecidingReason& listed = DecidingReasons()[place];
    EXPECT_EQ(reached.count(place), listed.code == "OTHER" ? 0U : 1U)
        << absl::StrCat(Name(listed.outcome), " ", listed.code);
  }
}

TEST(DecidingReasonTest, WhatIsNotListedIsCountedAsOther) {
  Verdict verdict{.outcome = Outcome::kRefused};
  EXPECT_EQ(DecidingReasons()[DecidingReasonOf(verdict)].code, "OTHER");
  verdict.reasons.push_back({.outcome = Outcome::kRefused, .code = "SOMETHING_NEW"});
  EXPECT_EQ(DecidingReasons()[DecidingReasonOf(verdict)].code, "OTHER");
  EXPECT_EQ(DecidingReasons()[DecidingReasonOf(verdict)].outcome, Outcome::kRefused);
}

}  // namespace
}  // namespace comity::legal::naive
