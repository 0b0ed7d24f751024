// ChangeRequestService over real mutual TLS: from the request to the change, who sees what, what is
// refused, and what an erasure leaves.
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "comity/partner_registry/v1/change_requests.grpc.pb.h"
#include "common/json/canonical.h"
#include "common/metrics/metrics.h"
#include "common/time/clock.h"
#include "services/partner-registry/server/report_metrics.h"
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
using Requests = v1::ChangeRequestService::Stub;

constexpr char kContact[] = "partners/georgia/contacts/tbilisi-1";
constexpr char kAuthority[] = "partners/georgia/authorities/prosecution-service";

class ChangeRequestsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> As(const std::string& caller,
                              grpc::Status (Requests::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                              const Request& request) {
    const auto stub = v1::ChangeRequestService::NewStub(server_.ChannelOf(caller));
    return Call(method, *stub, request);
  }

  static v1::CreateChangeRequestRequest Promotion() {
    v1::CreateChangeRequestRequest request;
    request.set_parent("partners/georgia");
    v1::ChangeRequest& asked = *request.mutable_change_request();
    asked.mutable_contact()->set_name(kContact);
    asked.mutable_contact()->set_function("head of unit");
    asked.mutable_update_mask()->add_paths("function");
    asked.set_reason("new tasks");
    return request;
  }

  static v1::CreateChangeRequestRequest Ministry() {
    v1::CreateChangeRequestRequest request;
    request.set_parent("partners/georgia");
    v1::ChangeRequest& asked = *request.mutable_change_request();
    asked.mutable_authority()->set_name("partners/georgia/authorities/ministry");
    asked.mutable_authority()->set_display_name("Ministry of Justice");
    asked.set_reason("central authority since May");
    return request;
  }

  absl::StatusOr<v1::ChangeRequest> Ask(const v1::CreateChangeRequestRequest& request,
                                        const std::string& caller = kTbilisi) {
    return As(caller, &Requests::CreateChangeRequest, request);
  }

  absl::StatusOr<v1::ChangeRequest> Get(const std::string& caller, const std::string& name) {
    v1::GetChangeRequestRequest request;
    request.set_name(name);
    return As(caller, &Requests::GetChangeRequest, request);
  }

  absl::StatusOr<v1::ChangeRequest> Approve(const std::string& name,
                                            const std::string& caller = kOperator) {
    v1::ApproveChangeRequestRequest request;
    request.set_name(name);
    request.set_answer("done");
    return As(caller, &Requests::ApproveChangeRequest, request);
  }

  absl::StatusOr<v1::ChangeRequest> Reject(const std::string& name, const std::string& caller) {
    v1::RejectChangeRequestRequest request;
    request.set_name(name);
    request.set_answer("not so");
    return As(caller, &Requests::RejectChangeRequest, request);
  }

  absl::StatusOr<v1::Contact> Contact(const std::string& caller = kTbilisi) {
    v1::GetContactRequest request;
    request.set_name(kContact);
    return Call(&Stub::GetContact, server_.As(caller), request);
  }

  absl::StatusOr<v1::ListChangeRequestsResponse> List(const std::string& caller,
                                                      const std::string& parent,
                                                      bool closed = false, int size = 0,
                                                      const std::string& token = "") {
    v1::ListChangeRequestsRequest request;
    request.set_parent(parent);
    request.set_show_closed(closed);
    request.set_page_size(size);
    request.set_page_token(token);
    return As(caller, &Requests::ListChangeRequests, request);
  }

  // The detail of the leaf of an approval; there is one.
  std::string DetailOfApproval() {
    ledger::v1::ListEntriesRequest request;
    request.set_purpose("review");
    const auto entries =
        Call(&ledger::v1::LedgerService::Stub::ListEntries, server_.LedgerAs(kDpo), request);
    EXPECT_THAT(entries, IsOk());
    std::string detail;
    for (const auto& entry : entries->entries()) {
      const auto body = json::ParseCanonical(entry.body());
      if (!body.ok() || body->value("outcome", "") != "DONE" ||
          !absl::EndsWith(body->value("method", ""), "/ApproveChangeRequest")) {
        continue;
      }
      EXPECT_EQ(detail, "");
      detail = body->value("detail", json::Json()).dump();
    }
    return detail;
  }

  RegistryServer server_;
};

TEST_F(ChangeRequestsTest, WhatAContactAsksForIsVisibleOnceTheAgencyApproves) {
  v1::CreateChangeRequestRequest ask = Promotion();
  ask.set_request_id("01900000-0000-7000-8000-000000000071");
  const auto asked = Ask(ask);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->state(), v1::ChangeRequest::STATE_OPEN);
  EXPECT_EQ(asked->requested_by(), kTbilisi);
  EXPECT_EQ(asked->contact().etag(), Contact()->etag()) << "of the day of the request";
  EXPECT_EQ(Ask(ask)->name(), asked->name()) << "a repetition";
  EXPECT_EQ(Contact()->function(), "contact point");
  EXPECT_EQ(Approve(asked->name(), kDesk).status().code(), absl::StatusCode::kPermissionDenied);

  const auto approved = Approve(asked->name());

  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->decided_by(), kOperator);
  EXPECT_EQ(DetailOfApproval(), R"({"changed":"partners/georgia/contacts/tbilisi-1"})");
  EXPECT_EQ(Contact()->function(), "head of unit");
  EXPECT_EQ(Contact()->revision().number(), approved->revision().number()) << "one transaction";
  const auto seen = Get(kTbilisi, asked->name());
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->answer(), "done");
  EXPECT_EQ(seen->decided_by(), "") << "who of the agency is not for the partner";
  EXPECT_THAT(Approve(asked->name()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CHANGE_REQUEST_CLOSED"));
  server_.Restart();
  EXPECT_EQ(Get(kDesk, asked->name())->state(), v1::ChangeRequest::STATE_APPROVED);
  EXPECT_EQ(Contact()->function(), "head of unit");
}

TEST_F(ChangeRequestsTest, ANewAuthorityIsRecordedByWhoApproves) {
  const auto asked = Ask(Ministry());
  ASSERT_THAT(asked, IsOk());
  v1::GetAuthorityRequest get;
  get.set_name("partners/georgia/authorities/ministry");
  EXPECT_THAT(Call(&Stub::GetAuthority, server_.As(kTbilisi), get),
              FailsWith(absl::StatusCode::kNotFound, "AUTHORITY_NOT_FOUND"));
  ASSERT_THAT(Approve(asked->name()), IsOk());
  EXPECT_EQ(Call(&Stub::GetAuthority, server_.As(kTbilisi), get)->display_name(),
            "Ministry of Justice");

  EXPECT_THAT(Ask(Ministry()), FailsWith(absl::StatusCode::kAlreadyExists, "AUTHORITY_EXISTS"));
  v1::CreateChangeRequestRequest bad = Ministry();
  bad.mutable_change_request()->mutable_authority()->set_name("partners/georgia/authorities/other");
  bad.mutable_change_request()->mutable_authority()->clear_display_name();
  EXPECT_THAT(Ask(bad), FailsWith(absl::StatusCode::kInvalidArgument, "AUTHORITY_INVALID"));
  bad.mutable_change_request()->clear_change();
  EXPECT_THAT(Ask(bad), FailsWith(absl::StatusCode::kInvalidArgument, "CHANGE_REQUEST_INVALID"));
  bad = Ministry();
  bad.mutable_change_request()->mutable_update_mask()->add_paths("*");
  EXPECT_THAT(Ask(bad), FailsWith(absl::StatusCode::kInvalidArgument, "CHANGE_REQUEST_INVALID"))
      << "what it empties would be seen by nobody";
}

TEST_F(ChangeRequestsTest, AContactAsksForItsOwnPartnerAndSeesNoOther) {
  v1::CreateChangeRequestRequest foreign = Ministry();
  foreign.set_parent("partners/moldova");
  EXPECT_THAT(Ask(foreign), FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  foreign = Ministry();
  foreign.mutable_change_request()->mutable_authority()->set_name(
      "partners/moldova/authorities/ministry");
  EXPECT_THAT(Ask(foreign),
              FailsWith(absl::StatusCode::kInvalidArgument, "CHANGE_REQUEST_INVALID"));
  EXPECT_EQ(Ask(Ministry(), kOperator).status().code(), absl::StatusCode::kPermissionDenied);

  const auto asked = Ask(Ministry());
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Get(kChisinau, asked->name()),
              FailsWith(absl::StatusCode::kNotFound, "CHANGE_REQUEST_NOT_FOUND"));
  EXPECT_THAT(Reject(asked->name(), kChisinau),
              FailsWith(absl::StatusCode::kNotFound, "CHANGE_REQUEST_NOT_FOUND"));
  EXPECT_THAT(List(kChisinau, "partners/georgia"),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_THAT(List(kChisinau, "partners/-")->change_requests(), IsEmpty());
  EXPECT_THAT(List(kTbilisi, "partners/-")->change_requests(), SizeIs(1));
  EXPECT_THAT(List(kDesk, "partners/georgia")->change_requests(), SizeIs(1));
  EXPECT_EQ(List(kExchange, "partners/-").status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(ChangeRequestsTest, WhatWasChangedMeanwhileIsRefusedAndMayBeDeclined) {
  const auto asked = Ask(Promotion());
  ASSERT_THAT(asked, IsOk());
  v1::UpdateContactRequest update;
  update.mutable_contact()->set_name(kContact);
  update.mutable_contact()->add_languages("ka");
  update.mutable_update_mask()->add_paths("languages");
  update.set_reason("corrected");
  ASSERT_THAT(Call(&Stub::UpdateContact, server_.As(kOperator), update), IsOk());

  EXPECT_THAT(Approve(asked->name()), FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  const auto declined = Reject(asked->name(), kOperator);
  ASSERT_THAT(declined, IsOk());
  EXPECT_EQ(declined->state(), v1::ChangeRequest::STATE_REJECTED);
  EXPECT_EQ(Contact()->function(), "contact point");

  v1::CreateChangeRequestRequest stale = Promotion();
  stale.mutable_change_request()->mutable_contact()->set_etag("\"1\"");
  EXPECT_THAT(Ask(stale), FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  const auto again = Ask(Promotion());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(Reject(again->name(), kTbilisi)->state(), v1::ChangeRequest::STATE_WITHDRAWN);
}

TEST_F(ChangeRequestsTest, FiftyWaitAndAListHasPages) {
  v1::CreateChangeRequestRequest ask = Ministry();
  ask.set_validate_only(true);
  EXPECT_THAT(Ask(ask), IsOk());
  EXPECT_THAT(List(kDesk, "partners/-")->change_requests(), IsEmpty()) << "a question";
  ask.clear_validate_only();
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) {
    const auto asked = Ask(ask);
    ASSERT_THAT(asked, IsOk());
    names.push_back(asked->name());
  }
  EXPECT_THAT(Ask(ask), FailsWith(absl::StatusCode::kResourceExhausted, "CHANGE_REQUESTS_PENDING"));
  std::vector<std::string> listed;
  std::string token;
  do {
    const auto page = List(kTbilisi, "partners/georgia", false, 20, token);
    ASSERT_THAT(page, IsOk());
    for (const v1::ChangeRequest& each : page->change_requests()) listed.push_back(each.name());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(listed, names) << "the oldest first";

  ASSERT_THAT(Reject(names.front(), kOperator), IsOk());
  EXPECT_THAT(Ask(ask), IsOk());
  EXPECT_THAT(List(kDesk, "partners/georgia")->change_requests(), SizeIs(50));
  for (const char* parent : {"partners/georgia", "partners/-"}) {
    EXPECT_THAT(List(kTbilisi, parent)->change_requests(), SizeIs(50));
    EXPECT_THAT(List(kDesk, parent, /*closed=*/true, 100)->change_requests(), SizeIs(51));
  }
  EXPECT_THAT(List(kDesk, "partners/moldova", /*closed=*/true)->change_requests(), IsEmpty());
}

TEST_F(ChangeRequestsTest, AnErasedContactIsTakenFromWhatWasAskedOfIt) {
  const auto asked = Ask(Promotion());
  ASSERT_THAT(asked, IsOk());
  v1::EraseContactRequest erase;
  erase.set_name(kContact);
  erase.set_reason("on request");
  ASSERT_THAT(Call(&Stub::EraseContact, server_.As(kDpo), erase), IsOk());

  for (const bool restarted : {false, true}) {
    if (restarted) server_.Restart();
    const auto left = Get(kDesk, asked->name());
    ASSERT_THAT(left, IsOk());
    EXPECT_EQ(left->contact().name(), kContact);
    EXPECT_EQ(left->contact().spiffe_id(), "");
    EXPECT_THAT(left->DebugString(), Not(HasSubstr("head of unit")));
    EXPECT_EQ(left->reason(), "");
  }
  EXPECT_THAT(Approve(asked->name()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CHANGE_REQUEST_CLOSED"));
}

TEST_F(ChangeRequestsTest, WhoFollowsTheRegistryIsToldOfTheChangeAndNotOfTheRequest) {
  const auto asked = Ask(Promotion());
  ASSERT_THAT(asked, IsOk());
  ASSERT_THAT(Approve(asked->name()), IsOk());
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  v1::WatchRequest watch;
  *watch.mutable_after() = asked->revision();
  watch.mutable_after()->set_number(1);
  const auto stream = server_.As(kDesk).Watch(&context, watch);
  std::vector<std::string> kinds;
  v1::WatchResponse response;
  do {
    ASSERT_TRUE(stream->Read(&response));
    for (const v1::Change& change : response.changes()) {
      for (const v1::Fact& fact : change.facts()) {
        EXPECT_TRUE(fact.has_contact()) << fact.DebugString();
        kinds.push_back(fact.contact().name());
      }
    }
  } while (response.bookmark().number() < asked->revision().number() + 1);
  context.TryCancel();
  EXPECT_THAT(kinds, ::testing::ElementsAre(kContact));
}

TEST_F(ChangeRequestsTest, HowManyWaitIsAMetric) {
  const ManualClock clock(absl::Now());
  metrics::Metrics metrics;
  ReportMetrics figures(&server_.application().store(), &clock);
  figures.AddTo(metrics);
  const auto waiting = [](int count) {
    return HasSubstr(absl::StrCat("comity_partner_registry_change_requests_open ", count, "\n"));
  };
  EXPECT_THAT(metrics.Text(), waiting(0));
  const auto first = Ask(Promotion());
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Ask(Ministry()), IsOk());
  EXPECT_THAT(metrics.Text(), waiting(2));
  ASSERT_THAT(Reject(first->name(), kOperator), IsOk());
  EXPECT_THAT(metrics.Text(), waiting(1));
}

}  // namespace
}  // namespace comity::partner_registry
