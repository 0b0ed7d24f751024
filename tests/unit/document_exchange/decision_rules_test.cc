#include "services/document-exchange/domain/decision_rules.h"

#include <gmock/gmock.h>

#include <utility>

#include "common/status/error.h"
#include "services/document-exchange/domain/rows.h"
#include "tests/testing/fake_replica.h"
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

TEST(DecisionRulesTest, WhoRecordedItWithdrawsItWhateverBecameOfHisState) {
  const RecordedDecision recorded = {
      .decision = Of(DecisionKind::kAuthorisation, "partners/france"),
      .recorded_by = "spiffe://agency.example/agency/national-member/fr/nm-1"};
  const auto withdraw = [&](const char* who, const char* partner) {
    return CheckMayWithdraw(Who(who), partner, recorded);
  };
  const auto refused = FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS");
  EXPECT_THAT(withdraw("agency/national-member/fr/nm-2", ""), IsOk()) << "the unit is nobody's now";
  EXPECT_THAT(withdraw("agency/national-member/fr/nm-2", "partners/germany"), IsOk());
  EXPECT_THAT(withdraw("partner/france/contact/paris-1", "partners/france"), IsOk());
  EXPECT_THAT(withdraw("agency/national-member/de/nm-1", "partners/germany"), refused);
  EXPECT_THAT(withdraw("agency/desk-officer/fr/nm-1", "partners/france"), refused);
  EXPECT_THAT(withdraw("service/fr", ""), refused);
}

// A registry with a contact of an authority of France.
class StandsForTest : public ::testing::Test {
 protected:
  absl::Status Check(const char* who, DecisionKind kind = DecisionKind::kAuthorisation) const {
    testing::RegistryRecords records;
    legal::FactsBuilder facts;
    facts.Put(france_);
    facts.Put(authority_);
    records.facts = facts.Build({.store_id = "s", .number = 1});
    records.contacts = {{"spiffe://agency.example/partner/france/contact/paris-1", contact_}};
    return CheckStandsFor(Who(who), Of(kind, "partners/france"),
                          testing::FixedSnapshot(std::move(records)), absl::CivilDay(2026, 11, 30));
  }

  static constexpr char kParis[] = "partner/france/contact/paris-1";
  static constexpr char kMember[] = "agency/national-member/fr/nm-1";

  legal::Partner france_{.name = "partners/france"};
  legal::Authority authority_{.name = "partners/france/authorities/prosecution",
                              .competent_in_criminal_matters = true,
                              .certainty = legal::Certainty::kFound};
  registry_view::ContactEntry contact_{.partner = "partners/france",
                                       .authority = "partners/france/authorities/prosecution",
                                       .active = true};
};

TEST_F(StandsForTest, AContactDecidesForACompetentAuthorityThatIsSure) {
  const auto refused = FailsWith(StatusCode::kPermissionDenied, "AUTHORITY_NOT_COMPETENT");
  EXPECT_THAT(Check(kParis), IsOk());
  EXPECT_THAT(Check(kParis, DecisionKind::kNationalStatement), IsOk());

  authority_.certainty = legal::Certainty::kUnconfirmed;
  EXPECT_THAT(Check(kParis), refused);
  EXPECT_THAT(Check(kParis, DecisionKind::kNationalStatement), refused);
  EXPECT_THAT(Check(kParis, DecisionKind::kOriginatorPermission), IsOk());
  EXPECT_THAT(Check(kMember), IsOk()) << "the national member";
  authority_.certainty = legal::Certainty::kFound;
  authority_.competent_in_criminal_matters = false;
  EXPECT_THAT(Check(kParis), refused);
  authority_.competent_in_criminal_matters = true;

  contact_.authority = "partners/france/authorities/another";
  EXPECT_THAT(Check(kParis), refused);
  contact_.authority = authority_.name;
  contact_.active = false;
  EXPECT_THAT(Check(kParis), refused);
  contact_.active = true;
  contact_.validity = legal::Validity::Of("", "2026-11-29");
  EXPECT_THAT(Check(kParis), refused);
  EXPECT_THAT(Check("partner/france/contact/paris-2"), refused);
}

TEST_F(StandsForTest, NothingIsDecidedInTheNameOfWhoIsOffTheRegister) {
  france_.deleted = true;
  for (const char* const who : {kParis, kMember}) {
    EXPECT_THAT(Check(who), FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
    EXPECT_THAT(Check(who, DecisionKind::kOriginatorPermission),
                FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  }
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
  bad.decision.counterparts = {"partners/georgia", "georgia"};
  const absl::Status counterpart = CheckDecision(bad);
  EXPECT_THAT(counterpart, FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
  EXPECT_EQ(DetailsOf(counterpart).metadata["field"], "decision.counterparts[1]");
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
  refused("decision.conditions[0]", good.decision.conditions[0]);
  good.evidence = "FR-1\nFR-2";
  EXPECT_THAT(CheckDecision(good), FailsWith(StatusCode::kInvalidArgument, "DECISION_INVALID"));
}

}  // namespace
}  // namespace comity::document_exchange
