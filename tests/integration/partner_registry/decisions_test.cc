#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using Stub = v1::PartnerRegistryService::Stub;

v1::RecordDecisionRequest FrenchAuthorisation() {
  v1::RecordDecisionRequest request;
  v1::Decision& decision = *request.mutable_decision();
  decision.set_kind(v1::DECISION_KIND_AUTHORISATION);
  decision.set_partner("partners/france");
  decision.add_counterparts("partners/georgia");
  decision.set_valid_from("2026-11-01");
  decision.set_evidence("letter 12");
  decision.set_grounds("mutual assistance");
  return request;
}

class DecisionsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<v1::Decision> Record(const std::string& caller,
                                      const v1::RecordDecisionRequest& request) {
    return Call(&Stub::RecordDecision, server_.As(caller), request);
  }

  absl::StatusOr<v1::Decision> Withdraw(const std::string& caller, const std::string& name,
                                        absl::Duration within = absl::Seconds(10),
                                        const std::string& request_id = "") {
    v1::WithdrawDecisionRequest request;
    request.set_name(name);
    request.set_reason("proceedings closed");
    request.set_request_id(request_id);
    return Call(&Stub::WithdrawDecision, server_.As(caller), request, within);
  }

  RegistryServer server_;
};

TEST_F(DecisionsTest, FranceAuthorisesListsAndWithdraws) {
  const auto recorded = Record(kFrance, FrenchAuthorisation());
  ASSERT_THAT(recorded, IsOk());
  EXPECT_EQ(recorded->recorded_by(), kFrance);
  EXPECT_EQ(recorded->grounds(), "mutual assistance");
  EXPECT_EQ(recorded->revision().number(), 2);

  v1::ListDecisionsRequest list;
  list.set_partner("partners/france");
  EXPECT_EQ(Call(&Stub::ListDecisions, server_.As(kFrance), list)->decisions_size(), 1);

  const auto withdrawn = Withdraw(kFrance, recorded->name());
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_TRUE(withdrawn->has_withdraw_time());
  EXPECT_THAT(Withdraw(kFrance, recorded->name()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "DECISION_WITHDRAWN"));
}

TEST_F(DecisionsTest, APageOfLongOnesIsAsLongAsAMessageMayBe) {
  constexpr int kEach = 180;
  v1::RecordDecisionRequest request = FrenchAuthorisation();
  for (int i = 0; i < 4; ++i) {
    request.mutable_decision()->add_conditions(std::string(1990, static_cast<char>('a' + i)));
  }
  request.mutable_decision()->set_grounds(std::string(1990, 'g'));
  for (const auto& [partner, who] :
       {std::pair("partners/france", kFrance), std::pair("partners/italy", kItaly)}) {
    request.mutable_decision()->set_partner(partner);
    for (int i = 0; i < kEach; ++i) ASSERT_THAT(Record(who, request), IsOk());
  }
  v1::ListDecisionsRequest list;
  list.set_page_size(500);
  std::set<std::string> names;
  int pages = 0;
  do {
    const auto page = Call(&Stub::ListDecisions, server_.As(kDesk), list);
    ASSERT_THAT(page, IsOk());
    EXPECT_LT(page->ByteSizeLong(), std::size_t{4} << 20) << "what any client takes";
    for (const v1::Decision& each : page->decisions()) names.insert(each.name());
    list.set_page_token(page->next_page_token());
    ++pages;
  } while (!list.page_token().empty());
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(names.size(), std::size_t{2} * kEach) << "and none is left out";
}

TEST_F(DecisionsTest, NobodyElseDecidesForFrance) {
  EXPECT_THAT(Record(kItaly, FrenchAuthorisation()),
              FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_EQ(Record(kDesk, FrenchAuthorisation()).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(Record(kTbilisi, FrenchAuthorisation()),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(DecisionsTest, ARepeatedRecordingIsOneDecision) {
  v1::RecordDecisionRequest request = FrenchAuthorisation();
  request.set_request_id("01900000-0000-7000-8000-000000000002");
  const auto first = Record(kFrance, request);
  const auto second = Record(kFrance, request);

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
}

TEST_F(DecisionsTest, AWithdrawalWaitsForAReplicaThatHasNotConfirmedIt) {
  const auto recorded = Record(kFrance, FrenchAuthorisation());
  ASSERT_THAT(recorded, IsOk());
  server_.Renew(std::string(32, 'a'), 2);
  const std::string id = "01900000-0000-7000-8000-000000000003";

  const auto impatient = Withdraw(kFrance, recorded->name(), absl::Seconds(1), id);

  EXPECT_THAT(impatient,
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
  EXPECT_TRUE(
      server_.application().store().View()->decisions().begin()->second->withdraw_time.has_value())
      << "the change stands";
  server_.Renew(std::string(32, 'a'), 3);
  EXPECT_THAT(Withdraw(kFrance, recorded->name(), absl::Seconds(10), id), IsOk());
}

TEST_F(DecisionsTest, AWithdrawalWaitsOutTheLeaseOfAReplicaThatDied) {
  const auto recorded = Record(kFrance, FrenchAuthorisation());
  server_.Renew(std::string(32, 'b'), 1);
  const absl::Time before = absl::Now();

  EXPECT_THAT(Withdraw(kFrance, recorded->name()), IsOk());

  EXPECT_GE(absl::Now() - before, absl::Seconds(3)) << "the lease, and a second more";
}

TEST_F(DecisionsTest, ASuspendedContactIsRefusedEverywhereAndReinstatedIsServed) {
  v1::GetPartnerRequest get;
  get.set_name("partners/georgia");
  ASSERT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get), IsOk());
  v1::SuspendContactRequest suspend;
  suspend.set_name("partners/georgia/contacts/tbilisi-1");
  EXPECT_THAT(Call(&Stub::SuspendContact, server_.As(kOperator), suspend),
              FailsWith(absl::StatusCode::kInvalidArgument, "REASON_MISSING"));
  suspend.set_reason("device lost");
  const auto suspended = Call(&Stub::SuspendContact, server_.As(kOperator), suspend);
  ASSERT_THAT(suspended, IsOk());
  EXPECT_EQ(suspended->state(), v1::Contact::STATE_SUSPENDED);

  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));

  v1::ReinstateContactRequest reinstate;
  reinstate.set_name(suspend.name());
  reinstate.set_reason("device found");
  ASSERT_THAT(Call(&Stub::ReinstateContact, server_.As(kOperator), reinstate), IsOk());
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get), IsOk());
}

TEST_F(DecisionsTest, WhileExchangesAreSuspendedNoContactOfThePartnerCounts) {
  v1::GetPartnerRequest get;
  get.set_name("partners/georgia");
  v1::SuspendExchangesRequest suspend;
  suspend.set_name("partners/georgia");
  EXPECT_THAT(Call(&Stub::SuspendExchanges, server_.As(kDpo), suspend),
              FailsWith(absl::StatusCode::kInvalidArgument, "REASON_MISSING"));
  suspend.set_reason("the agreement is under review");
  suspend.set_request_id("01900000-0000-7000-8000-000000000005");
  server_.Renew(std::string(32, 'a'), 1);

  EXPECT_THAT(Call(&Stub::SuspendExchanges, server_.As(kDpo), suspend, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
  server_.Renew(std::string(32, 'a'), 100);
  const auto suspended = Call(&Stub::SuspendExchanges, server_.As(kDpo), suspend);

  ASSERT_THAT(suspended, IsOk());
  EXPECT_TRUE(suspended->exchanges_suspended());
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get),
              FailsWith(absl::StatusCode::kPermissionDenied, "EXCHANGES_SUSPENDED"));
  ASSERT_THAT(server_.ImportData(), IsOk());
  EXPECT_TRUE(Call(&Stub::GetPartner, server_.As(kDesk), get)->exchanges_suspended());

  v1::ResumeExchangesRequest resume;
  resume.set_name("partners/georgia");
  resume.set_reason("reviewed");
  EXPECT_EQ(Call(&Stub::ResumeExchanges, server_.As(kDpo), resume).status().code(),
            absl::StatusCode::kPermissionDenied);
  const auto resumed = Call(&Stub::ResumeExchanges, server_.As(kOperator), resume);
  ASSERT_THAT(resumed, IsOk());
  EXPECT_FALSE(resumed->exchanges_suspended());
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kTbilisi), get), IsOk());
}

TEST_F(DecisionsTest, WhomExchangesAreSuspendedWithWithdrawsWhatItPermittedAndPermitsNothing) {
  v1::RecordDecisionRequest permission = FrenchAuthorisation();
  permission.mutable_decision()->set_kind(v1::DECISION_KIND_ORIGINATOR_PERMISSION);
  permission.mutable_decision()->set_partner("partners/georgia");
  permission.mutable_decision()->clear_counterparts();
  const auto recorded = Record(kTbilisi, permission);
  ASSERT_THAT(recorded, IsOk());
  v1::SuspendExchangesRequest suspend;
  suspend.set_name("partners/georgia");
  suspend.set_reason("the agreement is under review");
  ASSERT_THAT(Call(&Stub::SuspendExchanges, server_.As(kDpo), suspend), IsOk());

  EXPECT_THAT(Record(kTbilisi, permission),
              FailsWith(absl::StatusCode::kPermissionDenied, "EXCHANGES_SUSPENDED"));
  EXPECT_THAT(Withdraw(kTbilisi, recorded->name()), IsOk());
}

TEST_F(DecisionsTest, AContactThatIsNotRegisteredIsRefusedUntilItIs) {
  const std::string second = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  v1::GetPartnerRequest get;
  get.set_name("partners/georgia");
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(second), get),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_NOT_REGISTERED"));

  v1::CreateContactRequest create;
  create.set_parent("partners/georgia");
  create.set_contact_id("tbilisi-2");
  create.mutable_contact()->set_spiffe_id(second);
  create.mutable_contact()->set_function("deputy contact point");
  create.mutable_contact()->set_authority("partners/georgia/authorities/prosecution-service");
  const auto created = Call(&Stub::CreateContact, server_.As(kOperator), create);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), "partners/georgia/contacts/tbilisi-2");
  EXPECT_THAT(Call(&Stub::CreateContact, server_.As(kOperator), create),
              FailsWith(absl::StatusCode::kAlreadyExists, "CONTACT_EXISTS"));

  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(second), get), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
