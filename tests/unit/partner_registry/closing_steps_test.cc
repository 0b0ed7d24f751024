// An axis that was closed begins anew: in the standing, in what is told of it, and in what may be
// recorded.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/step_order.h"
#include "services/partner-registry/domain/strategies.h"
#include "services/partner-registry/reports/figures.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::CivilDay kToday(2026, 11, 28);
const auto kNotPossible = FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_NOT_POSSIBLE");

class ClosingStepsTest : public ::testing::Test {
 protected:
  ClosingStepsTest() {
    registry_ =
        After(registry_, {Partner{.id = "kazakhstan",
                                  .kind = PartnerKind::kState,
                                  .display_name = "Kazakhstan",
                                  .legal_classes = {{.legal_class = LegalClass::kThirdCountry,
                                                     .certainty = Certainty::kFound}}}});
  }

  static Instrument Agreement(InstrumentKind kind) {
    return {.partner = "kazakhstan", .id = "agreement", .kind = kind, .title = "Agreement"};
  }

  // Records it as the next revision, whatever comes first.
  void Step(Axis axis, const std::string& step, const std::string& day,
            const std::string& project = "") {
    Milestone taken = StepTaken("kazakhstan", axis, step, day);
    taken.id = absl::StrCat("m", registry_.revision());
    taken.project = project;
    registry_ = After(registry_, {taken});
  }

  absl::Status Try(Axis axis, const std::string& step, const std::string& day) const {
    return PlanRecordMilestone(registry_, StepTaken("kazakhstan", axis, step, day), kNow).status();
  }

  AxisStanding Of(Axis axis, absl::CivilDay day = kToday) const {
    return StandingOn(registry_, *registry_.FindPartner("kazakhstan"), day)
        .axes[static_cast<std::size_t>(axis) - 1];
  }

  std::vector<std::string> History(Axis axis) const {
    std::vector<std::string> words;
    for (const Milestone& step : Of(axis).history) words.push_back(step.step);
    return words;
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(ClosingStepsTest, WhatIsTakenAfterTheEndIsWhereTheRelationStands) {
  struct Way {
    Axis axis;
    std::vector<const char*> steps;  // The first of the new beginning last but one.
  };
  const Way ways[] = {
      {Axis::kTreaty, {"IN_FORCE", "SUSPENDED", "NOTICE_GIVEN", "ENDED", "CONSULTED", "PROPOSED"}},
      {Axis::kWorkingArrangement,
       {"DRAFTING", "SIGNED", "IN_EFFECT", "ENDED", "DRAFTING", "COLLEGE_ADOPTED"}},
      {Axis::kWorkingArrangement, {"DRAFTING", "ABANDONED", "DRAFTING", "COLLEGE_ADOPTED"}},
      {Axis::kContactPoint, {"DESIGNATED", "VERIFIED", "LAPSED", "DESIGNATED", "VERIFIED"}},
      {Axis::kLiaisonProsecutor, {"SELECTED", "SECONDED", "ENDED", "SELECTED", "SECONDED"}},
      {Axis::kProjectMembership, {"JOINED", "EXIT_ANNOUNCED", "LEFT", "INVITED", "JOINED"}}};
  const Registry before = registry_;
  for (const Way& way : ways) {
    registry_ = before;
    int month = 0;
    for (const char* const step : way.steps) {
      const absl::CivilDay day(2026, ++month, 1);
      Step(way.axis, step, absl::FormatCivilTime(day),
           way.axis == Axis::kProjectMembership ? "icpa" : "");
      EXPECT_EQ(Of(way.axis, day).step, step) << month;
    }
    EXPECT_EQ(Of(way.axis).step, way.steps.back());
    EXPECT_EQ(Of(way.axis, absl::CivilDay(2026, month - 2, 2)).step, *(way.steps.end() - 3))
        << "it was closed then";
    EXPECT_EQ(History(way.axis).size(), way.steps.size()) << "all are listed";
  }
}

TEST_F(ClosingStepsTest, WhatIsToldOfTheStandingBeginsAnewToo) {
  Step(Axis::kContactPoint, "DESIGNATED", "2026-01-01");
  Step(Axis::kContactPoint, "LAPSED", "2026-02-01");
  const auto gaps = [this] {
    const Strategy strategy{
        .id = "s1", .title = "Strategy", .from = "2024-01-01", .to = "2027-12-31"};
    std::string of;
    for (const StrategyGap& gap : GapsOn(After(registry_, {strategy}), kToday)) {
      if (gap.partner == "kazakhstan") of = gap.sentence;
    }
    return of;
  };
  const auto figure = [this](const char* step) {
    return FiguresOn(registry_, kToday).relations.at({Axis::kContactPoint, step});
  };
  EXPECT_EQ(gaps(), "");
  EXPECT_EQ(figure("LAPSED"), 1);
  const int designated = figure("DESIGNATED");
  EXPECT_EQ(Of(Axis::kContactPoint).next_step, "the partner designates a new contact point");

  Step(Axis::kContactPoint, "DESIGNATED", "2026-03-01");
  EXPECT_THAT(gaps(), HasSubstr("CONTACT_POINT DESIGNATED"));
  EXPECT_EQ(figure("LAPSED"), 0);
  EXPECT_EQ(figure("DESIGNATED"), designated + 1);
  EXPECT_THAT(Of(Axis::kContactPoint).next_step, HasSubstr("verifies the contact point"));
}

TEST_F(ClosingStepsTest, WhatDaysLeaveOpenIsAsItWasRecorded) {
  const Registry before = registry_;
  for (const char* const last : {"2026-11-20", "2026-11", "2026"}) {
    registry_ = before;
    Step(Axis::kContactPoint, "DESIGNATED", "2026-11-20");
    Step(Axis::kContactPoint, "LAPSED", last);
    EXPECT_EQ(Of(Axis::kContactPoint).step, "LAPSED") << last;
    EXPECT_THAT(Try(Axis::kContactPoint, "VERIFIED", "2026-11-21"), kNotPossible) << last;
  }
  for (const char* const anew : {"2026-11-20", "2026-11", "2026"}) {
    registry_ = before;
    Step(Axis::kContactPoint, "DESIGNATED", "2025-01-01");
    Step(Axis::kContactPoint, "LAPSED", "2026-11-20");
    Step(Axis::kContactPoint, "DESIGNATED", anew);
    EXPECT_EQ(Of(Axis::kContactPoint).step, "DESIGNATED") << anew;
    EXPECT_EQ(Of(Axis::kContactPoint).day, anew);
    EXPECT_THAT(Try(Axis::kContactPoint, "VERIFIED", "2026-11-21"), IsOk()) << anew;
  }
  registry_ = before;
  Step(Axis::kContactPoint, "LAPSED", "2026-11-20");
  Step(Axis::kContactPoint, "DESIGNATED", "2026-10");
  EXPECT_EQ(Of(Axis::kContactPoint).step, "LAPSED") << "told later, taken earlier";
}

TEST_F(ClosingStepsTest, TheHistoryOfOneDayShowsWhatBeganAnewLast) {
  Step(Axis::kContactPoint, "DESIGNATED", "2026-11-20");
  Step(Axis::kContactPoint, "LAPSED", "2026-11-20");
  Step(Axis::kContactPoint, "DESIGNATED", "2026-11-20");
  EXPECT_THAT(History(Axis::kContactPoint), ElementsAre("DESIGNATED", "LAPSED", "DESIGNATED"));
}

TEST_F(ClosingStepsTest, WhatOnlyInterruptsIsOverWhenTheStepBeforeIsTakenAgain) {
  Step(Axis::kTreaty, "APPLIES", "2026-01-01");
  Step(Axis::kTreaty, "SUSPENDED", "2026-02-01");
  Step(Axis::kTreaty, "IMPLEMENTATION_NOTIFIED", "2026-02-15");
  EXPECT_EQ(Of(Axis::kTreaty).step, "SUSPENDED") << "it is not what was suspended";
  Step(Axis::kTreaty, "APPLIES", "2026-03-01");
  EXPECT_EQ(Of(Axis::kTreaty).step, "APPLIES");
  EXPECT_EQ(Of(Axis::kTreaty).day, "2026-03-01");
  Step(Axis::kTreaty, "NOTICE_GIVEN", "2026-04-01");
  EXPECT_EQ(Of(Axis::kTreaty).step, "NOTICE_GIVEN");

  Step(Axis::kProjectMembership, "JOINED", "2026-01-01", "icpa");
  Step(Axis::kProjectMembership, "EXIT_ANNOUNCED", "2026-02-01", "icpa");
  Step(Axis::kProjectMembership, "JOINED", "2026-03-01", "wbcj");
  EXPECT_THAT(Of(Axis::kProjectMembership).evidence, HasSubstr("icpa: EXIT_ANNOUNCED"));
  Step(Axis::kProjectMembership, "JOINED", "2026-03-01", "icpa");
  EXPECT_THAT(Of(Axis::kProjectMembership).evidence, HasSubstr("icpa: JOINED"));
}

TEST_F(ClosingStepsTest, WhatFollowsFromInstrumentsAndSecondmentsBeginsAnewAsWell) {
  Step(Axis::kTreaty, "ENDED", "2024-01-01");
  Step(Axis::kLiaisonProsecutor, "ENDED", "2024-01-01");
  Instrument agreement = Agreement(InstrumentKind::kInternationalAgreement);
  agreement.signed_on = "2025-01-01";
  agreement.applied_from = "2025-06-01";
  agreement.reference = "OJ L";
  agreement.certainty = {{"signed", Certainty::kFound},
                         {"applied_from", Certainty::kFound},
                         {"allows_secondment", Certainty::kFound}};
  agreement.allows_secondment = true;
  registry_ = After(registry_, {agreement});
  EXPECT_EQ(Of(Axis::kTreaty, absl::CivilDay(2025, 1, 1)).step, "SIGNED");
  EXPECT_EQ(Of(Axis::kTreaty).step, "APPLIES");
  registry_ = After(registry_, {Secondment{.partner = "kazakhstan",
                                           .id = "s1",
                                           .kind = SecondmentKind::kLiaisonProsecutor,
                                           .instrument = NameOf(agreement),
                                           .from = "2026-01-01",
                                           .evidence = "letter"}});
  EXPECT_EQ(Of(Axis::kLiaisonProsecutor).step, "SECONDED");

  agreement.ended = "2026-06-30";
  agreement.certainty["ended"] = Certainty::kFound;
  registry_ = After(registry_, {agreement});
  EXPECT_EQ(Of(Axis::kTreaty).step, "ENDED");
  EXPECT_EQ(Of(Axis::kLiaisonProsecutor).step, "ENDED");
  Step(Axis::kTreaty, "CONSULTED", "2026-08-01");
  EXPECT_EQ(Of(Axis::kTreaty).step, "CONSULTED");
}

TEST_F(ClosingStepsTest, AnEditOfSomethingElseOpensNoClosedAxis) {
  Contact contact{.partner = "kazakhstan",
                  .id = "c1",
                  .spiffe_id = "spiffe://kazakhstan.example/partner/kazakhstan/contact/c1",
                  .function = "contact point"};
  contact.last_verified = "2026-11-20";
  contact.state = ContactState::kActive;
  contact.recorded.revision = registry_.revision() + 1;
  registry_ = After(registry_, {contact});
  EXPECT_EQ(Of(Axis::kContactPoint).step, "VERIFIED");
  Step(Axis::kContactPoint, "LAPSED", "2026-11-20");
  EXPECT_EQ(Of(Axis::kContactPoint).step, "LAPSED");
  contact.languages = {"ru"};
  contact.recorded.revision = registry_.revision() + 1;
  registry_ = After(registry_, {contact});
  EXPECT_EQ(Of(Axis::kContactPoint).step, "LAPSED");
  contact.last_verified = "2026-11-21";
  registry_ = After(registry_, {contact});
  EXPECT_EQ(Of(Axis::kContactPoint).step, "VERIFIED");
}

TEST_F(ClosingStepsTest, WhatAnInstrumentSaysOfItselfIsNotClosedByAStep) {
  Instrument agreement = Agreement(InstrumentKind::kCooperationAgreementPre2019);
  agreement.signed_on = "2018-01-01";
  agreement.in_force = "2018-06-01";
  agreement.certainty = {{"in_force", Certainty::kFound}};
  registry_ = After(registry_, {agreement});
  const absl::Status refused = Try(Axis::kTreaty, "ENDED", "2026-03-01");
  EXPECT_THAT(refused, kNotPossible);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("with `comity instruments update kazakhstan/agreement --set ended=DAY "));
  Step(Axis::kTreaty, "ENDED", "2026-03-01");
  EXPECT_EQ(Of(Axis::kTreaty).step, "IN_FORCE") << "as the check has it";

  Step(Axis::kTreaty, "IN_FORCE", "2026-04-01");
  EXPECT_THAT(Try(Axis::kTreaty, "ENDED", "2026-05-01"), IsOk()) << "of another, by hand";
}

TEST_F(ClosingStepsTest, ASecondmentThatEndedByHandIsNoEntitlementAgain) {
  Instrument agreement = Agreement(InstrumentKind::kCooperationAgreementPre2019);
  agreement.signed_on = "2018-01-01";
  agreement.in_force = "2018-06-01";
  agreement.certainty = {{"in_force", Certainty::kFound}, {"allows_secondment", Certainty::kFound}};
  agreement.allows_secondment = true;
  registry_ = After(registry_, {agreement});
  EXPECT_EQ(Of(Axis::kLiaisonProsecutor).step, "ENTITLED");
  Step(Axis::kLiaisonProsecutor, "SELECTED", "2024-01-01");
  Step(Axis::kLiaisonProsecutor, "SECONDED", "2024-02-01");
  Step(Axis::kLiaisonProsecutor, "ENDED", "2026-02-01");
  EXPECT_EQ(Of(Axis::kLiaisonProsecutor).step, "ENDED");
  EXPECT_EQ(Of(Axis::kLiaisonProsecutor).next_step, "the partner seconds a successor");
  EXPECT_THAT(Try(Axis::kLiaisonProsecutor, "SELECTED", "2026-03-01"), IsOk())
      << "the agreement goes on";
  Step(Axis::kLiaisonProsecutor, "SELECTED", "2026-03-01");
  EXPECT_EQ(Of(Axis::kLiaisonProsecutor).step, "SELECTED");
}

TEST_F(ClosingStepsTest, NothingRestsOnADraftThatWasAbandoned) {
  Step(Axis::kWorkingArrangement, "DRAFTING", "2026-01-01");
  Step(Axis::kWorkingArrangement, "ABANDONED", "2026-02-01");
  EXPECT_THAT(Try(Axis::kWorkingArrangement, "COLLEGE_ADOPTED", "2026-03-01"), kNotPossible);
  EXPECT_THAT(Try(Axis::kWorkingArrangement, "COLLEGE_ADOPTED", "2026-01-15"), IsOk())
      << "it was being drafted then";
  Step(Axis::kWorkingArrangement, "DRAFTING", "2026-03-01");
  EXPECT_THAT(Try(Axis::kWorkingArrangement, "COLLEGE_ADOPTED", "2026-03-01"), IsOk());
  EXPECT_THAT(Try(Axis::kWorkingArrangement, "SIGNED", "2026-03-01"), kNotPossible);
}

TEST_F(ClosingStepsTest, AnArrangementThatIsAbandonedClosesNoOther) {
  const auto take = [this](const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(registry_, plan->facts);
  };
  registry_ = After(registry_, {Authority{.partner = "kazakhstan",
                                          .id = "prosecutor-general",
                                          .display_name = "Prosecutor General's Office",
                                          .recorded = {.revision = registry_.revision() + 1}}});
  const auto open = [&](const char* id) {
    take(PlanCreateArrangement(registry_,
                               {.partner = "kazakhstan",
                                .id = id,
                                .title = "Working arrangement",
                                .authorities = {"prosecutor-general"},
                                .opened = "2026-01-01",
                                .evidence = "decision 1"},
                               kNow));
  };
  const auto adopt = [this] {
    return Try(Axis::kWorkingArrangement, "COLLEGE_ADOPTED", "2026-03-01");
  };
  open("a1");
  EXPECT_THAT(adopt(), IsOk());
  take(PlanAdvanceArrangement(registry_, "partners/kazakhstan/arrangements/a1",
                              {ArrangementState::kAbandoned, "2026-02-01", "decision 2"}, "",
                              kNow));
  EXPECT_THAT(adopt(), kNotPossible);
  open("a2");
  EXPECT_THAT(adopt(), IsOk()) << "another one is being drafted";
  Step(Axis::kWorkingArrangement, "ABANDONED", "2026-02-01");
  EXPECT_THAT(adopt(), IsOk()) << "by hand, of none of them";
}

TEST_F(ClosingStepsTest, WhatAnArrangementSaysOfItselfIsNotClosedByAStep) {
  const Registry before = registry_;
  Step(Axis::kWorkingArrangement, "DRAFTING", "2025-01-01");
  EXPECT_THAT(Try(Axis::kWorkingArrangement, "ABANDONED", "2026-05-01"), IsOk()) << "by hand";
  Arrangement arrangement{.partner = "kazakhstan", .id = "a1", .title = "Working arrangement"};
  const auto advance = [&](ArrangementState state, const char* day) {
    arrangement.steps.push_back({state, day, "decision"});
    Milestone taken = StepTaken("kazakhstan", Axis::kWorkingArrangement, Word(state), day);
    taken.id = MilestoneIdOf(arrangement, state);
    registry_ = After(registry_, {arrangement, taken});
  };
  registry_ = before;
  advance(ArrangementState::kDrafting, "2026-01-01");
  const auto refused = [&](const char* step) {
    const absl::Status status = Try(Axis::kWorkingArrangement, step, "2026-05-01");
    EXPECT_THAT(status, kNotPossible) << step;
    return std::string(status.message());
  };
  EXPECT_THAT(refused("ABANDONED"),
              HasSubstr("ABANDONED closes nothing: what stands follows from "
                        "partners/kazakhstan/arrangements/a1, so say its last day there, with "
                        "`comity arrangements advance kazakhstan/a1 abandoned --day DAY --evidence "
                        "DOCUMENT`"));
  const Registry drafting = registry_;
  registry_ = After(registry_, {Instrument{.partner = "kazakhstan",
                                           .id = "earlier",
                                           .kind = InstrumentKind::kWorkingArrangement,
                                           .title = "Earlier one",
                                           .signed_on = "2020-01-01",
                                           .certainty = {{"signed", Certainty::kFound}}}});
  EXPECT_THAT(refused("ABANDONED"), HasSubstr("`comity arrangements advance kazakhstan/a1"))
      << "not what is in effect";
  EXPECT_THAT(refused("ENDED"), HasSubstr("`comity instruments update kazakhstan/earlier"));
  registry_ = drafting;
  advance(ArrangementState::kCollegeAdopted, "2026-02-01");
  advance(ArrangementState::kSigned, "2026-03-01");
  advance(ArrangementState::kInEffect, "2026-04-01");
  EXPECT_THAT(refused("ENDED"),
              HasSubstr("`comity arrangements advance kazakhstan/a1 ended --day DAY --evidence "
                        "DOCUMENT`"));

  // Recorded all the same, as a file of an earlier registry may have it.
  Step(Axis::kWorkingArrangement, "ENDED", "2026-05-01");
  EXPECT_EQ(Of(Axis::kWorkingArrangement).step, "IN_EFFECT") << "as the arrangement has it";
  EXPECT_THAT(Of(Axis::kWorkingArrangement).next_step, HasSubstr("none: it serves"));
  EXPECT_EQ(History(Axis::kWorkingArrangement).size(), 5u);
  advance(ArrangementState::kEnded, "2026-06-01");
  EXPECT_EQ(Of(Axis::kWorkingArrangement).step, "ENDED");
  EXPECT_EQ(Of(Axis::kWorkingArrangement).day, "2026-06-01");
}

TEST_F(ClosingStepsTest, AnAgreementThatWasOnlyShownInForceEndsAsAnyOther) {
  Instrument agreement = Agreement(InstrumentKind::kCooperationAgreementPre2019);
  agreement.in_force_by = "2020-11-19";
  agreement.ended = "2025-12-31";
  registry_ = After(registry_, {agreement});
  EXPECT_THAT(Try(Axis::kTreaty, "SUSPENDED", "2025-12-31"), IsOk());
  EXPECT_THAT(Try(Axis::kTreaty, "SUSPENDED", "2026-01-01"), kNotPossible);
}

}  // namespace
}  // namespace comity::partner_registry
