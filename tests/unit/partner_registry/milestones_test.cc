#include "services/partner-registry/domain/milestones.h"

#include <gmock/gmock.h>

#include "common/facts_csv/json_lines.h"
#include "common/facts_csv/write_facts.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kMandate[] = "partners/algeria/milestones/council-mandate";
constexpr char kNegotiating[] = "partners/algeria/milestones/negotiating";

class WithdrawnMilestonesTest : public ::testing::Test {
 protected:
  void Do(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(registry_, plan->facts);
  }

  static Milestone Step(const std::string& step, const std::string& day) {
    return {.partner = "algeria",
            .axis = Axis::kTreaty,
            .step = step,
            .day = day,
            .evidence = "the document",
            .certainty = Certainty::kFound};
  }

  absl::StatusOr<Plan> Withdraw(const std::string& name,
                                const std::string& evidence = "minutes") const {
    return PlanWithdrawMilestone(registry_, name, evidence);
  }

  std::vector<std::string> RestingOn(const std::string& name) const {
    const auto plan = Withdraw(name);
    EXPECT_THAT(plan, FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_NOT_POSSIBLE"));
    std::vector<std::string> names;
    for (const auto& each : DetailsOf(plan.status()).preconditions) names.push_back(each.subject);
    return names;
  }

  std::string Treaty() const {
    return StandingOn(registry_, *registry_.FindPartner("algeria"), absl::CivilDay(2026, 11, 28))
        .axes[0]
        .step;
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(WithdrawnMilestonesTest, AStepByMistakeCountsNoMoreAndStaysReadable) {
  Do(PlanRecordMilestone(registry_, Step("NEGOTIATING", "2026-11-01"), kNow));
  ASSERT_EQ(Treaty(), "NEGOTIATING");
  EXPECT_THAT(Withdraw(kNegotiating, ""),
              FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING"));
  EXPECT_THAT(Withdraw("partners/algeria/milestones/none"),
              FailsWith(absl::StatusCode::kNotFound, "MILESTONE_NOT_FOUND"));

  Do(Withdraw(kNegotiating, "the session was adjourned"));

  EXPECT_EQ(Treaty(), "COUNCIL_MANDATE");
  const Partner& algeria = *registry_.FindPartner("algeria");
  const v1::PartnerStanding told =
      ToProto(StandingOn(registry_, algeria, absl::CivilDay(2026, 11, 28)), algeria, registry_);
  const v1::Milestone& last = *told.axes(0).history().rbegin();
  EXPECT_EQ(last.name(), kNegotiating);
  EXPECT_EQ(last.withdrawal_evidence(), "the session was adjourned");
  EXPECT_THAT(Withdraw(kNegotiating),
              FailsWith(absl::StatusCode::kFailedPrecondition, "MILESTONE_WITHDRAWN"));

  const auto read = FactFromRecord(ToRecord(*registry_.Find(kNegotiating), registry_.store_id()));
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(std::get<Milestone>(*read).withdrawn());

  Do(PlanRecordMilestone(registry_, Step("NEGOTIATING", "2026-11-15"), kNow));
  EXPECT_EQ(Treaty(), "NEGOTIATING") << "with its right day, under a name of its own";
}

TEST_F(WithdrawnMilestonesTest, NothingIsWithdrawnOnWhichSomethingRests) {
  Do(PlanRecordMilestone(registry_, Step("NEGOTIATING", "2026-11-01"), kNow));
  EXPECT_THAT(RestingOn(kMandate), ElementsAre(kNegotiating));

  Milestone other = Step("COUNCIL_MANDATE", "2026-10-01");
  other.id = "council-mandate-2";
  registry_ = After(registry_, {other});
  EXPECT_THAT(Withdraw(kMandate), IsOk()) << "another one carries the later step";
}

TEST_F(WithdrawnMilestonesTest, NoInstrumentInEffectLosesItsDecision) {
  const char kConclusion[] = "partners/bosnia-and-herzegovina/milestones/conclusion-decision";
  registry_ = After(registry_, {Instrument{.partner = "bosnia-and-herzegovina",
                                           .id = "other",
                                           .kind = InstrumentKind::kInternationalAgreement,
                                           .title = "Agreement",
                                           .signed_on = "2024-10-28",
                                           .in_force = "2026-01-01"}});
  EXPECT_THAT(RestingOn(kConclusion),
              ::testing::Contains("partners/bosnia-and-herzegovina/instruments/other"))
      << "although another decision that it needs is not dated";
}

TEST_F(WithdrawnMilestonesTest, TheStepOfAConsultationGoesWithIt) {
  Milestone step = Step("CONSULTED", "2026-11-01");
  step.id = "c1-consulted";
  registry_ = After(registry_, {Consultation{.partner = "algeria",
                                             .id = "c1",
                                             .state = ConsultationState::kClosed,
                                             .closed = "2026-11-01"},
                                step});
  EXPECT_THAT(RestingOn(NameOf(step)), ElementsAre("partners/algeria/consultations/c1"));
}

TEST_F(WithdrawnMilestonesTest, NoFileBringsItBack) {
  Do(PlanRecordMilestone(registry_, Step("NEGOTIATING", "2026-11-01"), kNow));
  const Milestone before = std::get<Milestone>(*registry_.Find(kNegotiating));
  Do(Withdraw(kNegotiating));

  const auto plan = PlanImport(registry_, {ImportRow{.fact = before}}, kImporter, kNow);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, IsEmpty());

  const std::vector<v1::Fact> facts = {ToProto(*registry_.Find(kNegotiating), "")};
  EXPECT_THAT(facts_csv::WriteFiles(facts).at("milestones.csv"), Not(HasSubstr("negotiating")));
  const auto lines = facts_csv::WriteJsonLines(facts);
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ(*lines, "");
}

}  // namespace
}  // namespace comity::partner_registry
