#include "services/partner-registry/domain/change_requests.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kContact[] = "partners/georgia/contacts/tbilisi-1";
constexpr char kService[] = "partners/georgia/authorities/prosecution-service";

identity::Principal Of(const char* spiffe_id) { return *identity::Principal::Parse(spiffe_id); }
const identity::Principal kTbilisi =
    Of("spiffe://georgia.example/partner/georgia/contact/tbilisi-1");
const identity::Principal kOther = Of("spiffe://georgia.example/partner/georgia/contact/other");
const identity::Principal kChisinau =
    Of("spiffe://agency.example/partner/moldova/contact/chisinau-1");
const identity::Principal kOperator = Of("spiffe://agency.example/agency/registry-operator/-/o2");

class ChangeRequestsTest : public ::testing::Test {
 protected:
  // The contact in another function.
  ChangeRequest Promotion() const {
    Contact contact = *registry_.FindContact(kContact);
    contact.function = "head of unit";
    return {.partner = "georgia",
            .id = "01900000-0000-7000-8000-000000000001",
            .change = contact,
            .fields = {"function"},
            .etag = EtagOf(registry_.FindContact(kContact)->recorded),
            .reason = "new tasks"};
  }

  static ChangeRequest NewContact() {
    return {
        .partner = "georgia",
        .id = "01900000-0000-7000-8000-000000000002",
        .change = Contact{.partner = "georgia",
                          .id = "tbilisi-2",
                          .spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2",
                          .function = "deputy",
                          .authority = "prosecution-service"},
        .reason = "a second one"};
  }

  absl::StatusOr<Plan> Ask(const ChangeRequest& request,
                           const identity::Principal& caller = kTbilisi) const {
    return PlanCreateChangeRequest(registry_, caller, request, kNow);
  }
  absl::StatusOr<Plan> Approve(const ChangeRequest& request) const {
    return PlanApproveChangeRequest(registry_, kOperator, NameOf(request), "done", kNow);
  }
  absl::StatusOr<Plan> Reject(const ChangeRequest& request,
                              const identity::Principal& caller = kOperator,
                              const std::string& answer = "no") const {
    return PlanRejectChangeRequest(registry_, caller, NameOf(request), answer, kNow);
  }

  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  const ChangeRequest& Found(const ChangeRequest& request) const {
    return *registry_.FindChangeRequest(request.id);
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(ChangeRequestsTest, NothingChangesUntilTheAgencyApprovesAndThenItIsItsEdit) {
  const ChangeRequest request = Promotion();
  Take(Ask(request));
  EXPECT_EQ(Found(request).state, ChangeRequestState::kOpen);
  EXPECT_EQ(Found(request).requested_by, kTbilisi.spiffe_id);
  EXPECT_EQ(Found(request).request_time, kNow);
  EXPECT_EQ(registry_.FindContact(kContact)->function, "contact point");

  Take(Approve(request));

  EXPECT_EQ(registry_.FindContact(kContact)->function, "head of unit");
  EXPECT_EQ(Found(request).state, ChangeRequestState::kApproved);
  EXPECT_EQ(Found(request).decided_by, kOperator.spiffe_id);
  EXPECT_EQ(Found(request).answer, "done");
  EXPECT_EQ(Found(request).recorded, registry_.FindContact(kContact)->recorded) << "one revision";
  EXPECT_THAT(Approve(request),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CHANGE_REQUEST_CLOSED"));
  EXPECT_THAT(Reject(request),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CHANGE_REQUEST_CLOSED"));
}

TEST_F(ChangeRequestsTest, WhoApprovesIsWhoRecordsAndTheEditDecidesOnTheBarrier) {
  Authority authority = *registry_.FindAuthority(kService);
  authority.competent_in_criminal_matters = false;
  const ChangeRequest request{.partner = "georgia",
                              .id = "01900000-0000-7000-8000-000000000003",
                              .change = authority,
                              .fields = {"competent_in_criminal_matters"},
                              .etag = EtagOf(authority.recorded),
                              .reason = "law of May"};
  const auto asked = Ask(request);
  ASSERT_THAT(asked, IsOk());
  EXPECT_FALSE(asked->barrier);
  Take(asked);
  const auto approved = Approve(request);
  ASSERT_THAT(approved, IsOk());
  EXPECT_TRUE(approved->barrier);
  Take(approved);
  EXPECT_THAT(registry_.FindAuthority(kService)->recorded_by,
              ::testing::Contains(kOperator.spiffe_id));
}

TEST_F(ChangeRequestsTest, WhatTheEditWouldRefuseIsNotAskedFor) {
  ChangeRequest request = NewContact();
  std::get<Contact>(request.change).authority = "none";
  EXPECT_THAT(Ask(request), FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"));
  request = Promotion();
  request.etag = "\"77\"";
  EXPECT_THAT(Ask(request), FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request = Promotion();
  request.change = *registry_.FindContact(kContact);
  EXPECT_THAT(Ask(request), FailsWith(absl::StatusCode::kInvalidArgument, "CHANGE_REQUEST_INVALID"))
      << "nothing would change";
  request = Promotion();
  request.reason = "";
  EXPECT_THAT(Ask(request),
              FailsWith(absl::StatusCode::kInvalidArgument, "CHANGE_REQUEST_INVALID"));
}

TEST_F(ChangeRequestsTest, ARefusalNamesTheFieldThatItsRequestHas) {
  ChangeRequest request = NewContact();
  std::get<Contact>(request.change).authority = "none";
  const auto fields = [](const absl::Status& status) { return DetailsOf(status).fields; };
  const auto asked = fields(Ask(request).status());
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].field, "change_request.contact.authority");

  Authority authority = *registry_.FindAuthority(kService);
  authority.listed_in = {"none"};
  request = {.partner = "georgia",
             .id = "01900000-0000-7000-8000-000000000003",
             .change = authority,
             .fields = {"listed_in"},
             .reason = "r"};
  EXPECT_EQ(fields(Ask(request).status()).at(0).field, "change_request.authority.listed_in");
  authority.listed_in = {"cooperation-agreement"};
  request.change = authority;
  const absl::Status looser = Ask(request).status();
  EXPECT_THAT(looser, FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"));
  EXPECT_EQ(DetailsOf(looser).metadata.at("field"), "change_request.authority.certainty");

  // Who approves names the request, and nothing in it.
  authority.listed_in = {"none"};
  request.change = authority;
  registry_ = After(std::move(registry_), {request});
  const absl::Status refused = Approve(request).status();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "AUTHORITY_INVALID"));
  EXPECT_EQ(fields(refused).at(0).field, "name");
  EXPECT_THAT(fields(refused).at(0).description,
              HasSubstr("change_request.authority.listed_in: there is no instrument none"));
}

TEST_F(ChangeRequestsTest, WhatWasChangedSinceIsNotApproved) {
  const ChangeRequest request = Promotion();
  Take(Ask(request));
  Contact other = *registry_.FindContact(kContact);
  other.languages = {"ka"};
  Take(PlanUpdateContact(registry_, other, "", kNow));

  const auto approved = Approve(request);
  EXPECT_THAT(approved, FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(std::string(approved.status().message()), HasSubstr("decline it"));
  Take(Reject(request));
  EXPECT_EQ(registry_.FindContact(kContact)->function, "contact point");
}

TEST_F(ChangeRequestsTest, WhoApprovesIsToldToDeclineWhatCannotBeApprovedAnyMore) {
  Take(Ask(NewContact()));
  Take(PlanCreateContact(registry_, std::get<Contact>(NewContact().change), kNow));
  const auto taken = Approve(NewContact());
  EXPECT_THAT(taken, FailsWith(absl::StatusCode::kAlreadyExists, "CONTACT_EXISTS"));
  EXPECT_THAT(std::string(taken.status().message()),
              AllOf(HasSubstr("decline it with `comity changes reject partners/"),
                    HasSubstr("choose another"), Not(HasSubstr("import"))));
  Take(Reject(NewContact()));

  Take(Ask(Promotion()));
  Take(PlanDeletePartner(registry_, "georgia", "", kNow));
  const auto deleted = Approve(Promotion());
  EXPECT_THAT(deleted, FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED"));
  EXPECT_THAT(std::string(deleted.status().message()), Not(HasSubstr("decline it")))
      << "it is put back";
}

TEST_F(ChangeRequestsTest, APartnerAsksForItselfAndSeesItsOwnAlone) {
  EXPECT_THAT(Ask(Promotion(), kChisinau),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  EXPECT_THAT(Ask(Promotion(), kOperator),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"))
      << "the agency edits";
  const ChangeRequest request = Promotion();
  Take(Ask(request));

  EXPECT_THAT(FindRequest(registry_, kOther, NameOf(request)), IsOk());
  EXPECT_THAT(FindRequest(registry_, kOperator, NameOf(request)), IsOk());
  EXPECT_THAT(FindRequest(registry_, kChisinau, NameOf(request)),
              FailsWith(absl::StatusCode::kNotFound, "CHANGE_REQUEST_NOT_FOUND"));
  EXPECT_THAT(FindRequest(registry_, kOperator,
                          absl::StrCat("partners/moldova/changeRequests/", request.id)),
              FailsWith(absl::StatusCode::kNotFound, "CHANGE_REQUEST_NOT_FOUND"));
  EXPECT_THAT(Reject(request, kChisinau),
              FailsWith(absl::StatusCode::kNotFound, "CHANGE_REQUEST_NOT_FOUND"));
}

TEST_F(ChangeRequestsTest, WhoAskedTakesItBackAndTheAgencyDeclines) {
  const ChangeRequest request = Promotion();
  Take(Ask(request));
  EXPECT_THAT(Reject(request, kOther),
              FailsWith(absl::StatusCode::kPermissionDenied, "CHANGE_REQUEST_NOT_YOURS"));
  EXPECT_THAT(Reject(request, kOperator, ""),
              FailsWith(absl::StatusCode::kInvalidArgument, "CHANGE_REQUEST_INVALID"));
  const auto declined = Reject(request);
  ASSERT_THAT(declined, IsOk());
  EXPECT_EQ(std::get<ChangeRequest>(declined->facts.at(0)).state, ChangeRequestState::kRejected);
  Take(Reject(request, kTbilisi));
  EXPECT_EQ(Found(request).state, ChangeRequestState::kWithdrawn);
}

TEST_F(ChangeRequestsTest, SoManyOfAContactWaitAndItsColleaguesAskAllTheSame) {
  ChangeRequest of_another = Promotion();
  of_another.id = "01900000-0000-7000-8000-000000000005";
  Take(PlanCreateChangeRequest(registry_, kOther, of_another, kNow - absl::Hours(1)));
  for (int i = 0; i < kMostOpenRequests; ++i) {
    ChangeRequest request = Promotion();
    request.id = absl::StrCat("01900000-0000-7000-8000-0000000001", i < 10 ? "0" : "", i);
    Take(Ask(request));
  }
  ChangeRequest one = Promotion();
  ChangeRequest first = one;
  first.id = "01900000-0000-7000-8000-000000000100";
  const auto refused = Ask(one);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "CHANGE_REQUESTS_PENDING"));
  EXPECT_THAT(
      std::string(refused.status().message()),
      HasSubstr(absl::StrCat("`comity changes reject ", NameOf(first), " --answer ANSWER`")))
      << "its own, not that of another, which it may not take back";
  EXPECT_THAT(PlanCreateChangeRequest(registry_, kOther, one, kNow), IsOk());

  Take(Reject(first, kTbilisi));
  EXPECT_THAT(Ask(one), IsOk());
}

TEST_F(ChangeRequestsTest, SoManyOfAContactAreMadeInADayAlsoIfAllAreTakenBack) {
  std::vector<Fact> taken_back;
  for (int i = 0; i < kMostRequestsADay; ++i) {
    ChangeRequest request = Promotion();
    request.id = absl::StrCat("01900000-0000-7000-8000-000000000", 100 + i);
    request.requested_by = kTbilisi.spiffe_id;
    request.request_time = kNow - absl::Hours(23);
    request.state = ChangeRequestState::kWithdrawn;
    if (i == 0) continue;
    taken_back.emplace_back(std::move(request));
  }
  registry_ = After(std::move(registry_), taken_back);
  ChangeRequest last = Promotion();
  last.id = "01900000-0000-7000-8000-000000000999";
  Take(Ask(last));
  Take(Reject(last, kTbilisi));

  EXPECT_THAT(Ask(Promotion()),
              FailsWith(absl::StatusCode::kResourceExhausted, "CHANGE_REQUESTS_PENDING"));
  EXPECT_THAT(PlanCreateChangeRequest(registry_, kOther, Promotion(), kNow), IsOk())
      << "its colleagues are not kept from asking";
  EXPECT_THAT(PlanCreateChangeRequest(registry_, kTbilisi, Promotion(), kNow + absl::Hours(1)),
              IsOk());
  EXPECT_THAT(registry_.open_requests(), ::testing::IsEmpty());
  EXPECT_THAT(registry_.ChangeRequestsOf("georgia"), SizeIs(kMostRequestsADay));
  EXPECT_THAT(registry_.ChangeRequestsOf("moldova"), ::testing::IsEmpty());
}

TEST_F(ChangeRequestsTest, ErasingAContactTakesItFromRequestsAlsoIfItWasOnlyAskedFor) {
  Take(Ask(Promotion()));
  Take(Ask(NewContact()));
  for (const ChangeRequest& request : {Promotion(), NewContact()}) {
    ASSERT_TRUE(CarriesContact(Found(request)));
    const std::string name = ChangedBy(request);
    Take(PlanEraseContact(registry_, name, "", kNow));

    EXPECT_FALSE(CarriesContact(Found(request)));
    EXPECT_EQ(ChangedBy(Found(request)), name);
    EXPECT_EQ(Found(request).reason, "");
    EXPECT_EQ(registry_.FindContact(name)->state, ContactState::kErased);
    EXPECT_THAT(Approve(request),
                FailsWith(absl::StatusCode::kFailedPrecondition, "CHANGE_REQUEST_CLOSED"));
  }
  EXPECT_THAT(PlanEraseContact(registry_, "partners/georgia/contacts/tbilisi-3", "", kNow),
              FailsWith(absl::StatusCode::kNotFound, "CONTACT_NOT_FOUND"));
}

}  // namespace
}  // namespace comity::partner_registry
