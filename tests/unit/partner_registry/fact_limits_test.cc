#include "services/partner-registry/domain/fact_limits.h"

#include <gmock/gmock.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/retractions.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
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

  // With so many more of what `make` makes.
  template <typename Make>
  Registry With(Make make, std::size_t more) const {
    std::vector<Fact> facts;
    for (std::size_t i = 0; i < more; ++i) facts.emplace_back(make(i));
    return After(registry_, facts);
  }

  Registry WithMilestones(std::size_t room) const {
    return With(&Request,
                kMostMilestonesOfAPartner - room - registry_.MilestonesOf("chile").size());
  }
  Registry WithInstruments(std::size_t room) const {
    return With(&Memorandum,
                kMostInstrumentsOfAPartner - room - registry_.InstrumentsOf("chile").size());
  }

  const Registry registry_ = LoadedRegistry();
};

TEST_F(FactLimitsTest, APartnerHasSoManyMilestonesAndWithdrawingOneMakesRoom) {
  Registry registry = WithMilestones(1);
  Milestone next = Request(9'000);
  next.day = "2026-11-01";
  const auto plan = PlanRecordMilestone(registry, next, kNow);
  ASSERT_THAT(plan, IsOk());
  registry = After(registry, plan->facts);
  const auto refused = PlanRecordMilestone(registry, next, kNow);
  EXPECT_THAT(refused, kFull);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("`comity milestones withdraw chile/MILESTONE --evidence DOCUMENT`"));
  for (int round = 0; round < 3; ++round) {
    const auto withdrawn = PlanWithdrawMilestone(
        registry, NameOf(Request(static_cast<std::size_t>(round))), "mistake");
    ASSERT_THAT(withdrawn, IsOk());
    registry = After(registry, withdrawn->facts);
    const auto made = PlanRecordMilestone(registry, next, kNow);
    ASSERT_THAT(made, IsOk()) << "a withdrawn one is not counted";
    registry = After(registry, made->facts);
    EXPECT_THAT(PlanRecordMilestone(registry, next, kNow), kFull);
  }
}

// Of what was withdrawn, of which there may be any number, the last is told.
TEST_F(FactLimitsTest, OneMessageTellsTheLastThatWereWithdrawn) {
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < 200; ++i) {
    Milestone withdrawn = Request(i);
    withdrawn.withdrawal_evidence = "mistake";
    facts.emplace_back(std::move(withdrawn));
  }
  Registry registry = After(registry_, facts);
  Milestone last = Request(9'000);
  last.id = "the-last";
  last.withdrawal_evidence = "mistake";
  registry = After(registry, {last});
  const Partner& chile = *registry.FindPartner("chile");
  const v1::PartnerStanding told =
      ToProto(StandingOn(registry, chile, absl::CivilDay(2026, 11, 28)), chile, registry);
  std::vector<std::string> names;
  for (const v1::AxisStanding& axis : told.axes()) {
    for (const v1::Milestone& step : axis.history()) {
      if (!step.withdrawal_evidence().empty()) names.push_back(step.name());
    }
  }
  EXPECT_EQ(names.size(), kMostWithdrawnTold);
  EXPECT_THAT(names, Contains(NameOf(last)));
}

TEST_F(FactLimitsTest, WhatEndsIsRecordedWhenTheAxisIsFull) {
  const Registry full = WithMilestones(0);
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

TEST_F(FactLimitsTest, APartnerHasSoManyOpenArrangementsAndTheirStepsFillNothing) {
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
  EXPECT_THAT(
      std::string(refused.status().message()),
      HasSubstr("`comity arrangements advance chile/ARRANGEMENT abandoned --evidence DOCUMENT`"));

  const auto abandoned = PlanAdvanceArrangement(
      registry, "partners/chile/arrangements/a-1",
      {.state = ArrangementState::kAbandoned, .day = "2026-11-01", .evidence = "came to nothing"},
      "", kNow);
  ASSERT_THAT(abandoned, IsOk());
  const Registry with_room = After(registry, abandoned->facts);
  const absl::Time then =
      with_room.relations().Find<Arrangement>("partners/chile/arrangements/a-1")->recorded.time;
  const Arrangement next{.partner = "chile", .id = "a-9"};
  EXPECT_THAT(CheckRoom(next, with_room, then + absl::Hours(23)), kFull)
      << "its steps stay on the axis: no more come in a day";
  EXPECT_THAT(CheckRoom(next, with_room, then + absl::Hours(24)), IsOk());

  const std::size_t by_hand = registry_.MilestonesOf("chile").size();
  std::vector<Fact> more;
  for (std::size_t i = by_hand; i < kMostMilestonesOfAPartner - 1; ++i)
    more.emplace_back(Request(i));
  Milestone last = Request(9'000);
  last.day = "2026-11-01";
  EXPECT_THAT(PlanRecordMilestone(After(registry, more), last, kNow), IsOk());
}

TEST_F(FactLimitsTest, APartnerHasSoManyInstrumentsAndRetractingOneMakesRoom) {
  const Registry full = WithInstruments(0);
  const auto refused = PlanCreateInstrument(full, kImporter, Memorandum(9'000));
  EXPECT_THAT(refused, kFull);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("`comity instruments retract chile/INSTRUMENT --evidence DOCUMENT`"));
  Instrument known = *full.FindInstrument(NameOf(Memorandum(0)));
  known.note = "as before";
  EXPECT_THAT(PlanUpdateInstrument(full, kImporter, known, "", kNow), IsOk());

  const auto retracted =
      PlanRetractInstrument(full, kImporter, NameOf(Memorandum(0)), "junk", "", kNow);
  ASSERT_THAT(retracted, IsOk());
  const Registry with_room = After(full, retracted->facts);
  EXPECT_THAT(PlanCreateInstrument(with_room, kImporter, Memorandum(9'000)), IsOk());
}

TEST_F(FactLimitsTest, AnInstrumentSaysNoMoreThanSoManyBytesAndWhatIsRecordedStays) {
  Instrument large = Memorandum(0);
  for (int i = 100; i < 149; ++i) {
    large.scope.offences.push_back(absl::StrCat(i, std::string(197, 'x')));
  }
  large.note = std::string(100, 'n');
  ASSERT_THAT(PlanCreateInstrument(registry_, kImporter, large), IsOk());
  large.note = std::string(400, 'n');
  const auto refused = PlanCreateInstrument(registry_, kImporter, large);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
  EXPECT_EQ(DetailsOf(refused.status()).fields[0].field, "instrument.scope.offences");
  EXPECT_THAT(DetailsOf(refused.status()).fields[0].description,
              HasSubstr("name the document that has it in full"));
  const auto row = PlanImport(registry_, {{.fact = large}}, kImporter, kNow);
  EXPECT_THAT(row, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));

  const Registry before = After(registry_, {large});
  Instrument changed = *before.FindInstrument(NameOf(large));
  changed.title = "Memo";
  EXPECT_THAT(PlanUpdateInstrument(before, kImporter, changed, "", kNow), IsOk());
  EXPECT_THAT(PlanImport(before, {{.fact = changed}}, kImporter, kNow), IsOk());
  changed.note = std::string(401, 'n');
  EXPECT_THAT(PlanUpdateInstrument(before, kImporter, changed, "", kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
}

TEST_F(FactLimitsTest, AMilestoneSaysNoMoreThanSoManyBytes) {
  std::string longest;  // As many letters as it may have, in two bytes each.
  for (int i = 0; i < 2000; ++i) longest += "\u03b1";
  Milestone step = Request(0);
  step.day = "2026-11-01";
  step.evidence = step.note = longest;
  EXPECT_THAT(PlanRecordMilestone(registry_, step, kNow), IsOk());
  step.evidence.clear();
  for (int i = 0; i < 2000; ++i) step.evidence += "\u10d0";
  EXPECT_THAT(PlanRecordMilestone(registry_, step, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "MILESTONE_INVALID"));
}

TEST_F(FactLimitsTest, AnImportBringsNoMoreAndDoesNotJudgeWhatIsRecorded) {
  const std::size_t known = registry_.MilestonesOf("chile").size();
  std::vector<ImportRow> rows;
  for (std::size_t i = known; i < kMostMilestonesOfAPartner; ++i)
    rows.push_back({.fact = Request(i)});
  const auto plan = PlanImport(registry_, rows, kImporter, kNow);
  ASSERT_THAT(plan, IsOk());

  rows.push_back({.fact = Request(9'000)});
  const auto refused = PlanImport(registry_, rows, kImporter, kNow);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("would have 251"));

  std::vector<Fact> facts;
  for (const ImportRow& row : rows) facts.emplace_back(std::get<Milestone>(row.fact));
  Registry over = After(registry_, facts);
  EXPECT_THAT(PlanImport(over, rows, kImporter, kNow), IsOk());

  Milestone one_more = Request(9'001);
  one_more.day = "2026-11-01";
  const std::vector<ImportRow> next = {{.fact = one_more}};
  EXPECT_THAT(PlanImport(over, next, kImporter, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  for (const std::size_t number : {known, known + 1}) {
    over = After(over, PlanWithdrawMilestone(over, NameOf(Request(number)), "junk")->facts);
  }
  EXPECT_THAT(PlanImport(over, next, kImporter, kNow), IsOk());
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
