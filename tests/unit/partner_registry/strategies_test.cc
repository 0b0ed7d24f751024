#include "services/partner-registry/domain/strategies.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::CivilDay kToday(2026, 11, 23);

class StrategiesTest : public ::testing::Test {
 protected:
  static Strategy Wanted() {
    return {.id = "s2024",
            .title = "Strategy on cooperation with international partners",
            .from = "2024-01-01",
            .to = "2027-12-31",
            .adopted = "2023",
            .evidence = "College decision 2023-15",
            .priorities = {{"contact-points", "Contact points"}},
            .partners = {{"georgia", {"contact-points"}}, {"algeria", {}}}};
  }

  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  void Set(const Strategy& strategy) { Take(PlanSetStrategy(registry_, strategy, "")); }

  std::string GapOf(const std::string& partner, absl::CivilDay day = kToday) const {
    for (const StrategyGap& gap : GapsOn(registry_, day)) {
      if (gap.partner != partner) continue;
      return gap.kind == GapKind::kNotListed ? "not listed" : "nothing done";
    }
    return "";
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(StrategiesTest, PeriodsDoNotOverlap) {
  Set(Wanted());
  Strategy next = Wanted();
  next.id = "s2028";
  next.from = "2027-12-31";
  next.to = "2031-12-31";
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "STRATEGY_INVALID");
  EXPECT_THAT(PlanSetStrategy(registry_, next, ""), invalid);
  next.from = "2028-01-01";
  Set(next);
  EXPECT_EQ(StrategyOn(registry_, absl::CivilDay(2027, 12, 31))->id, "s2024");
  EXPECT_EQ(StrategyOn(registry_, absl::CivilDay(2028, 1, 1))->id, "s2028");
  EXPECT_EQ(StrategyOn(registry_, absl::CivilDay(2023, 12, 31)), nullptr);
}

TEST_F(StrategiesTest, AChangeWithAnOldEtagIsRefusedAndTheSameAgainIsNone) {
  Set(Wanted());
  EXPECT_THAT(PlanSetStrategy(registry_, Wanted(), "")->facts, IsEmpty());
  Strategy changed = Wanted();
  changed.partners.pop_back();
  EXPECT_THAT(PlanSetStrategy(registry_, changed, "\"1\""),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(PlanSetStrategy(registry_, changed, "\"2\""), IsOk());
  changed.id = "another";
  changed.from = "2030-01-01";
  changed.to = "2030-01-02";
  EXPECT_THAT(PlanSetStrategy(registry_, changed, "\"2\""),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"))
      << "a new one has none";
}

TEST_F(StrategiesTest, BadFieldsAreRefused) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "STRATEGY_INVALID");
  const auto refused = [&](auto change) {
    Strategy wrong = Wanted();
    change(wrong);
    return PlanSetStrategy(registry_, wrong, "").status();
  };
  EXPECT_THAT(refused([](Strategy& s) { s.id = "2024"; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.title = ""; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.to = "2023-12-31"; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.adopted = "soon"; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.evidence = ""; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) {
                s.priorities.push_back({"contact-points", "again"});
              }),
              invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.partners[0].partner = "atlantis"; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.partners[1].partner = "georgia"; }), invalid);
  EXPECT_THAT(refused([](Strategy& s) { s.partners[0].priorities = {"unknown"}; }), invalid);
}

TEST_F(StrategiesTest, WithoutAStrategyThatIsTheGap) {
  const auto gaps = GapsOn(registry_, kToday);
  ASSERT_THAT(gaps, SizeIs(1));
  EXPECT_EQ(gaps[0].kind, GapKind::kNoStrategy);
  EXPECT_THAT(gaps[0].sentence, HasSubstr("EJR 52"));
}

TEST_F(StrategiesTest, RelationsThatAreNotListedAndListedOnesWithoutAStepAreGaps) {
  Set(Wanted());
  EXPECT_EQ(GapOf("moldova"), "not listed") << "a cooperation agreement is in force";
  EXPECT_EQ(GapOf("france"), "") << "a Member State needs no listing";
  EXPECT_EQ(GapOf("eppo"), "") << "nor does a Union body";
  EXPECT_EQ(GapOf("croatia"), "");
  EXPECT_EQ(GapOf("georgia"), "") << "its contact point was verified in the period";
  EXPECT_EQ(GapOf("algeria"), "") << "it joined a project in 2024";
  EXPECT_EQ(GapOf("algeria", absl::CivilDay(2024, 1, 1)), "");

  Strategy changed = Wanted();
  changed.partners.push_back({"liechtenstein", {}});
  Set(changed);
  EXPECT_EQ(GapOf("liechtenstein"), "nothing done");
  registry_ = After(std::move(registry_),
                    {Consultation{.partner = "liechtenstein", .id = "c1", .opened = "2026-01-01"}});
  EXPECT_EQ(GapOf("liechtenstein"), "");
}

}  // namespace
}  // namespace comity::partner_registry
