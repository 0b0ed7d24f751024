#include <gmock/gmock.h>

#include <set>

#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using Stub = v1::PartnerRegistryService::Stub;

class ReadsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<v1::Partner> Get(const std::string& caller, const std::string& name) {
    v1::GetPartnerRequest request;
    request.set_name(name);
    return Call(&Stub::GetPartner, server_.As(caller), request);
  }

  absl::StatusOr<v1::PartnerStanding> Standing(const std::string& name, const std::string& day) {
    v1::GetPartnerStandingRequest request;
    request.set_name(name);
    request.set_day(day);
    return Call(&Stub::GetPartnerStanding, server_.As(kDesk), request);
  }

  RegistryServer server_;
};

TEST_F(ReadsTest, APartnerComesWithItsFootnoteAndItsRevision) {
  const auto kosovo = Get(kDesk, "partners/kosovo");

  ASSERT_THAT(kosovo, IsOk());
  EXPECT_EQ(kosovo->iso_alpha2(), "XK");
  EXPECT_THAT(kosovo->status_footnote(), HasSubstr("UNSCR 1244/1999"));
  EXPECT_EQ(kosovo->revision().number(), 1);
  EXPECT_EQ(kosovo->revision().store_id().size(), 32U);
  EXPECT_GT(kosovo->record_time().seconds(), 0);
}

TEST_F(ReadsTest, AForeignProsecutorSeesWhatAContactOfHisStateSees) {
  ASSERT_THAT(server_.Second(kProsecutor), IsOk());
  EXPECT_THAT(Get(kProsecutor, "partners/georgia"), IsOk());
  EXPECT_THAT(Get(kProsecutor, "partners/moldova"),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  v1::ListPartnersRequest all;
  const auto partners = Call(&Stub::ListPartners, server_.As(kProsecutor), all);
  ASSERT_THAT(partners, IsOk());
  ASSERT_EQ(partners->partners_size(), 1);
  EXPECT_EQ(partners->partners(0).name(), "partners/georgia");
  v1::ListContactsRequest contacts;
  contacts.set_parent("partners/-");
  const auto own = Call(&Stub::ListContacts, server_.As(kProsecutor), contacts);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->contacts_size(), 1);
  v1::GetInstrumentRequest instrument;
  instrument.set_name("partners/georgia/instruments/cooperation-agreement");
  const auto agreement = Call(&Stub::GetInstrument, server_.As(kProsecutor), instrument);
  ASSERT_THAT(agreement, IsOk());
  EXPECT_EQ(agreement->recorded_by(), "") << "who recorded it is the agency's";
  v1::EvaluateTransferRequest question;
  question.mutable_question()->set_counterpart("partners/georgia");
  EXPECT_EQ(Call(&Stub::EvaluateTransfer, server_.As(kProsecutor), question).status().code(),
            absl::StatusCode::kPermissionDenied)
      << "what the law permits is the agency's";
}

TEST_F(ReadsTest, WhatAContactMayNotSeeIsNotThere) {
  EXPECT_THAT(Get(kTbilisi, "partners/georgia"), IsOk());

  const auto hidden = Get(kTbilisi, "partners/moldova");
  const auto absent = Get(kTbilisi, "partners/atlantis");

  EXPECT_THAT(hidden, FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_EQ(hidden.status(), absent.status());
  v1::ListPartnersRequest request;
  const auto list = Call(&Stub::ListPartners, server_.As(kTbilisi), request);
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->partners_size(), 1);
  v1::EvaluateTransferRequest question;
  question.mutable_question()->set_counterpart("partners/georgia");
  EXPECT_EQ(Call(&Stub::EvaluateTransfer, server_.As(kTbilisi), question).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(ReadsTest, PagesFollowEachOtherWithoutGapAndAllAreOfOneRevision) {
  std::set<std::string> seen;
  v1::ListPartnersRequest request;
  request.set_page_size(25);
  for (int page = 0; page < 4; ++page) {
    const auto list = Call(&Stub::ListPartners, server_.As(kDesk), request);
    ASSERT_THAT(list, IsOk());
    for (const v1::Partner& partner : list->partners()) seen.insert(partner.name());
    EXPECT_EQ(list->registry_revision().number(), 1);
    request.set_page_token(list->next_page_token());
    if (page == 0) {  // Something changes between two pages.
      v1::SuspendContactRequest suspend;
      suspend.set_name("partners/panama/contacts/panama-1");
      suspend.set_reason("test");
      ASSERT_THAT(Call(&Stub::SuspendContact, server_.As(kOperator), suspend), IsOk());
    }
  }
  EXPECT_EQ(seen.size(), 92U);
  EXPECT_EQ(request.page_token(), "");
}

TEST_F(ReadsTest, APageTokenIsOfItsCallerAndItsQuery) {
  v1::ListPartnersRequest request;
  request.set_page_size(10);
  request.set_page_token(Call(&Stub::ListPartners, server_.As(kDesk), request)->next_page_token());
  EXPECT_THAT(Call(&Stub::ListPartners, server_.As(kDpo), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.set_query("a");
  EXPECT_THAT(Call(&Stub::ListPartners, server_.As(kDesk), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(Call(&Stub::ListPartners, server_.As(kDesk), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_SIZE_INVALID"));
}

TEST_F(ReadsTest, TheSearchKnowsNeitherCaseNorAccents) {
  v1::ListPartnersRequest request;
  request.set_query("TURK");
  const auto list = Call(&Stub::ListPartners, server_.As(kDesk), request);

  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->partners_size(), 1);
  EXPECT_EQ(list->partners(0).name(), "partners/turkiye");
}

TEST_F(ReadsTest, TheStandingHasFiveAxesWithEvidenceAndNextStep) {
  const auto albania = Standing("partners/albania", "2026-11-23");
  ASSERT_THAT(albania, IsOk());
  ASSERT_EQ(albania->axes_size(), 5);
  EXPECT_EQ(albania->axes(0).axis(), v1::AXIS_TREATY);
  EXPECT_EQ(albania->axes(0).step(), "APPLIES");
  EXPECT_THAT(albania->axes(0).evidence(), HasSubstr("cooperation-agreement"));
  for (const v1::AxisStanding& axis : albania->axes()) EXPECT_NE(axis.next_step(), "");
  EXPECT_EQ(Standing("partners/albania", "2019-10-31")->axes(0).step(), "SIGNED");
  EXPECT_EQ(Standing("partners/croatia", "2013-07-01")->legal_class(),
            v1::LEGAL_CLASS_MEMBER_STATE);
  EXPECT_THAT(Standing("partners/albania", "yesterday"),
              FailsWith(absl::StatusCode::kInvalidArgument, "DAY_INVALID"));
}

TEST_F(ReadsTest, EveryReadTellsWhatTheRegistryHeldAtARevision) {
  ledger::v1::Revision imported;
  imported.set_store_id(server_.application().store().store_id());
  imported.set_number(1);
  v1::SuspendContactRequest suspend;
  suspend.set_name("partners/panama/contacts/panama-1");
  suspend.set_reason("test");
  ASSERT_THAT(Call(&Stub::SuspendContact, server_.As(kOperator), suspend), IsOk());

  v1::GetContactRequest contact;
  contact.set_name(suspend.name());
  EXPECT_EQ(Call(&Stub::GetContact, server_.As(kDesk), contact)->state(),
            v1::Contact::STATE_SUSPENDED);
  *contact.mutable_at_revision() = imported;
  EXPECT_EQ(Call(&Stub::GetContact, server_.As(kDesk), contact)->state(),
            v1::Contact::STATE_ACTIVE);

  v1::ListPartnersRequest partners;
  *partners.mutable_at_revision() = imported;
  partners.set_page_size(90);
  const auto first = Call(&Stub::ListPartners, server_.As(kDesk), partners);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->registry_revision().number(), 1);
  partners.set_page_token(first->next_page_token());
  EXPECT_EQ(Call(&Stub::ListPartners, server_.As(kDesk), partners)->partners_size(), 2);

  v1::GetPartnerStandingRequest standing;
  standing.set_name("partners/panama");
  *standing.mutable_at_revision() = imported;
  EXPECT_EQ(
      Call(&Stub::GetPartnerStanding, server_.As(kDesk), standing)->registry_revision().number(),
      1);

  imported.set_number(0);
  *standing.mutable_at_revision() = imported;
  EXPECT_THAT(Call(&Stub::GetPartnerStanding, server_.As(kDesk), standing),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  imported.set_number(1000);
  *contact.mutable_at_revision() = imported;
  EXPECT_THAT(Call(&Stub::GetContact, server_.As(kDesk), contact),
              FailsWith(absl::StatusCode::kOutOfRange, "REVISION_UNKNOWN"));
  contact.mutable_at_revision()->set_store_id(std::string(32, 'f'));
  EXPECT_THAT(Call(&Stub::GetContact, server_.As(kDesk), contact),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_REPLACED"));
}

TEST_F(ReadsTest, ContactsAreListedByPartnerAndForAll) {
  v1::ListContactsRequest request;
  request.set_parent("partners/-");
  EXPECT_EQ(Call(&Stub::ListContacts, server_.As(kDesk), request)->contacts_size(), 5);
  EXPECT_EQ(Call(&Stub::ListContacts, server_.As(kTbilisi), request)->contacts_size(), 1);
  request.set_parent("partners/georgia");
  const auto georgia = Call(&Stub::ListContacts, server_.As(kDesk), request);
  ASSERT_EQ(georgia->contacts_size(), 1);
  EXPECT_EQ(georgia->contacts(0).working_hours().time_zone(), "Asia/Tbilisi");
  EXPECT_EQ(georgia->contacts(0).state(), v1::Contact::STATE_ACTIVE);
}

TEST_F(ReadsTest, ACallerThatNeedsALaterRevisionIsTold) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const std::string store_id = server_.application().store().store_id();
  context.AddMetadata("comity-min-revision", store_id + ":2");
  v1::GetPartnerRequest request;
  request.set_name("partners/georgia");
  v1::Partner response;
  EXPECT_THAT(rpc::ToAbslStatus(server_.As(kDesk).GetPartner(&context, request, &response)),
              FailsWith(absl::StatusCode::kUnavailable, "REVISION_NOT_HERE_YET"));
}

TEST_F(ReadsTest, TheLedgerIsServedBesideIt) {
  ledger::v1::ListEntriesRequest request;
  request.set_purpose("review");
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  ledger::v1::ListEntriesResponse response;
  ASSERT_TRUE(server_.LedgerAs(kDpo).ListEntries(&context, request, &response).ok());
  ASSERT_GE(response.entries_size(), 1);
  EXPECT_THAT(response.entries(0).body(), HasSubstr("ImportFacts"));
  EXPECT_THAT(response.entries(0).body(), HasSubstr("\"outcome\":\"DONE\""));
}

}  // namespace
}  // namespace comity::partner_registry
