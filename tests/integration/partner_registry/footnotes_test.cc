// The footnote on status goes with the name of an authority in every answer that has one, although
// it is its partner's.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "comity/partner_registry/v1/change_requests.grpc.pb.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::PartnerRegistryService::Stub;
using Requests = v1::ChangeRequestService::Stub;

constexpr char kFootnote[] = "* As to status.";
constexpr char kSecond[] = "spiffe://agency.example/agency/registry-operator/-/o2";
constexpr char kAuthority[] = "partners/georgia/authorities/prosecution-service";

class FootnotesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(server_.ImportData(), IsOk());
    v1::UpdatePartnerRequest request;
    request.mutable_partner()->set_name("partners/georgia");
    request.mutable_partner()->set_status_footnote(kFootnote);
    request.mutable_update_mask()->add_paths("status_footnote");
    request.set_reason("for this test");
    ASSERT_THAT(Call(&Stub::UpdatePartner, server_.As(kOperator), request), IsOk());
  }

  static void ExpectFootnote(const absl::StatusOr<v1::Authority>& authority) {
    ASSERT_THAT(authority, IsOk());
    EXPECT_EQ(authority->status_footnote(), kFootnote);
  }

  // The footnotes of Georgia's authorities on a feed, as far as it has come.
  static void Gather(const v1::WatchResponse& part, std::vector<std::string>& footnotes) {
    for (const v1::Change& change : part.changes()) {
      for (const v1::Fact& fact : change.facts()) {
        if (fact.authority().name() == kAuthority) {
          footnotes.push_back(fact.authority().status_footnote());
        }
      }
    }
  }

  v1::UpdateAuthorityRequest Verified(const std::string& day) const {
    v1::UpdateAuthorityRequest request;
    request.mutable_authority()->set_name(kAuthority);
    request.mutable_authority()->set_last_verified(day);
    request.mutable_authority()->set_status_footnote("what a caller says is not read");
    request.mutable_update_mask()->add_paths("last_verified");
    request.set_reason("verified");
    return request;
  }

  RegistryServer server_;
};

TEST_F(FootnotesTest, ReadsHaveThatOfTheirRevision) {
  v1::GetAuthorityRequest get;
  get.set_name("partners/kosovo/authorities/prosecution-service");
  const auto kosovo = Call(&Stub::GetAuthority, server_.As(kDesk), get);
  ASSERT_THAT(kosovo, IsOk());
  EXPECT_THAT(kosovo->status_footnote(), HasSubstr("UNSCR 1244/1999"));
  get.set_name(kAuthority);
  for (const char* const caller : {kDesk, kTbilisi}) {
    ExpectFootnote(Call(&Stub::GetAuthority, server_.As(caller), get));
  }
  get.mutable_at_revision()->set_store_id(server_.application().store().store_id());
  get.mutable_at_revision()->set_number(1);
  EXPECT_EQ(Call(&Stub::GetAuthority, server_.As(kDesk), get)->status_footnote(), "");

  v1::ListAuthoritiesRequest list;
  list.set_parent("partners/-");
  list.set_page_size(1000);
  const auto all = Call(&Stub::ListAuthorities, server_.As(kDesk), list);
  ASSERT_THAT(all, IsOk());
  int with_footnote = 0;
  for (const v1::Authority& authority : all->authorities()) {
    const bool marked = authority.display_name().ends_with("*");
    EXPECT_EQ(authority.status_footnote().empty(), !marked && authority.name() != kAuthority)
        << authority.name();
    with_footnote += authority.status_footnote().empty() ? 0 : 1;
  }
  EXPECT_EQ(with_footnote, 3) << "Georgia, Kosovo and Palestine";
}

TEST_F(FootnotesTest, EditsAndTheirDryRunsHaveIt) {
  v1::CreateAuthorityRequest create;
  create.set_parent("partners/georgia");
  create.set_authority_id("ministry");
  create.mutable_authority()->set_display_name("Ministry of Justice");
  create.mutable_authority()->set_competent_in_criminal_matters(true);
  create.mutable_authority()->set_certainty(v1::CERTAINTY_UNCONFIRMED);
  create.set_validate_only(true);
  ExpectFootnote(Call(&Stub::CreateAuthority, server_.As(kOperator), create));
  create.set_validate_only(false);
  const auto made = Call(&Stub::CreateAuthority, server_.As(kOperator), create);
  ExpectFootnote(made);

  v1::ConfirmAuthorityRequest confirm;
  confirm.set_name(made->name());
  confirm.set_evidence("law of 2015");
  confirm.set_etag(made->etag());
  ExpectFootnote(Call(&Stub::ConfirmAuthority, server_.As(kSecond), confirm));
  ExpectFootnote(Call(&Stub::UpdateAuthority, server_.As(kOperator), Verified("2026-01-01")));
}

TEST_F(FootnotesTest, FeedsAndSnapshotsHaveIt) {
  std::vector<std::string> footnotes;
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kDesk).Watch(&context, v1::WatchRequest());
  v1::WatchResponse part;
  do {
    ASSERT_TRUE(stream->Read(&part));
    Gather(part, footnotes);
  } while (!part.has_bookmark());
  EXPECT_THAT(footnotes, ElementsAre(kFootnote));
  ASSERT_THAT(Call(&Stub::UpdateAuthority, server_.As(kOperator), Verified("2026-01-01"),
                   absl::Seconds(10)),
              IsOk());
  ASSERT_TRUE(stream->Read(&part));
  Gather(part, footnotes);
  EXPECT_THAT(footnotes, ElementsAre(kFootnote, kFootnote));
  context.TryCancel();

  grpc::ClientContext of_snapshot;
  RegistryServer::Prepare(of_snapshot);
  v1::GetSnapshotRequest request;
  request.set_purpose("a replica in a new site");
  const auto reader = server_.ReportsAs(kExchange).GetSnapshot(&of_snapshot, request);
  std::string lines;
  for (v1::GetSnapshotResponse some; reader->Read(&some);) lines += some.facts();
  ASSERT_TRUE(reader->Finish().ok());
  const std::vector<std::string> facts = absl::StrSplit(lines, '\n');
  EXPECT_EQ(std::count_if(facts.begin(), facts.end(),
                          [](const std::string& line) {
                            return line.find("/authorities/prosecution-service\"") !=
                                       std::string::npos &&
                                   line.find("\"statusFootnote\"") != std::string::npos;
                          }),
            3);
}

// Whoever keeps what a feed tells takes it from the partner.
TEST_F(FootnotesTest, WhatChangesItAloneIsSeenInReadsAndOnTheFeedWithThePartner) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kDesk).Watch(&context, v1::WatchRequest());
  v1::WatchResponse part;
  do {
    ASSERT_TRUE(stream->Read(&part));
  } while (!part.has_bookmark());
  constexpr char kNew[] = "* As to status, again.";
  v1::UpdatePartnerRequest update;
  update.mutable_partner()->set_name("partners/georgia");
  update.mutable_partner()->set_status_footnote(kNew);
  update.mutable_update_mask()->add_paths("status_footnote");
  update.set_reason("another wording");
  ASSERT_THAT(Call(&Stub::UpdatePartner, server_.As(kOperator), update), IsOk());

  v1::GetAuthorityRequest get;
  get.set_name(kAuthority);
  EXPECT_EQ(Call(&Stub::GetAuthority, server_.As(kDesk), get)->status_footnote(), kNew);
  v1::ListAuthoritiesRequest list;
  list.set_parent("partners/georgia");
  const auto listed = Call(&Stub::ListAuthorities, server_.As(kDesk), list);
  ASSERT_THAT(listed, IsOk());
  for (const v1::Authority& authority : listed->authorities()) {
    EXPECT_EQ(authority.status_footnote(), kNew);
  }
  v1::EvaluateTransferRequest ask;
  ask.mutable_question()->set_counterpart(kAuthority);
  ask.mutable_question()->set_data_kind(v1::DATA_KIND_NON_PERSONAL);
  EXPECT_EQ(Call(&Stub::EvaluateTransfer, server_.As(kDesk), ask)->counterpart_footnote(), kNew);
  ASSERT_TRUE(stream->Read(&part));
  ASSERT_EQ(part.changes_size(), 1);
  ASSERT_EQ(part.changes(0).facts_size(), 1);
  EXPECT_EQ(part.changes(0).facts(0).partner().status_footnote(), kNew);
  context.TryCancel();
}

TEST_F(FootnotesTest, WhatAPartnerAsksToHaveChangedHasIt) {
  const auto stub = v1::ChangeRequestService::NewStub(server_.ChannelOf(kTbilisi));
  v1::CreateChangeRequestRequest ask;
  ask.set_parent("partners/georgia");
  ask.mutable_change_request()->mutable_authority()->set_name(kAuthority);
  ask.mutable_change_request()->mutable_authority()->set_display_name("Prosecution Office");
  ask.mutable_change_request()->mutable_authority()->set_certainty(v1::CERTAINTY_UNCONFIRMED);
  ask.mutable_change_request()->mutable_update_mask()->add_paths("display_name");
  ask.mutable_change_request()->mutable_update_mask()->add_paths("certainty");
  ask.mutable_change_request()->set_reason("renamed");
  const auto asked = Call(&Requests::CreateChangeRequest, *stub, ask);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->authority().status_footnote(), kFootnote);
  v1::GetChangeRequestRequest get;
  get.set_name(asked->name());
  EXPECT_EQ(Call(&Requests::GetChangeRequest, *stub, get)->authority().status_footnote(),
            kFootnote);
  v1::ListChangeRequestsRequest list;
  list.set_parent("partners/georgia");
  EXPECT_EQ(Call(&Requests::ListChangeRequests, *stub, list)
                ->change_requests(0)
                .authority()
                .status_footnote(),
            kFootnote);
}

}  // namespace
}  // namespace comity::partner_registry
