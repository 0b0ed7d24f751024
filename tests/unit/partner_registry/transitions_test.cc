#include "services/partner-registry/domain/transitions.h"

#include <gmock/gmock.h>

#include "common/status/error.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/steps.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;

class TransitionsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Plan> Take(const std::string& partner, Axis axis, const std::string& step,
                            const std::string& day, const std::string& project = "") {
    const auto plan = PlanRecordMilestone(registry_,
                                          {.partner = partner,
                                           .axis = axis,
                                           .step = step,
                                           .day = day,
                                           .evidence = "the document",
                                           .certainty = Certainty::kFound,
                                           .project = project},
                                          kNow);
    if (plan.ok()) registry_ = After(registry_, plan->facts);
    return plan;
  }

  // What is missing for a step that is refused.
  std::vector<std::string> Missing(const absl::StatusOr<Plan>& plan) {
    EXPECT_THAT(plan, FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_NOT_POSSIBLE"));
    std::vector<std::string> missing;
    for (const auto& violation : DetailsOf(plan.status()).preconditions) {
      missing.push_back(violation.subject);
    }
    return missing;
  }

  // Kazakhstan, on which the Member States were consulted until the end of 2019.
  void AddKazakhstan() {
    registry_ =
        After(registry_, {Partner{.id = "kazakhstan",
                                  .kind = PartnerKind::kState,
                                  .display_name = "Kazakhstan",
                                  .legal_classes = {{.legal_class = LegalClass::kThirdCountry,
                                                     .certainty = Certainty::kFound}}},
                          Consultation{.partner = "kazakhstan",
                                       .id = "c1",
                                       .state = ConsultationState::kClosed,
                                       .closed = "2019-12-31"}});
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(TransitionsTest, WhatComesFirstIsAStepOfTheAxis) {
  for (const Axis axis : {Axis::kTreaty, Axis::kWorkingArrangement, Axis::kContactPoint,
                          Axis::kLiaisonProsecutor, Axis::kProjectMembership}) {
    for (const Step& step : StepsOf(axis)) {
      EXPECT_FALSE(step.by.empty()) << step.word;
      for (const auto& one_of : step.after) {
        EXPECT_FALSE(one_of.empty()) << step.word;
        for (const absl::string_view word : one_of) EXPECT_GE(RankOf(axis, word), 0) << word;
      }
    }
  }
}

TEST_F(TransitionsTest, ATreatyIsTakenFromTheConsultationToItsEnd) {
  const std::pair<const char*, const char*> way[] = {{"CONSULTED", "2020-01-01"},
                                                     {"PROPOSED", "2020-02-01"},
                                                     {"RECOMMENDED", "2020-03"},
                                                     {"COUNCIL_MANDATE", "2020-04-01"},
                                                     {"NEGOTIATING", "2020-05-01"},
                                                     {"NEGOTIATIONS_FINALISED", "2020-06-01"},
                                                     {"INITIALLED", "2020-07-01"},
                                                     {"MEMBER_STATES_APPROVED", "2020-08-01"},
                                                     {"SIGNING_PROPOSAL", "2020-09-01"},
                                                     {"SIGNING_DECISION", "2020-10-01"},
                                                     {"SIGNED", "2020-11-01"},
                                                     {"RATIFIED_BY_PARTNER", "2020-12-01"},
                                                     {"PROVISIONALLY_APPLIED", "2021"},
                                                     {"CONSENT_OF_PARLIAMENT", "2022-01-01"},
                                                     {"CONCLUSION_DECISION", "2022-02-01"},
                                                     {"IN_FORCE", "2022-03-01"},
                                                     {"IMPLEMENTATION_NOTIFIED", "2022-04-01"},
                                                     {"APPLIES", "2022-05-01"},
                                                     {"SUSPENDED", "2023-01-01"},
                                                     {"NOTICE_GIVEN", "2024-01-01"},
                                                     {"ENDED", "2025-01-01"}};
  for (const auto& [step, day] : way) {
    EXPECT_THAT(Take("kazakhstan", Axis::kTreaty, step, day),
                FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  }
  AddKazakhstan();
  for (const auto& [step, day] : way) {
    EXPECT_THAT(Take("kazakhstan", Axis::kTreaty, step, day), IsOk()) << step;
  }
  EXPECT_THAT(Missing(Take("kazakhstan", Axis::kTreaty, "SUSPENDED", "2025-06-01")),
              ElementsAre("PROVISIONALLY_APPLIED or IN_FORCE or APPLIES"))
      << "after its end it begins anew";
  EXPECT_THAT(Take("kazakhstan", Axis::kTreaty, "CONSULTED", "2025-07-01"), IsOk());
}

TEST_F(TransitionsTest, EveryStepIsRefusedWhileWhatComesFirstIsMissing) {
  AddKazakhstan();
  for (const Axis axis : {Axis::kTreaty, Axis::kWorkingArrangement, Axis::kContactPoint,
                          Axis::kLiaisonProsecutor, Axis::kProjectMembership}) {
    for (const Step& step : StepsOf(axis)) {
      const Registry before = registry_;
      const auto plan = Take("kazakhstan", axis, std::string(step.word), "2024-01-01",
                             axis == Axis::kProjectMembership ? "icpa" : "");
      EXPECT_EQ(plan.ok(), step.after.empty()) << step.word;
      if (!plan.ok()) {
        EXPECT_EQ(Missing(plan).size(), step.after.size()) << step.word;
      }
      registry_ = before;
    }
  }
}

TEST_F(TransitionsTest, ConsultedIsWhoWasConsulted) {
  EXPECT_THAT(Missing(Take("kosovo", Axis::kTreaty, "CONSULTED", "2026-11-01")),
              ElementsAre("partners/kosovo"))
      << "whatever the evidence";
  Consultation consultation{.partner = "kosovo", .id = "c1"};
  registry_ = After(registry_, {consultation});
  EXPECT_THAT(Missing(Take("kosovo", Axis::kTreaty, "CONSULTED", "2026-11-01")),
              ElementsAre("partners/kosovo/consultations/c1"))
      << "it is open";
  consultation.state = ConsultationState::kClosed;
  consultation.closed = "2026-11-02";
  registry_ = After(registry_, {consultation});
  EXPECT_THAT(Missing(Take("kosovo", Axis::kTreaty, "CONSULTED", "2026-11-01")),
              ElementsAre("partners/kosovo"))
      << "it was closed later";
  EXPECT_THAT(Take("kosovo", Axis::kTreaty, "CONSULTED", "2026-11-02"), IsOk());
  EXPECT_THAT(Take("kosovo", Axis::kTreaty, "PROPOSED", "2026-11-03"), IsOk());
}

TEST_F(TransitionsTest, NoNegotiationBeforeTheMandate) {
  EXPECT_THAT(Missing(Take("algeria", Axis::kTreaty, "NEGOTIATING", "2021-02-28")),
              ElementsAre("COUNCIL_MANDATE"));
  const auto later = Take("algeria", Axis::kTreaty, "NEGOTIATING", "2021-03-01");
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(later->resource, "partners/algeria/milestones/negotiating");
}

TEST_F(TransitionsTest, NothingIsInForceBeforeSignatureAndConclusion) {
  EXPECT_THAT(Missing(Take("algeria", Axis::kTreaty, "IN_FORCE", "2026-01-01")),
              ElementsAre("SIGNED", "CONCLUSION_DECISION"));
  EXPECT_THAT(Missing(Take("bosnia-and-herzegovina", Axis::kTreaty, "IN_FORCE", "2024-10-28")),
              ElementsAre("CONCLUSION_DECISION"))
      << "signed by its instrument, concluded later";
  EXPECT_THAT(Take("bosnia-and-herzegovina", Axis::kTreaty, "IN_FORCE", "2026-01-01"), IsOk());
}

TEST_F(TransitionsTest, AnInstrumentThatHasEndedCarriesNothing) {
  EXPECT_THAT(Take("croatia", Axis::kTreaty, "SUSPENDED", "2013-06-01"), IsOk());
  EXPECT_THAT(Missing(Take("croatia", Axis::kTreaty, "SUSPENDED", "2014-01-01")),
              ElementsAre("PROVISIONALLY_APPLIED or IN_FORCE or APPLIES"));
}

TEST_F(TransitionsTest, AProsecutorIsSecondedOnAnAgreementThatAllowsIt) {
  EXPECT_THAT(Missing(Take("panama", Axis::kLiaisonProsecutor, "SELECTED", "2026-01-01")),
              ElementsAre("ENTITLED"));
  EXPECT_THAT(Missing(Take("panama", Axis::kLiaisonProsecutor, "ENTITLED", "2026-01-01")),
              ElementsAre("ENTITLED"))
      << "an instrument says so, nobody else";
  EXPECT_THAT(Missing(Take("albania", Axis::kLiaisonProsecutor, "SECONDED", "2019-10-31")),
              ElementsAre("ENTITLED", "SELECTED"));
  EXPECT_THAT(Take("albania", Axis::kLiaisonProsecutor, "SELECTED", "2019-11-01"), IsOk());
  EXPECT_THAT(Take("albania", Axis::kLiaisonProsecutor, "SECONDED", "2020-01-01"), IsOk());
}

TEST_F(TransitionsTest, WhatLapsedBeginsAnew) {
  EXPECT_THAT(Take("albania", Axis::kContactPoint, "DESIGNATED", "2025-01-01"), IsOk());
  EXPECT_THAT(Take("albania", Axis::kContactPoint, "LAPSED", "2025-06-01"), IsOk());
  EXPECT_THAT(Missing(Take("albania", Axis::kContactPoint, "VERIFIED", "2025-07-01")),
              ElementsAre("DESIGNATED"));
  const auto anew = Take("albania", Axis::kContactPoint, "DESIGNATED", "2025-08-01");
  ASSERT_THAT(anew, IsOk());
  EXPECT_EQ(anew->resource, "partners/albania/milestones/designated-2");
  EXPECT_THAT(Take("albania", Axis::kContactPoint, "VERIFIED", "2025-09-01"), IsOk());
}

TEST_F(TransitionsTest, ProjectsAreLookedAtOneByOne) {
  EXPECT_THAT(Take("ukraine", Axis::kProjectMembership, "LEFT", "2026-01-01", "icpa"), IsOk());
  EXPECT_THAT(Missing(Take("ukraine", Axis::kProjectMembership, "LEFT", "2026-01-01", "wbcj")),
              ElementsAre("JOINED"));
}

TEST_F(TransitionsTest, NoStepIsTakenBeforeItsDay) {
  for (const char* const day : {"2026-11-29", "2026-12", "2027"}) {
    EXPECT_THAT(Take("egypt", Axis::kTreaty, "NEGOTIATING", day),
                FailsWith(absl::StatusCode::kInvalidArgument, "MILESTONE_INVALID"))
        << day;
  }
  for (const char* const day : {"2026-11-28", "2026-11", "2026"}) {
    const Registry before = registry_;
    EXPECT_THAT(Take("egypt", Axis::kTreaty, "NEGOTIATING", day), IsOk()) << day;
    registry_ = before;
  }
}

TEST_F(TransitionsTest, TheWayToAnAgreementBeginsWithACandidate) {
  for (const char* const partner : {"france", "europol", "ejn"}) {
    EXPECT_THAT(Take(partner, Axis::kTreaty, "RECOMMENDED", "2026-01-01"),
                FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE"))
        << partner;
  }
  EXPECT_THAT(Take("croatia", Axis::kTreaty, "RECOMMENDED", "2006-01-01"), IsOk());
}

TEST_F(TransitionsTest, AStepNeedsADayAndADocument) {
  const Milestone step = {.partner = "algeria", .axis = Axis::kTreaty, .step = "NEGOTIATING"};
  Milestone dated = step;
  dated.day = "2022-01-01";
  Milestone shown = step;
  shown.evidence = "the document";
  const auto missing = FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING");
  EXPECT_THAT(PlanRecordMilestone(registry_, dated, kNow), missing);
  EXPECT_THAT(PlanRecordMilestone(registry_, shown, kNow), missing);

  dated.evidence = "the document";
  EXPECT_THAT(PlanRecordMilestone(registry_, dated, kNow), IsOk());
  dated.day = "last year";
  EXPECT_THAT(PlanRecordMilestone(registry_, dated, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "MILESTONE_INVALID"));
  dated.step = "DREAMT_OF";
  EXPECT_THAT(PlanRecordMilestone(registry_, dated, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "MILESTONE_INVALID"));
}

TEST_F(TransitionsTest, AnAgreementTakesEffectOnlyAfterTheDecisionsOfTheCouncil) {
  const Instrument agreement{.partner = "bosnia-and-herzegovina",
                             .id = "other",
                             .kind = InstrumentKind::kInternationalAgreement,
                             .title = "Agreement"};
  const auto entered = [&](const char* provisional, const char* in_force, const char* applied) {
    Instrument made = agreement;
    made.provisional_from = provisional;
    made.in_force = in_force;
    made.applied_from = applied;
    return PlanCreateInstrument(registry_, kImporter, made);
  };
  EXPECT_THAT(entered("", "", ""), IsOk());
  EXPECT_THAT(Missing(entered("", "2025-04-13", "")), ElementsAre("CONCLUSION_DECISION"));
  EXPECT_THAT(entered("", "2025-04-14", "2025-05-01"), IsOk()) << "concluded on that day";
  EXPECT_THAT(Missing(entered("", "", "2025-04-01")), ElementsAre("CONCLUSION_DECISION"));
  EXPECT_THAT(Missing(entered("", "2025-04-01", "2025-04-02")), ElementsAre("CONCLUSION_DECISION"))
      << "each once";
  EXPECT_THAT(Missing(entered("2024-09-01", "", "")), ElementsAre("SIGNING_DECISION"))
      << "undated, it counts from when it was recorded";
  EXPECT_THAT(entered("2026-12-01", "", ""), IsOk());

  Instrument signed_one = agreement;
  signed_one.signed_on = "2024-10-28";
  for (const Certainty certainty : {Certainty::kFound, Certainty::kUnconfirmed}) {
    signed_one.reference = "OJ L";
    signed_one.certainty["signed"] = certainty;
    EXPECT_THAT(Missing(PlanCreateInstrument(registry_, kImporter, signed_one)),
                ElementsAre("SIGNING_DECISION"))
        << "a day is a step, however sure";
  }
  signed_one.signed_on = "2026-12-01";
  EXPECT_THAT(PlanCreateInstrument(registry_, kImporter, signed_one), IsOk());

  Instrument shown = agreement;
  shown.in_force_by = "2025-04-13";
  EXPECT_THAT(Missing(PlanCreateInstrument(registry_, kImporter, shown)),
              ElementsAre("CONCLUSION_DECISION"))
      << "in force by that day is in force after its conclusion, too";
  shown.in_force_by = "2025-04-14";
  EXPECT_THAT(PlanCreateInstrument(registry_, kImporter, shown), IsOk());

  Instrument armenian = agreement;
  armenian.partner = "armenia";
  armenian.in_force = "2026-06-01";
  const auto refused = PlanCreateInstrument(registry_, kImporter, armenian);
  EXPECT_THAT(Missing(refused), ElementsAre("CONCLUSION_DECISION"));
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("the Council"));
  armenian.kind = InstrumentKind::kWorkingArrangement;
  EXPECT_THAT(PlanCreateInstrument(registry_, kImporter, armenian), IsOk());
}

TEST_F(TransitionsTest, ADayOfEffectThatStaysIsNotJudgedAgain) {
  Instrument agreement = *registry_.FindInstrument("partners/armenia/instruments/agreement");
  agreement.in_force = "2026-06-01";
  EXPECT_THAT(Missing(PlanUpdateInstrument(registry_, kImporter, agreement, "", kNow)),
              ElementsAre("CONCLUSION_DECISION"));

  registry_ = After(registry_, {agreement});  // As an import may leave it.
  agreement.note = "checked";
  EXPECT_THAT(PlanUpdateInstrument(registry_, kImporter, agreement, "", kNow), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
