#include "services/document-exchange/domain/decision_rules.h"

#include <gmock/gmock.h>

#include <utility>

#include "common/status/error.h"
#include "services/document-exchange/domain/rows.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using legal::DecisionKind;

identity::Principal Who(const std::string& path) {
  return *identity::Principal::Parse("spiffe://agency.example/" + path);
}

legal::Decision Of(DecisionKind kind, const std::string& partner) {
  return {.kind = kind, .partner = partner};
}

TEST(DecisionRulesTest, AnAuthorisationIsGivenByTheMemberStateItself) {
  const legal::Decision french = Of(DecisionKind::kAuthorisation, "partners/france");
  EXPECT_THAT(CheckMayDecide(Who("agency/national-member/fr/nm-1"), "partners/france", french),
              IsOk());
  EXPECT_THAT(CheckMayDecide(Who("agency/national-member/de/nm-1"), "partners/germany", french),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_THAT(CheckMayDecide(Who("agency/desk-officer/fr/desk-1"), "partners/france", french),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_THAT(CheckMayDecide(Who("agency/college/-/secretary"), "", french),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
}

TEST(DecisionRulesTest, NobodyWithoutAPartnerTakesAPartnersDecision) {
  EXPECT_THAT(CheckMayDecide(Who("agency/national-member/xx/nm-1"), "",
                             Of(DecisionKind::kAuthorisation, "")),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
}

TEST(DecisionRulesTest, ADerogationIsTakenByTheAuthorisedPerson) {
  const legal::Decision derogation = Of(DecisionKind::kDerogationVitalInterests, "");
  EXPECT_THAT(CheckMayDecide(Who("agency/president/-/president"), "", derogation), IsOk());
  EXPECT_THAT(CheckMayDecide(Who("agency/college/-/secretary"), "", derogation), IsOk());
  EXPECT_THAT(CheckMayDecide(Who("agency/national-member/fr/nm-1"), "partners/france", derogation),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
}

TEST(DecisionRulesTest, ARestrictionIsLiftedByItsOriginator) {
  const legal::Decision lifted = Of(DecisionKind::kRestrictionLifted, "partners/georgia");
  EXPECT_THAT(CheckMayDecide(Who("partner/georgia/contact/c1"), "partners/georgia", lifted),
              IsOk());
  EXPECT_THAT(
      CheckMayDecide(Who("agency/liaison-prosecutor/georgia/lp-1"), "partners/georgia", lifted),
      IsOk());
  EXPECT_THAT(CheckMayDecide(Who("partner/moldova/contact/c1"), "partners/moldova", lifted),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
}

TEST(DecisionRulesTest, ADecisionSaysWhatItMust) {
  RecordedDecision good;
  good.decision = {.kind = DecisionKind::kAuthorisation,
                   .partner = "partners/france",
                   .case_reference = "2026/17",
                   .valid_from = *PartialDate::Parse("2026-11-01")};
  good.evidence = "FR-1";
  ASSERT_THAT(CheckDecision(good), IsOk());

  RecordedDecision bad = good;
  bad.evidence.clear();
  EXPECT_THAT(CheckDecision(bad), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
  bad = good;
  bad.decision.case_reference.clear();
  EXPECT_THAT(CheckDecision(bad), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
  bad = good;
  bad.decision.valid_from = *PartialDate::Parse("2026-11");
  EXPECT_THAT(CheckDecision(bad), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
  bad = good;
  bad.decision.valid_to = *PartialDate::Parse("2026-10-31");
  EXPECT_THAT(CheckDecision(bad), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
  bad = good;
  bad.decision.partner = "partners/france/authorities/x";
  EXPECT_THAT(CheckDecision(bad), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
  bad = good;
  bad.decision.kind = DecisionKind::kUrgentWithoutAuthorisation;
  EXPECT_THAT(CheckDecision(bad), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
}

TEST(DecisionRulesTest, ItsWordsAreThoseThatAreRead) {
  RecordedDecision good;
  good.decision = {.kind = DecisionKind::kAuthorisation,
                   .partner = "partners/france",
                   .case_reference = "2026/17",
                   .conditions = {"used in court\nonly"},
                   .valid_from = *PartialDate::Parse("2026-11-01"),
                   .grounds = "one\n\ttwo"};
  good.evidence = "FR-1";
  ASSERT_THAT(CheckDecision(good), IsOk());
  const auto refused = [&](const char* field, std::string& text) {
    const std::string kept = std::exchange(text, "inv\u202Eoice");
    const absl::Status status = CheckDecision(good);
    EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID")) << field;
    EXPECT_EQ(DetailsOf(status).metadata["field"], field);
    text = kept;
  };
  refused("decision.case_reference", good.decision.case_reference);
  refused("decision.evidence", good.evidence);
  refused("decision.grounds", good.decision.grounds);
  refused("decision.conditions", good.decision.conditions[0]);
  good.evidence = "FR-1\nFR-2";
  EXPECT_THAT(CheckDecision(good), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
}

}  // namespace
}  // namespace comity::document_exchange
