#include <gmock/gmock.h>

#include <string>

#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

// What an agreement covers, recorded and asked about through the service.
namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using Stub = v1::PartnerRegistryService::Stub;

constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";

class ScopeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(server_.ImportData(), IsOk());
    ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());
  }

  v1::TransferVerdict Ask(const std::string& offence) {
    v1::EvaluateTransferRequest request;
    v1::TransferQuestion& question = *request.mutable_question();
    question.set_counterpart("partners/georgia/authorities/prosecution-service");
    question.set_data_kind(v1::DATA_KIND_OPERATIONAL);
    question.add_subjects(v1::SUBJECT_KIND_SUSPECT);
    question.set_annex_ii(v1::ANNEX_COVERAGE_WITHIN);
    question.set_geometry(v1::CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES);
    question.mutable_purpose()->set_task("coordination of investigations");
    question.mutable_purpose()->set_offence(offence);
    question.mutable_purpose()->set_stage("investigation");
    question.mutable_purpose()->set_necessity("parallel investigations need it");
    question.mutable_purpose()->set_case_reference("case-1");
    question.add_origins()->set_kind(v1::ORIGIN_KIND_EUROJUST);
    const auto verdict = Call(&Stub::EvaluateTransfer, server_.As(kDesk), request);
    EXPECT_THAT(verdict, IsOk());
    return verdict.ok() ? *verdict : v1::TransferVerdict();
  }

  // `widens`: it covers more, and a second person confirms that.
  absl::StatusOr<v1::Instrument> Limit(const v1::InstrumentScope& scope, bool widens = false) {
    v1::GetInstrumentRequest get;
    get.set_name(kAgreement);
    const auto known = Call(&Stub::GetInstrument, server_.As(kDesk), get);
    EXPECT_THAT(known, IsOk());
    v1::UpdateInstrumentRequest update;
    update.mutable_instrument()->set_name(kAgreement);
    update.mutable_instrument()->set_etag(known->etag());
    *update.mutable_instrument()->mutable_scope() = scope;
    update.mutable_update_mask()->add_paths("scope");
    update.set_reason("its annex was read again");
    if (widens) {
      *update.mutable_instrument()->mutable_certainty() = known->certainty();
      (*update.mutable_instrument()->mutable_certainty())["scope"] = v1::CERTAINTY_UNCONFIRMED;
      update.mutable_update_mask()->add_paths("certainty");
    }
    const auto updated = Call(&Stub::UpdateInstrument, server_.As(kOperator), update);
    if (!widens || !updated.ok()) return updated;
    EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_UNDETERMINED) << "nobody confirmed it";
    v1::ConfirmFieldRequest confirm;
    confirm.set_name(kAgreement);
    confirm.set_etag(updated->etag());
    confirm.mutable_confirmation()->set_field("scope");
    confirm.mutable_confirmation()->set_evidence("its annex");
    return Call(&Stub::ConfirmField, server_.As(kDesk), confirm);
  }

  // Why the agreement does not cover it; empty if nothing says so.
  static std::string WhyNot(const v1::TransferVerdict& verdict) {
    for (const auto& reason : verdict.reasons()) {
      if (reason.code() == "OUTSIDE_SCOPE") return reason.sentence();
    }
    return "";
  }

  RegistryServer server_;
};

TEST_F(ScopeTest, AnAgreementLimitedToAnOffenceCoversItAndNotAnother) {
  EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_PERMITTED);

  v1::InstrumentScope scope;
  scope.add_offences("Terrorism");
  scope.add_subjects(v1::SUBJECT_KIND_SUSPECT);
  const auto limited = Limit(scope);
  ASSERT_THAT(limited, IsOk());
  EXPECT_EQ(limited->scope().ShortDebugString(), scope.ShortDebugString());

  // Also from the store, as it is read at the next start.
  for (const bool restarted : {false, true}) {
    if (restarted) server_.Restart();
    const auto covered = Ask("terrorism");
    EXPECT_EQ(covered.outcome(), v1::TRANSFER_OUTCOME_PERMITTED) << covered.DebugString();
    EXPECT_EQ(covered.basis(), v1::TRANSFER_BASIS_COOPERATION_AGREEMENT);
    const auto other = Ask("fraud");
    EXPECT_EQ(other.outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED) << other.DebugString();
    EXPECT_THAT(WhyNot(other), HasSubstr("the offence \"fraud\" (only \"Terrorism\")"));
    EXPECT_EQ(Ask("").outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  }

  // A correction is new knowledge: the earlier revision still says what was known then.
  v1::GetInstrumentRequest get;
  get.set_name(kAgreement);
  *get.mutable_at_revision() = limited->revision();
  get.mutable_at_revision()->set_number(limited->revision().number() - 1);
  const auto before = Call(&Stub::GetInstrument, server_.As(kDesk), get);
  ASSERT_THAT(before, IsOk());
  EXPECT_FALSE(before->has_scope());

  EXPECT_THAT(Limit({}), FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"));
  ASSERT_THAT(Limit({}, /*widens=*/true), IsOk());
  EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_PERMITTED) << "the limit was lifted";
}

TEST_F(ScopeTest, AnAgreementLimitedToASectorCoversTheAuthorityThatWorksInIt) {
  // `widens`: it may be covered for more, and a second person confirms that.
  const auto work_in = [this](const std::vector<std::string>& sectors,
                              bool widens = false) -> absl::StatusOr<v1::Authority> {
    v1::GetAuthorityRequest get;
    get.set_name("partners/georgia/authorities/prosecution-service");
    const auto known = Call(&Stub::GetAuthority, server_.As(kDesk), get);
    EXPECT_THAT(known, IsOk());
    v1::UpdateAuthorityRequest update;
    update.mutable_authority()->set_name(get.name());
    update.mutable_authority()->set_etag(known->etag());
    for (const std::string& sector : sectors) update.mutable_authority()->add_sectors(sector);
    update.mutable_update_mask()->add_paths("sectors");
    update.set_reason("its statute was read again");
    if (widens) {
      update.mutable_authority()->set_certainty(v1::CERTAINTY_UNCONFIRMED);
      update.mutable_update_mask()->add_paths("certainty");
    }
    const auto updated = Call(&Stub::UpdateAuthority, server_.As(kOperator), update);
    if (!widens || !updated.ok()) return updated;
    EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_UNDETERMINED) << "nobody confirmed it";
    v1::ConfirmAuthorityRequest confirm;
    confirm.set_name(get.name());
    confirm.set_etag(updated->etag());
    confirm.set_evidence("its statute");
    return Call(&Stub::ConfirmAuthority, server_.As(kDesk), confirm);
  };
  v1::InstrumentScope scope;
  scope.add_sectors("customs");
  ASSERT_THAT(Limit(scope), IsOk());
  EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);

  EXPECT_THAT(work_in({"Customs"}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"));
  const auto changed = work_in({"Customs"}, /*widens=*/true);
  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(changed->sectors(), ::testing::ElementsAre("Customs"));
  for (const bool restarted : {false, true}) {
    if (restarted) server_.Restart();
    EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_PERMITTED);
  }
  ASSERT_THAT(work_in({"Customs", "banks"}, /*widens=*/true), IsOk());
  EXPECT_EQ(Ask("fraud").outcome(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);

  const auto refused = work_in({"customs", "CUSTOMS"});
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "AUTHORITY_INVALID"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("sectors"));
}

TEST_F(ScopeTest, ALimitThatIsNoneIsRefusedAndNamed) {
  v1::InstrumentScope scope;
  scope.add_offences("fraud");
  scope.add_offences("FRAUD");
  const auto refused = Limit(scope);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("scope.offences"));
  scope.Clear();
  scope.add_subjects(static_cast<v1::SubjectKind>(99));
  EXPECT_THAT(Limit(scope), FailsWith(absl::StatusCode::kInvalidArgument, "VALUE_UNKNOWN"));
}

}  // namespace
}  // namespace comity::partner_registry
