#include <gmock/gmock.h>

#include <string>

#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

// Who vouches for the competence of an organisation, and what rests on it.
namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using Stub = v1::PartnerRegistryService::Stub;

constexpr char kInterpol[] = "partners/interpol";
constexpr char kSecond[] = "spiffe://agency.example/agency/registry-operator/-/o2";

class CompetenceTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<v1::Partner> Say(v1::Certainty certainty) {
    v1::UpdatePartnerRequest update;
    update.mutable_partner()->set_name(kInterpol);
    update.mutable_partner()->set_competent_in_criminal_matters(true);
    update.mutable_partner()->set_competence_certainty(certainty);
    update.mutable_update_mask()->add_paths("competent_in_criminal_matters");
    update.mutable_update_mask()->add_paths("competence_certainty");
    update.set_reason("its constitution was read again");
    return Call(&Stub::UpdatePartner, server_.As(kOperator), update);
  }

  v1::TransferVerdict Ask() {
    v1::EvaluateTransferRequest request;
    v1::TransferQuestion& question = *request.mutable_question();
    question.set_counterpart(kInterpol);
    question.set_data_kind(v1::DATA_KIND_OPERATIONAL);
    question.add_subjects(v1::SUBJECT_KIND_SUSPECT);
    question.set_annex_ii(v1::ANNEX_COVERAGE_WITHIN);
    question.set_geometry(v1::CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES);
    question.mutable_purpose()->set_task("coordination of investigations");
    question.mutable_purpose()->set_necessity("parallel investigations need it");
    question.add_origins()->set_kind(v1::ORIGIN_KIND_EUROJUST);
    const auto verdict = Call(&Stub::EvaluateTransfer, server_.As(kDesk), request);
    EXPECT_THAT(verdict, IsOk());
    return verdict.ok() ? *verdict : v1::TransferVerdict();
  }

  RegistryServer server_;
};

TEST_F(CompetenceTest, NothingIsReleasedOnOnePersonsWord) {
  EXPECT_EQ(Ask().outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED) << "the shipped data";
  const auto unsure = Say(v1::CERTAINTY_UNCONFIRMED);
  ASSERT_THAT(unsure, IsOk());
  EXPECT_EQ(Ask().outcome(), v1::TRANSFER_OUTCOME_UNDETERMINED);
  EXPECT_THAT(Ask().unconfirmed_fields(),
              Contains("partners/interpol.competent_in_criminal_matters"));
  EXPECT_THAT(Say(v1::CERTAINTY_FOUND),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"));

  v1::ConfirmCompetenceRequest confirm;
  confirm.set_name(kInterpol);
  confirm.set_etag(unsure->etag());
  EXPECT_THAT(Call(&Stub::ConfirmCompetence, server_.As(kSecond), confirm),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_INVALID"));
  confirm.set_evidence("Constitution of the organisation, Article 2");
  EXPECT_THAT(Call(&Stub::ConfirmCompetence, server_.As(kOperator), confirm),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"));
  ASSERT_THAT(Call(&Stub::ConfirmCompetence, server_.As(kSecond), confirm), IsOk());
  EXPECT_THAT(Call(&Stub::ConfirmCompetence, server_.As(kSecond), confirm),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));

  // Also from the store, as it is read at the next start.
  for (const bool restarted : {false, true}) {
    if (restarted) server_.Restart();
    EXPECT_EQ(Ask().outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  }
  v1::GetPartnerRequest get;
  get.set_name(kInterpol);
  const auto kept = Call(&Stub::GetPartner, server_.As(kDesk), get);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->competence_confirmation().field(), "competent_in_criminal_matters");
  EXPECT_EQ(kept->competence_confirmation().confirmed_by(), kSecond);
  const auto told = Call(&Stub::GetPartner, server_.As(kTbilisi), get);
  EXPECT_FALSE(told.ok() && !told->competence_confirmation().confirmed_by().empty())
      << "persons of the agency are nobody's outside it to know";
}

}  // namespace
}  // namespace comity::partner_registry
