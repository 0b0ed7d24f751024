#include "services/partner-registry/domain/arrangements.h"

#include <gmock/gmock.h>

#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/retractions.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using State = ArrangementState;

constexpr char kName[] = "partners/algeria/arrangements/a1";

class ArrangementsTest : public ::testing::Test {
 protected:
  static Arrangement Wanted(const std::string& id = "a1") {
    return {.partner = "algeria",
            .id = id,
            .title = "Working arrangement with Algeria",
            .authorities = {"prosecution-service"},
            .opened = "2026-01-12",
            .evidence = "mandate of the executive board"};
  }

  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  absl::StatusOr<Plan> Advance(State state, const std::string& day,
                               const std::string& evidence = "decision 7",
                               absl::string_view etag = "") const {
    return PlanAdvanceArrangement(registry_, kName, {state, day, evidence}, etag, now_);
  }

  absl::StatusOr<Plan> Draft(const ArrangementDraft& draft) const {
    return PlanAddDraft(registry_, kName, draft, now_);
  }

  const Arrangement& Known() const { return *registry_.relations().Find<Arrangement>(kName); }

  std::string StandsAt(absl::CivilDay day) const {
    return StandingOn(registry_, *registry_.FindPartner("algeria"), day)
        .axes[static_cast<std::size_t>(Axis::kWorkingArrangement) - 1]
        .step;
  }

  Registry registry_ = LoadedRegistry();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), absl::UTCTimeZone());
};

TEST_F(ArrangementsTest, EveryStepIsAMilestoneInTheSamePlan) {
  const auto created = PlanCreateArrangement(registry_, Wanted(), now_);
  ASSERT_THAT(created, IsOk());
  ASSERT_THAT(created->facts, SizeIs(2));
  EXPECT_EQ(NameOf(created->facts[1]), "partners/algeria/milestones/a1-arrangement-drafting");
  Take(created);
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 2, 1)), "DRAFTING");

  Take(Advance(State::kCollegeAdopted, "2026-03-01"));
  Take(Advance(State::kSigned, "2026-04-01"));
  Take(Advance(State::kInEffect, "2026-05-01"));
  EXPECT_EQ(StateOf(Known()), State::kInEffect);
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 4, 30)), "SIGNED");
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 5, 1)), "IN_EFFECT");
  Take(Advance(State::kEnded, "2026-06-01"));
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 6, 1)), "ENDED");
  EXPECT_THAT(registry_.MilestonesOf("algeria"),
              Contains(::testing::Pointee(
                  ::testing::Field(&Milestone::id, "a1-arrangement-college-adopted"))));
}

TEST_F(ArrangementsTest, NoImportChangesAStepOfIt) {
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  Milestone step =
      std::get<Milestone>(*registry_.Find("partners/algeria/milestones/a1-arrangement-drafting"));
  const auto import = [&] {
    return PlanImport(registry_, {{.source = {"milestones.csv", 2}, .fact = step}}, kImporter,
                      now_);
  };
  EXPECT_THAT(import(), IsOk()) << "it says the same";
  step.note = "seen";
  EXPECT_THAT(import(), FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(import().status().message()),
              HasSubstr("is a step of partners/algeria/arrangements/a1, and changes with that"));
}

TEST_F(ArrangementsTest, StepsOutOfTurnAreRefusedWithWhatComesFirst) {
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  const auto step = FailsWith(absl::StatusCode::kFailedPrecondition, "ARRANGEMENT_STEP");
  EXPECT_THAT(Advance(State::kSigned, "2026-04-01"), step);
  EXPECT_THAT(std::string(Advance(State::kSigned, "2026-04-01").status().message()),
              ::testing::HasSubstr("COLLEGE_ADOPTED or ABANDONED"));
  EXPECT_THAT(Advance(State::kDrafting, "2026-04-01"), step);
  EXPECT_THAT(Advance(State::kInEffect, "2026-04-01"), step);
  EXPECT_THAT(Advance(State::kCollegeAdopted, "2026-04-01", ""),
              FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING"));
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "ARRANGEMENT_INVALID");
  EXPECT_THAT(Advance(State::kCollegeAdopted, "2026-01-11"), invalid) << "before it was opened";
  EXPECT_THAT(Advance(State::kCollegeAdopted, "2026-11-24"), invalid) << "tomorrow";
  EXPECT_THAT(Advance(State::kUnspecified, "2026-04-01"), invalid);
  EXPECT_THAT(Advance(State::kCollegeAdopted, "2026-04-01", "decision 7", "\"1\""),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  Take(Advance(State::kCollegeAdopted, "2026-03-01"));
  Take(Advance(State::kSigned, "2026-04-01"));
  EXPECT_THAT(Advance(State::kAbandoned, "2026-05-01"), step) << "it was signed";
}

TEST_F(ArrangementsTest, AGivenUpOneSaysNothingOnceThereIsAnother) {
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  Take(Advance(State::kAbandoned, "2026-02-01"));
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 11, 23)), "ABANDONED");

  Arrangement next = Wanted("a2");
  next.opened = "2026-06-01";
  Take(PlanCreateArrangement(registry_, next, now_));
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 11, 23)), "DRAFTING");
}

TEST_F(ArrangementsTest, DraftsAreNumberedUntilTheCollegeAdopts) {
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  Take(Draft({.number = 9, .day = "2026-01-20", .evidence = "file 1", .note = "first"}));
  Take(Draft({.day = "2026-02-20", .evidence = "file 2", .sha256 = std::string(64, 'a')}));
  ASSERT_THAT(Known().drafts, SizeIs(2));
  EXPECT_EQ(Known().drafts[0].number, 1);
  EXPECT_EQ(Known().drafts[1].number, 2);
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "ARRANGEMENT_INVALID");
  EXPECT_THAT(Draft({.day = "2026-02-20", .evidence = "f", .sha256 = std::string(64, 'A')}),
              invalid);
  EXPECT_THAT(Draft({.day = "2026-02-20"}), invalid);
  EXPECT_THAT(Draft({.day = "2026-01-01", .evidence = "f"}), invalid);
  Take(Advance(State::kCollegeAdopted, "2026-03-01"));
  EXPECT_THAT(Draft({.day = "2026-03-02", .evidence = "f"}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ARRANGEMENT_STEP"));
}

TEST_F(ArrangementsTest, ParliamentsAreToldAfterSignature) {
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  EXPECT_THAT(TransmissionsOutstanding(registry_, Known()), IsEmpty());
  const auto transmit = [&](const std::string& state, const std::string& day) {
    return PlanRecordTransmission(registry_, kName, {state, day, "letter"}, now_);
  };
  EXPECT_THAT(transmit("", "2026-05-01"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ARRANGEMENT_STEP"));
  Take(Advance(State::kCollegeAdopted, "2026-03-01"));
  Take(Advance(State::kSigned, "2026-04-01"));
  const auto before = TransmissionsOutstanding(registry_, Known());
  EXPECT_EQ(before.front(), "-");
  EXPECT_THAT(before, Contains("france"));
  EXPECT_THAT(before, Not(Contains("denmark")));

  Take(transmit("", "2026-05-01"));
  Take(transmit("france", "2026-05-02"));
  Take(transmit("france", "2026-05-03"));
  EXPECT_THAT(Known().transmissions, SizeIs(2)) << "a later one is a correction";
  EXPECT_THAT(TransmissionsOutstanding(registry_, Known()), SizeIs(before.size() - 2));
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "ARRANGEMENT_INVALID");
  EXPECT_THAT(transmit("georgia", "2026-05-01"), invalid);
  EXPECT_THAT(transmit("italy", "2026-03-31"), invalid) << "before it was signed";
}

TEST_F(ArrangementsTest, TheOtherSideIsAuthoritiesOfThePartner) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "ARRANGEMENT_INVALID");
  const auto refused = [&](auto change) {
    Arrangement wrong = Wanted();
    change(wrong);
    return PlanCreateArrangement(registry_, wrong, now_).status();
  };
  EXPECT_THAT(refused([](Arrangement& a) { a.authorities.clear(); }), invalid);
  EXPECT_THAT(refused([](Arrangement& a) { a.authorities = {"nobody"}; }), invalid);
  EXPECT_THAT(refused([](Arrangement& a) {
                a.authorities = {"prosecution-service", "prosecution-service"};
              }),
              invalid);
  EXPECT_THAT(refused([](Arrangement& a) { a.title = ""; }), invalid);
  EXPECT_THAT(refused([](Arrangement& a) { a.partner = "atlantis"; }),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  Arrangement forged = Wanted();
  forged.steps = {{State::kInEffect, "2026-01-01", "x"}};
  Take(PlanCreateArrangement(registry_, forged, now_));
  EXPECT_EQ(StateOf(Known()), State::kDrafting);
  EXPECT_THAT(PlanCreateArrangement(registry_, Wanted(), now_),
              FailsWith(absl::StatusCode::kAlreadyExists, "ARRANGEMENT_EXISTS"));
}

TEST_F(ArrangementsTest, NoneIsConcludedWithWhoHasNoCapacityToConclude) {
  const auto open = [&](const std::string& partner, const std::string& authority) {
    Arrangement one = Wanted();
    one.partner = partner;
    one.authorities = {authority};
    return PlanCreateArrangement(registry_, one, now_).status();
  };
  const auto none = FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE");
  EXPECT_THAT(open("france", "prosecution-service"), none);
  EXPECT_THAT(open("denmark", "prosecution-service"), none);
  EXPECT_THAT(open("eppo", "central-office"), IsOk());
  EXPECT_THAT(open("interpol", "general-secretariat"), IsOk());
  const auto milestone = [&](const std::string& partner) {
    return PlanRecordMilestone(registry_,
                               {.partner = partner,
                                .axis = Axis::kWorkingArrangement,
                                .step = "DRAFTING",
                                .day = "2026-01-12",
                                .evidence = "mandate",
                                .certainty = Certainty::kFound},
                               now_)
        .status();
  };
  EXPECT_THAT(milestone("france"), none);
  EXPECT_THAT(milestone("euromed-justice"), none);
  EXPECT_THAT(milestone("aiamp"), IsOk());
}

TEST_F(ArrangementsTest, OneWithWhoBecameAMemberStateIsOnlyGivenUpOrEnded) {
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  Partner acceded = *registry_.FindPartner("algeria");
  acceded.legal_classes = {{.legal_class = LegalClass::kThirdCountry, .to = "2026-01-31"},
                           {.legal_class = LegalClass::kMemberState, .from = "2026-02-01"}};
  registry_ = After(std::move(registry_), {acceded});

  EXPECT_THAT(Advance(State::kCollegeAdopted, "2026-01-31"), IsOk());
  EXPECT_THAT(Advance(State::kCollegeAdopted, "2026-02-01"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE"));
  EXPECT_THAT(Advance(State::kAbandoned, "2026-02-01"), IsOk());
}

TEST_F(ArrangementsTest, OneWithAnAuthorityThatWasRetractedIsOnlyGivenUpOrEnded) {
  const auto refused = FailsWith(absl::StatusCode::kFailedPrecondition, "ENTRY_RETRACTED");
  const auto next = [this] {
    return StandingOn(registry_, *registry_.FindPartner("algeria"), absl::CivilDay(2026, 11, 23))
        .axes[static_cast<std::size_t>(Axis::kWorkingArrangement) - 1]
        .next_step;
  };
  Take(PlanCreateArrangement(registry_, Wanted(), now_));
  const Registry opened = registry_;
  EXPECT_THAT(next(), ::testing::HasSubstr("the College adopts it"));
  const std::string authority = "partners/algeria/authorities/prosecution-service";
  const auto retract = [&] {
    Take(PlanRetractAuthority(registry_, kImporter, authority, "note 7", "", now_));
  };
  retract();
  const auto adopted = Advance(State::kCollegeAdopted, "2026-03-01");
  ASSERT_THAT(adopted, refused);
  EXPECT_THAT(std::string(adopted.status().message()),
              ::testing::AllOf(::testing::StartsWith(authority),
                               ::testing::HasSubstr("abandon the arrangement")));
  EXPECT_EQ(next(), "the agency may draft one (EJR 47(3))");
  EXPECT_THAT(PlanRecordMilestone(registry_,
                                  {.partner = "algeria",
                                   .axis = Axis::kWorkingArrangement,
                                   .step = "COLLEGE_ADOPTED",
                                   .day = "2026-03-01",
                                   .evidence = "decision 7"},
                                  now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_NOT_POSSIBLE"))
      << "nor by hand";
  EXPECT_THAT(Advance(State::kAbandoned, "2026-03-01"), IsOk());

  registry_ = opened;
  Take(Advance(State::kCollegeAdopted, "2026-03-01"));
  Take(Advance(State::kSigned, "2026-04-01"));
  retract();
  EXPECT_THAT(Advance(State::kInEffect, "2026-05-01"), refused);
  Take(Advance(State::kEnded, "2026-05-01"));
  EXPECT_EQ(StandsAt(absl::CivilDay(2026, 5, 1)), "ENDED");
}

TEST_F(ArrangementsTest, AnIdAsLongAsItMayBeStillHasMilestonesOfItsOwn) {
  const Arrangement one{.id = std::string(62, 'a') + "b"};
  const Arrangement other{.id = std::string(62, 'a') + "c"};
  EXPECT_LE(MilestoneIdOf(one, State::kCollegeAdopted).size(), 63U);
  EXPECT_NE(MilestoneIdOf(one, State::kSigned), MilestoneIdOf(other, State::kSigned));
}

}  // namespace
}  // namespace comity::partner_registry
