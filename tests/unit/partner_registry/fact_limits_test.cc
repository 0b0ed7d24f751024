#include "services/partner-registry/domain/fact_limits.h"

#include <gmock/gmock.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

const auto kFull = FailsWith(absl::StatusCode::kResourceExhausted, "PARTNER_FULL");

class FactLimitsTest : public ::testing::Test {
 protected:
  static Milestone Request(std::size_t number) {
    Milestone requested =
        StepTaken("chile", Axis::kContactPoint, "REQUESTED",
                  FormatDay(absl::CivilDay(2020, 1, 1) + static_cast<int>(number)));
    requested.id = absl::StrCat("m-", number);
    return requested;
  }

  static Instrument Memorandum(std::size_t number) {
    return {.partner = "chile",
            .id = absl::StrCat("i-", number),
            .kind = InstrumentKind::kMemorandumOfUnderstanding,
            .title = "Memorandum",
            .signed_on = "2020-01-01",
            .certainty = {{"signed", Certainty::kUnconfirmed}}};
  }

  // With so many of what `make` makes that `room` more may come.
  template <typename Make>
  Registry With(Make make, std::size_t known, std::size_t room) const {
    std::vector<Fact> facts;
    for (std::size_t i = 0; i < kMostOfAPartner - room - known; ++i) facts.emplace_back(make(i));
    return After(registry_, facts);
  }

  const Registry registry_ = LoadedRegistry();
};

TEST_F(FactLimitsTest, APartnerHasSoManyMilestonesWithdrawnOnesIncluded) {
  Registry registry = With(&Request, registry_.MilestonesOf("chile").size(), 1);
  Milestone next = Request(9'000);
  next.day = "2026-11-01";
  const auto plan = PlanRecordMilestone(registry, next, kNow);
  ASSERT_THAT(plan, IsOk());
  registry = After(registry, plan->facts);
  EXPECT_THAT(PlanRecordMilestone(registry, next, kNow), kFull);
  registry = After(registry, PlanWithdrawMilestone(registry, plan->resource, "mistake")->facts);
  EXPECT_THAT(PlanRecordMilestone(registry, next, kNow), kFull);
}

TEST_F(FactLimitsTest, WhatEndsIsRecordedWhenTheAxisIsFull) {
  const Registry full = With(&Request, registry_.MilestonesOf("chile").size(), 0);
  Milestone lapsed = Request(9'000);
  lapsed.step = "DESIGNATED";
  lapsed.day = "2026-10-01";
  EXPECT_THAT(PlanRecordMilestone(full, lapsed, kNow), kFull);
  lapsed.id = "designated";
  const Registry over = After(full, {lapsed});
  lapsed.id.clear();
  lapsed.step = "LAPSED";
  lapsed.day = "2026-11-01";
  EXPECT_THAT(PlanRecordMilestone(over, lapsed, kNow), IsOk());
}

TEST_F(FactLimitsTest, APartnerHasSoManyArrangementsAndTheirStepsFillNothing) {
  Registry registry = After(registry_, {Authority{.partner = "chile",
                                                  .id = "fiscalia",
                                                  .display_name = "Fiscalía",
                                                  .recorded = {.revision = 1}}});
  const auto open = [&](std::size_t number) {
    return PlanCreateArrangement(registry,
                                 {.partner = "chile",
                                  .id = absl::StrCat("a-", number),
                                  .title = "Working arrangement",
                                  .authorities = {"fiscalia"},
                                  .opened = "2026-01-01",
                                  .evidence = "decision"},
                                 kNow);
  };
  const std::size_t before = registry.relations().Of<Arrangement>("chile").size();
  for (std::size_t i = before; i < kMostArrangementsOfAPartner; ++i) {
    const auto plan = open(i);
    ASSERT_THAT(plan, IsOk());
    registry = After(registry, plan->facts);
  }
  const auto refused = open(9'000);
  EXPECT_THAT(refused, kFull);
  EXPECT_EQ(DetailsOf(refused.status()).fields[0].field, "arrangement");

  const std::size_t by_hand = registry_.MilestonesOf("chile").size();
  std::vector<Fact> more;
  for (std::size_t i = by_hand; i < kMostOfAPartner - 1; ++i) more.emplace_back(Request(i));
  Milestone last = Request(9'000);
  last.day = "2026-11-01";
  EXPECT_THAT(PlanRecordMilestone(After(registry, more), last, kNow), IsOk());
}

TEST_F(FactLimitsTest, APartnerHasSoManyInstruments) {
  const Registry full = With(&Memorandum, registry_.InstrumentsOf("chile").size(), 0);
  EXPECT_THAT(PlanCreateInstrument(full, kImporter, Memorandum(9'000)), kFull);
  Instrument known = *full.FindInstrument(NameOf(Memorandum(0)));
  known.note = "as before";
  EXPECT_THAT(PlanUpdateInstrument(full, kImporter, known, "", kNow), IsOk());
}

TEST_F(FactLimitsTest, AnImportBringsNoMoreAndDoesNotJudgeWhatIsRecorded) {
  const std::size_t known = registry_.MilestonesOf("chile").size();
  std::vector<ImportRow> rows;
  for (std::size_t i = known; i < kMostOfAPartner; ++i) rows.push_back({.fact = Request(i)});
  const auto plan = PlanImport(registry_, rows, kImporter, kNow);
  ASSERT_THAT(plan, IsOk());

  rows.push_back({.fact = Request(9'000)});
  const auto refused = PlanImport(registry_, rows, kImporter, kNow);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("would have 251"));

  std::vector<Fact> facts;
  for (const ImportRow& row : rows) facts.emplace_back(std::get<Milestone>(row.fact));
  const Registry over = After(registry_, facts);
  EXPECT_THAT(PlanImport(over, rows, kImporter, kNow), IsOk());
}

// Steps are judged by an axis alone, and told by all of them: both read the same.
TEST_F(FactLimitsTest, TheHistoryOfOneAxisIsThatOfTheWholeStanding) {
  Secondment seconded{.partner = "united-kingdom",
                      .id = "lp-1",
                      .kind = SecondmentKind::kLiaisonProsecutor,
                      .from = "2022-01-01",
                      .to = "2024-12-31",
                      .evidence = "letter"};
  const Registry registry = After(registry_, {seconded, Milestone{.partner = "united-kingdom",
                                                                  .id = "undated",
                                                                  .axis = Axis::kLiaisonProsecutor,
                                                                  .step = "SECONDED",
                                                                  .evidence = "letter"}});
  const auto told = [](const std::vector<Milestone>& steps) {
    std::vector<std::string> texts;
    for (const Milestone& one : steps) {
      texts.push_back(absl::StrCat(one.id, " ", one.step, " ", one.day, " ", one.evidence));
    }
    return texts;
  };
  std::size_t compared = 0;
  for (const absl::CivilDay day : {absl::CivilDay(2010, 1, 1), absl::CivilDay(2026, 11, 28)}) {
    for (const auto& [id, partner] : registry.partners()) {
      for (const AxisStanding& axis : StandingOn(registry, *partner, day).axes) {
        EXPECT_THAT(told(HistoryOn(registry, *partner, axis.axis, day)),
                    UnorderedElementsAreArray(told(axis.history)))
            << id << " " << Word(axis.axis);
        compared += axis.history.size();
      }
    }
  }
  EXPECT_GT(compared, 100U);
}

}  // namespace
}  // namespace comity::partner_registry
