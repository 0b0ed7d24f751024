// Contacts over real mutual TLS: whom to turn to, days of validity, and what a purge leaves.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/day.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Stub = v1::PartnerRegistryService::Stub;

constexpr char kContact[] = "partners/georgia/contacts/tbilisi-1";
constexpr char kAuthority[] = "partners/georgia/authorities/prosecution-service";

class ContactsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> As(const std::string& caller,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, absl::Duration within = absl::Seconds(10)) {
    return Call(method, server_.As(caller), request, within);
  }

  absl::StatusOr<v1::FindCounterpartResponse> Find(const std::string& caller,
                                                   const std::string& parent) {
    v1::FindCounterpartRequest request;
    request.set_parent(parent);
    request.mutable_instant()->set_seconds(
        absl::ToUnixSeconds(absl::FromCivil(absl::CivilHour(2026, 12, 1, 8), absl::UTCTimeZone())));
    return As(caller, &Stub::FindCounterpart, request);
  }

  absl::StatusOr<v1::Contact> ValidUntil(const std::string& day,
                                         absl::Duration within = absl::Seconds(10)) {
    v1::UpdateContactRequest request;
    request.mutable_contact()->set_name(kContact);
    request.mutable_contact()->set_valid_to(day);
    request.mutable_update_mask()->add_paths("valid_to");
    request.set_reason("moved on");
    return As(kOperator, &Stub::UpdateContact, request, within);
  }

  absl::Status TbilisiCalls() {
    v1::GetPartnerRequest request;
    request.set_name("partners/georgia");
    return As(kTbilisi, &Stub::GetPartner, request).status();
  }

  static std::string DaysFromToday(int days) {
    return FormatDay(DayInBrussels(absl::Now()) + days);
  }

  // A partner that was entered and taken off again.
  void EnterAndDelete(const std::string& id) {
    v1::CreatePartnerRequest create;
    create.set_partner_id(id);
    create.mutable_partner()->set_kind(v1::PARTNER_KIND_STATE);
    create.mutable_partner()->set_display_name(id);
    ASSERT_THAT(As(kOperator, &Stub::CreatePartner, create), IsOk());
    v1::DeletePartnerRequest off;
    off.set_name(absl::StrCat("partners/", id));
    off.set_reason("entered by mistake");
    ASSERT_THAT(As(kOperator, &Stub::DeletePartner, off), IsOk());
  }

  static v1::PurgePartnerRequest Purge(const std::string& id) {
    v1::PurgePartnerRequest request;
    request.set_name(absl::StrCat("partners/", id));
    request.set_reason("entered by mistake");
    request.set_request_id("01900000-0000-7000-8000-000000000051");
    return request;
  }

  std::int64_t Revision() { return server_.application().store().View().revision(); }

  RegistryServer server_;
};

TEST_F(ContactsTest, WhomToTurnToIsSaidToWhoMaySeeThePartner) {
  const auto found = Find(kDesk, kAuthority);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->counterparts(), SizeIs(1));
  EXPECT_EQ(found->counterparts(0).contact().name(), kContact);
  EXPECT_TRUE(found->counterparts(0).at_work());
  EXPECT_THAT(found->counterparts(0).sentence(), HasSubstr("Asia/Tbilisi"));
  EXPECT_EQ(found->registry_revision().number(), 1);
  EXPECT_THAT(Find(kTbilisi, "partners/georgia"), IsOk());

  EXPECT_THAT(Find(kTbilisi, "partners/moldova"),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_THAT(Find(kTbilisi, "partners/moldova/authorities/prosecution-service"),
              FailsWith(absl::StatusCode::kNotFound, "AUTHORITY_NOT_FOUND"));
  EXPECT_THAT(Find(kDesk, "partners/georgia/authorities/none"),
              FailsWith(absl::StatusCode::kNotFound, "AUTHORITY_NOT_FOUND"));
  EXPECT_THAT(Find(kDesk, "georgia"),
              FailsWith(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  EXPECT_THAT(Find(kDesk, "partners/atlantis"),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(ContactsTest, WhoIsNoLongerValidCountsNoMoreBeforeTheCallReturns) {
  ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());
  v1::ListKeyStatementsRequest keys;
  keys.set_authority(kAuthority);
  EXPECT_THAT(As(kDesk, &Stub::ListKeyStatements, keys)->key_statements(), SizeIs(1));
  ASSERT_THAT(ValidUntil(DaysFromToday(0)), IsOk());
  EXPECT_THAT(TbilisiCalls(), IsOk()) << "the last day is one of them";

  server_.Renew(std::string(32, 'a'), 1);
  EXPECT_THAT(ValidUntil(DaysFromToday(-1), absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"))
      << "a replica that has not confirmed is waited for";
  EXPECT_THAT(TbilisiCalls(), FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_NOT_VALID"));
  EXPECT_THAT(As(kDesk, &Stub::ListKeyStatements, keys)->key_statements(), IsEmpty());
  keys.set_holder(kTbilisi);
  EXPECT_THAT(As(kDesk, &Stub::ListKeyStatements, keys)->key_statements(), IsEmpty());

  server_.Renew(std::string(32, 'a'), 100);
  ASSERT_THAT(ValidUntil(""), IsOk());
  EXPECT_THAT(TbilisiCalls(), IsOk());
  EXPECT_THAT(As(kDesk, &Stub::ListKeyStatements, keys)->key_statements(), SizeIs(1));
}

TEST_F(ContactsTest, NobodySealsToAPartnerThatIsOffTheRegisterAndItDecidesNothing) {
  ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());
  v1::DeletePartnerRequest off;
  off.set_name("partners/georgia");
  off.set_reason("test");
  ASSERT_THAT(As(kOperator, &Stub::DeletePartner, off), IsOk());

  v1::ListKeyStatementsRequest keys;
  keys.set_holder(kTbilisi);
  EXPECT_THAT(As(kDesk, &Stub::ListKeyStatements, keys)->key_statements(), IsEmpty());
  v1::RecordDecisionRequest decision;
  decision.mutable_decision()->set_kind(v1::DECISION_KIND_AUTHORISATION);
  decision.mutable_decision()->set_partner("partners/georgia");
  EXPECT_THAT(As(kFrance, &Stub::RecordDecision, decision),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED"));
}

TEST_F(ContactsTest, WhoIsPurgedIsGoneEverywhereAndItsIdIsFree) {
  EnterAndDelete("atlantis");
  EXPECT_THAT(As(kDesk, &Stub::PurgePartner, Purge("atlantis")).status().code(),
              absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(As(kOperator, &Stub::PurgePartner, Purge("georgia")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_NOT_DELETED"));
  v1::PurgePartnerRequest request = Purge("atlantis");
  request.set_request_id("01900000-0000-7000-8000-000000000052");
  const auto purged = As(kOperator, &Stub::PurgePartner, request);
  ASSERT_THAT(purged, IsOk());
  EXPECT_EQ(purged->revision().number(), Revision());
  const auto again = As(kOperator, &Stub::PurgePartner, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->revision().number(), purged->revision().number());

  v1::GetPartnerRequest get;
  get.set_name("partners/atlantis");
  const auto gone = FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND");
  EXPECT_THAT(As(kDesk, &Stub::GetPartner, get), gone);
  *get.mutable_at_revision() = purged->revision();
  get.mutable_at_revision()->set_number(2);
  EXPECT_THAT(As(kDesk, &Stub::GetPartner, get), gone);
  server_.Restart();
  EXPECT_THAT(As(kDesk, &Stub::GetPartner, get), gone);

  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  v1::WatchRequest watch;
  *watch.mutable_after() = purged->revision();
  watch.mutable_after()->set_number(1);
  const auto stream = server_.As(kDesk).Watch(&context, watch);
  v1::WatchResponse response;
  std::vector<std::string> removed;
  do {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_THAT(response.DebugString(), Not(HasSubstr("display_name")));
    for (const v1::Change& change : response.changes()) {
      removed.insert(removed.end(), change.removed().begin(), change.removed().end());
    }
  } while (response.bookmark().number() < purged->revision().number());
  EXPECT_THAT(removed, ::testing::ElementsAre("partners/atlantis"));
  context.TryCancel();

  EnterAndDelete("atlantis");
}

TEST_F(ContactsTest, WhoIsErasedCountsNoMoreAndItsKeysAreEvidenceOnly) {
  ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());
  v1::EraseContactRequest request;
  request.set_name(kContact);
  EXPECT_THAT(As(kDpo, &Stub::EraseContact, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "REASON_MISSING"));
  request.set_reason("on request");
  EXPECT_EQ(As(kDesk, &Stub::EraseContact, request).status().code(),
            absl::StatusCode::kPermissionDenied);
  request.set_request_id("01900000-0000-7000-8000-000000000061");
  server_.Renew(std::string(32, 'a'), 1);
  EXPECT_THAT(As(kDpo, &Stub::EraseContact, request, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
  server_.Renew(std::string(32, 'a'), 100);
  const auto erased = As(kDpo, &Stub::EraseContact, request);
  ASSERT_THAT(erased, IsOk());
  EXPECT_EQ(erased->state(), v1::Contact::STATE_ERASED);
  EXPECT_TRUE(erased->has_erase_time());
  EXPECT_EQ(erased->spiffe_id(), "");
  request.clear_request_id();
  const auto again = As(kDpo, &Stub::EraseContact, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), erased->DebugString());

  EXPECT_THAT(TbilisiCalls(),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_NOT_REGISTERED"));
  v1::ListKeyStatementsRequest keys;
  keys.set_holder(kTbilisi);
  EXPECT_THAT(As(kDesk, &Stub::ListKeyStatements, keys)->key_statements(), IsEmpty());
  v1::GetContactRequest get;
  get.set_name(kContact);
  *get.mutable_at_revision() = erased->revision();
  get.mutable_at_revision()->set_number(1);
  const auto before = As(kDesk, &Stub::GetContact, get);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->state(), v1::Contact::STATE_ERASED);
  EXPECT_EQ(before->function(), "");
  server_.Restart();
  EXPECT_EQ(As(kDesk, &Stub::GetContact, get)->function(), "");
}

}  // namespace
}  // namespace comity::partner_registry
