#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

// The agreed cases of the transfer check, on the project's own data and through the served method.
namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using Stub = v1::PartnerRegistryService::Stub;

// A question of operational data of a suspect, two or more Member States, today.
class Ask {
 public:
  explicit Ask(const std::string& counterpart) {
    question_.set_counterpart(absl::StrCat("partners/", counterpart));
    question_.set_data_kind(v1::DATA_KIND_OPERATIONAL);
    question_.add_subjects(v1::SUBJECT_KIND_SUSPECT);
    question_.set_annex_ii(v1::ANNEX_COVERAGE_WITHIN);
    question_.set_geometry(v1::CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES);
    question_.mutable_purpose()->set_task("coordination of investigations");
    question_.mutable_purpose()->set_offence("organised crime");
    question_.mutable_purpose()->set_stage("investigation");
    question_.mutable_purpose()->set_necessity("parallel investigations need it");
    question_.mutable_purpose()->set_case_reference("case-1");
  }

  Ask& From(const std::string& state) {
    v1::Origin& origin = *question_.add_origins();
    origin.set_kind(state == "switzerland" ? v1::ORIGIN_KIND_THIRD_COUNTRY
                                           : v1::ORIGIN_KIND_MEMBER_STATE);
    origin.set_partner(absl::StrCat("partners/", state));
    return *this;
  }

  Ask& AuthorisedBy(const std::string& state) {
    v1::Decision& decision = Decided(v1::DECISION_KIND_AUTHORISATION);
    decision.set_partner(absl::StrCat("partners/", state));
    return *this;
  }

  v1::Decision& Decided(v1::DecisionKind kind) {
    v1::Decision& decision = *question_.add_decisions();
    decision.set_kind(kind);
    decision.set_case_reference("case-1");
    decision.set_valid_from("1990-01-01");
    decision.set_evidence("e");
    decision.set_grounds("g");
    return decision;
  }

  Ask& On(const std::string& day) {
    const absl::CivilDay civil = ParseDay(day).value();
    question_.mutable_instant()->set_seconds(
        absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(civil) + 43200, Brussels())));
    return *this;
  }

  v1::TransferQuestion& question() { return question_; }
  const v1::TransferQuestion& question() const { return question_; }

 private:
  v1::TransferQuestion question_;
};

class TransferCheckTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new RegistryServer();
    ASSERT_THAT(server_->ImportData(), IsOk());
    for (const char* contact :
         {kTbilisi, kChisinau, "spiffe://agency.example/partner/panama/contact/panama-1",
          "spiffe://agency.example/partner/albania/contact/tirana-1",
          "spiffe://agency.example/partner/eppo/contact/luxembourg-1"}) {
      ASSERT_THAT(server_->PublishKey(contact), IsOk());
    }
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static absl::StatusOr<v1::TransferVerdict> Answer(const Ask& ask) {
    v1::EvaluateTransferRequest request;
    *request.mutable_question() = ask.question();
    return Call(&Stub::EvaluateTransfer, server_->As(kDesk), request);
  }

  static v1::TransferVerdict Verdict(const Ask& ask) {
    auto verdict = Answer(ask);
    EXPECT_THAT(verdict, IsOk());
    return verdict.ok() ? *std::move(verdict) : v1::TransferVerdict();
  }

  static RegistryServer* server_;
};

RegistryServer* TransferCheckTest::server_ = nullptr;

constexpr char kGeorgia[] = "georgia/authorities/prosecution-service";
constexpr char kPanama[] = "panama/authorities/prosecution-service";

TEST_F(TransferCheckTest, GeorgiaWithFrenchDataDependsOnTheFrenchAuthorisation) {
  const auto authorised = Verdict(Ask(kGeorgia).From("france").AuthorisedBy("france"));
  EXPECT_EQ(authorised.outcome(), v1::TRANSFER_OUTCOME_PERMITTED) << authorised.DebugString();
  EXPECT_EQ(authorised.basis(), v1::TRANSFER_BASIS_COOPERATION_AGREEMENT);
  EXPECT_GE(authorised.registry_revision().number(), 1);

  EXPECT_EQ(Verdict(Ask(kGeorgia).From("france")).outcome(),
            v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO);
  EXPECT_EQ(Verdict(Ask(kGeorgia).From("france").From("italy").AuthorisedBy("france")).outcome(),
            v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO);
  EXPECT_EQ(
      Verdict(Ask(kGeorgia).From("france").From("switzerland").AuthorisedBy("france")).outcome(),
      v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO);
  EXPECT_EQ(Verdict(Ask(kGeorgia).From("france").AuthorisedBy("france").On("2019-06-01")).outcome(),
            v1::TRANSFER_OUTCOME_UNDETERMINED);
}

TEST_F(TransferCheckTest, AGeneralAuthorisationOfTheRegisterCountsUntilItIsWithdrawn) {
  v1::RecordDecisionRequest record;
  record.mutable_decision()->set_kind(v1::DECISION_KIND_AUTHORISATION);
  record.mutable_decision()->set_partner("partners/france");
  record.mutable_decision()->add_counterparts("partners/georgia");
  record.mutable_decision()->set_valid_from("2020-01-01");
  record.mutable_decision()->set_evidence("general authorisation");
  const auto decision = Call(&Stub::RecordDecision, server_->As(kFrance), record);
  ASSERT_THAT(decision, IsOk());
  EXPECT_EQ(Verdict(Ask(kGeorgia).From("france")).outcome(), v1::TRANSFER_OUTCOME_PERMITTED);

  v1::WithdrawDecisionRequest withdraw;
  withdraw.set_name(decision->name());
  withdraw.set_reason("closed");
  ASSERT_THAT(Call(&Stub::WithdrawDecision, server_->As(kFrance), withdraw), IsOk());
  EXPECT_EQ(Verdict(Ask(kGeorgia).From("france")).outcome(),
            v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO);
}

TEST_F(TransferCheckTest, NothingIsPermittedWhileExchangesAreSuspended) {
  v1::SuspendExchangesRequest suspend;
  suspend.set_name("partners/georgia");
  suspend.set_reason("test");
  ASSERT_THAT(Call(&Stub::SuspendExchanges, server_->As(kOperator), suspend), IsOk());
  const Ask ask = Ask(kGeorgia).From("france").AuthorisedBy("france");

  const auto refused = Verdict(ask);

  EXPECT_EQ(refused.outcome(), v1::TRANSFER_OUTCOME_REFUSED);
  EXPECT_THAT(refused.DebugString(), HasSubstr("EXCHANGES_SUSPENDED"));
  v1::ResumeExchangesRequest resume;
  resume.set_name(suspend.name());
  resume.set_reason("test");
  ASSERT_THAT(Call(&Stub::ResumeExchanges, server_->As(kOperator), resume), IsOk());
  EXPECT_EQ(Verdict(ask).outcome(), v1::TRANSFER_OUTCOME_PERMITTED);
}

TEST_F(TransferCheckTest, AlbaniaChangesOnTheDayOfEntryIntoForce) {
  EXPECT_EQ(
      Verdict(Ask("albania").From("france").AuthorisedBy("france").On("2019-10-31")).outcome(),
      v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  const auto after = Verdict(Ask("albania").From("france").AuthorisedBy("france").On("2019-11-01"));
  EXPECT_EQ(after.outcome(), v1::TRANSFER_OUTCOME_PERMITTED) << after.DebugString();
  EXPECT_EQ(after.basis(), v1::TRANSFER_BASIS_COOPERATION_AGREEMENT);
  EXPECT_EQ(after.day(), "2019-11-01");
}

TEST_F(TransferCheckTest, CroatiaBecomesAMemberState) {
  EXPECT_EQ(Verdict(Ask("croatia").From("france").AuthorisedBy("france").On("2013-06-30")).basis(),
            v1::TRANSFER_BASIS_COOPERATION_AGREEMENT);
  EXPECT_EQ(Verdict(Ask("croatia").From("france").AuthorisedBy("france").On("2013-07-01")).basis(),
            v1::TRANSFER_BASIS_MEMBER_STATE);
}

TEST_F(TransferCheckTest, TheUnitedKingdomDependsOnWhatWasPublic) {
  EXPECT_EQ(
      Verdict(Ask("united-kingdom").From("france").AuthorisedBy("france").On("2021-02-15")).basis(),
      v1::TRANSFER_BASIS_DEEMED_NOT_A_TRANSFER);
  Ask ask = Ask("united-kingdom").From("france").AuthorisedBy("france").On("2025-12-28");
  EXPECT_EQ(Verdict(ask).basis(), v1::TRANSFER_BASIS_ADEQUACY);
  ask.question().set_public_on("2025-12-01");
  EXPECT_EQ(Verdict(ask).basis(), v1::TRANSFER_BASIS_INTERNATIONAL_AGREEMENT);
}

TEST_F(TransferCheckTest, ArmeniaAndLebanonAreUndeterminedWhileNobodyKnows) {
  const auto outcome = [](const char* partner, const char* day) {
    Ask ask = Ask(partner).From("france").AuthorisedBy("france");
    if (day != nullptr) ask.On(day);
    return Verdict(ask).outcome();
  };
  EXPECT_EQ(outcome("armenia", "2024-04-05"), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  EXPECT_EQ(outcome("armenia", nullptr), v1::TRANSFER_OUTCOME_UNDETERMINED);
  EXPECT_EQ(outcome("lebanon", "2024-12-31"), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  EXPECT_EQ(outcome("lebanon", nullptr), v1::TRANSFER_OUTCOME_UNDETERMINED);
}

TEST_F(TransferCheckTest, PanamaNeedsADecisionAndItsArrangementIsNoBasis) {
  const auto verdict = Verdict(Ask(kPanama).From("france").AuthorisedBy("france"));

  EXPECT_EQ(verdict.outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED) << verdict.DebugString();
  EXPECT_GE(verdict.routes_size(), 2);
  EXPECT_THAT(verdict.DebugString(), HasSubstr("partners/panama/instruments/working-arrangement"));
  Ask vital = Ask(kPanama).From("france").AuthorisedBy("france");
  vital.Decided(v1::DECISION_KIND_DEROGATION_VITAL_INTERESTS).add_counterparts("partners/panama");
  const auto derogation = Verdict(vital);
  EXPECT_EQ(derogation.outcome(), v1::TRANSFER_OUTCOME_PERMITTED) << derogation.DebugString();
  EXPECT_EQ(derogation.basis(), v1::TRANSFER_BASIS_DEROGATION);
}

TEST_F(TransferCheckTest, ManyQuestionsAreAnsweredAsOneByOneAndOnOneState) {
  Ask past = Ask("georgia").From("france");
  past.question().set_explore(true);
  const std::vector<Ask> asked = {Ask(kGeorgia).From("france").AuthorisedBy("france"),
                                  Ask(kPanama).From("france"), past.On("2019-06-01"),
                                  Ask("wbcj").From("france")};
  v1::BatchEvaluateTransfersRequest request;
  for (const Ask& ask : asked) *request.add_requests()->mutable_question() = ask.question();
  const auto batch = [&] {
    return Call(&Stub::BatchEvaluateTransfers, server_->As(kDesk), request);
  };
  const auto answers = batch();
  ASSERT_THAT(answers, IsOk());
  ASSERT_EQ(answers->verdicts_size(), 4);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(answers->verdicts(i).DebugString(), Verdict(asked[i]).DebugString()) << i;
  }

  const auto invalid = [](const char* where) {
    return [where](const absl::StatusOr<v1::BatchEvaluateTransfersResponse>& refused) {
      EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << refused.status();
      EXPECT_THAT(std::string(refused.status().message()), HasSubstr(where));
    };
  };
  request.mutable_requests(2)->mutable_question()->mutable_at_revision()->set_number(1);
  invalid("requests[2].question.at_revision")(batch());
  request.mutable_requests(2)->mutable_question()->clear_at_revision();
  request.mutable_requests(3)->mutable_question()->clear_data_kind();
  invalid("requests[3].question.data_kind")(batch());
  *request.mutable_requests(3)->mutable_question() = Ask("atlantis").From("france").question();
  const auto unknown = batch();
  EXPECT_THAT(unknown, FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("requests[3].question.counterpart: There is no partner"));
  EXPECT_EQ(DetailsOf(unknown.status()).metadata.at("field"), "requests[3].question.counterpart");
  while (request.requests_size() < 1001) *request.add_requests() = request.requests(0);
  invalid("1 to 1000")(batch());
  request.clear_requests();
  invalid("requests")(batch());
}

TEST_F(TransferCheckTest, AThousandQuestionsFitIntoOneCall) {
  v1::BatchEvaluateTransfersRequest request;
  for (int i = 0; i < 1000; ++i) {
    *request.add_requests()->mutable_question() =
        Ask(kPanama).From("france").From("italy").question();
  }
  const auto answers = Call(&Stub::BatchEvaluateTransfers, server_->As(kDesk), request);
  ASSERT_THAT(answers, IsOk());
  EXPECT_EQ(answers->verdicts_size(), 1000);
}

TEST_F(TransferCheckTest, UnionBodiesOrganisationsProjectsAndFootnotes) {
  const auto eppo =
      Verdict(Ask("eppo/authorities/central-office").From("austria").AuthorisedBy("austria"));
  EXPECT_EQ(eppo.outcome(), v1::TRANSFER_OUTCOME_PERMITTED) << eppo.DebugString();
  EXPECT_EQ(eppo.basis(), v1::TRANSFER_BASIS_UNION_BODY);
  EXPECT_EQ(Verdict(Ask("interpol").From("spain").AuthorisedBy("spain").On("2026-11-20")).outcome(),
            v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  EXPECT_EQ(Verdict(Ask("unodc").From("france").AuthorisedBy("france")).outcome(),
            v1::TRANSFER_OUTCOME_REFUSED);
  EXPECT_EQ(Verdict(Ask("wbcj").From("france").AuthorisedBy("france")).outcome(),
            v1::TRANSFER_OUTCOME_REFUSED);
  Ask harmless("wbcj");
  harmless.question().set_data_kind(v1::DATA_KIND_NON_PERSONAL);
  EXPECT_EQ(Verdict(harmless).outcome(), v1::TRANSFER_OUTCOME_PERMITTED);
  const auto kosovo =
      Verdict(Ask("kosovo").From("germany").AuthorisedBy("germany").On("2026-11-20"));
  EXPECT_EQ(kosovo.outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED) << kosovo.DebugString();
  EXPECT_THAT(kosovo.counterpart_footnote(), HasSubstr("UNSCR 1244/1999"));
}

TEST_F(TransferCheckTest, BeforeTheImportNothingWasKnownAndOtherStoresAreRefused) {
  Ask ask = Ask("georgia").From("france").AuthorisedBy("france");
  auto& revision = *ask.question().mutable_at_revision();
  revision.set_store_id(server_->application().store().store_id());
  revision.set_number(0);
  EXPECT_EQ(Verdict(ask).outcome(), v1::TRANSFER_OUTCOME_UNDETERMINED);
  revision.set_number(1);
  EXPECT_EQ(Verdict(ask).outcome(), v1::TRANSFER_OUTCOME_PERMITTED);
  revision.set_number(1000);
  EXPECT_THAT(Answer(ask), FailsWith(absl::StatusCode::kOutOfRange, "REVISION_UNKNOWN"));
  revision.set_store_id(std::string(32, 'f'));
  EXPECT_THAT(Answer(ask), FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_REPLACED"));
  Ask unknown("atlantis");
  EXPECT_THAT(Answer(unknown), FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_EQ(DetailsOf(Answer(unknown).status()).metadata.at("field"), "question.counterpart");
  const auto origin = Answer(Ask("georgia").From("france").From("atlantis"));
  EXPECT_THAT(origin, FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_EQ(DetailsOf(origin.status()).metadata.at("field"), "question.origins[1].partner");
  EXPECT_THAT(std::string(origin.status().message()),
              HasSubstr("question.origins[1].partner: There is no partner"));
  const auto decision = Answer(Ask("georgia").From("france").AuthorisedBy("atlantis"));
  EXPECT_THAT(decision, FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_EQ(DetailsOf(decision.status()).metadata.at("field"), "question.decisions[0].partner");
}

TEST_F(TransferCheckTest, AQuestionLeavesNoEvidence) {
  const std::int64_t before = server_->application().journal().head().leaf_count;
  Verdict(Ask(kPanama).From("france"));
  EXPECT_EQ(server_->application().journal().head().leaf_count, before);
}

}  // namespace
}  // namespace comity::partner_registry
