// What the Commission, the EEAS and an EU delegation see, each by a view of its own, over real
// mutual TLS: how relations come about, where they stand, reports; and that they write nothing.
#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/day.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Partners = v1::PartnerRegistryService::Stub;
using Relations = v1::RelationService::Stub;
using Reports = v1::RegistryReportService::Stub;
using Names = std::set<std::string>;

constexpr char kCommission[] = "spiffe://agency.example/agency/commission/-/c1";
constexpr char kDelegation[] = "spiffe://agency.example/agency/eu-delegation/albania/d1";
constexpr char kNowhere[] = "spiffe://agency.example/agency/eu-delegation/-/d1";
constexpr char kOwn[] = "partners/albania";
constexpr char kOther[] = "partners/algeria";
constexpr char kStrategy[] = "strategies/s2024";

template <typename Message>
Names NamesOf(const google::protobuf::RepeatedPtrField<Message>& messages) {
  Names names;
  for (const Message& message : messages) names.insert(message.name());
  return names;
}

class AlignmentTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Relate(const std::string& caller,
                                  grpc::Status (Relations::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                                  const Request& request) {
    return Call(method, server_.RelationsAs(caller), request);
  }

  // Of a resource `name`.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Get(const std::string& caller,
                               grpc::Status (Relations::*method)(grpc::ClientContext*,
                                                                 const Request&, Response*),
                               const std::string& name) {
    Request request;
    request.set_name(name);
    return Relate(caller, method, request);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Get(const std::string& caller,
                               grpc::Status (Partners::*method)(grpc::ClientContext*,
                                                                const Request&, Response*),
                               const std::string& name) {
    Request request;
    request.set_name(name);
    return Call(method, server_.As(caller), request);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> List(const std::string& caller,
                                grpc::Status (Relations::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                                const std::string& parent = "partners/-") {
    Request request;
    request.set_parent(parent);
    return Relate(caller, method, request);
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> List(const std::string& caller,
                                grpc::Status (Partners::*method)(grpc::ClientContext*,
                                                                 const Request&, Response*),
                                const std::string& parent = "partners/-") {
    Request request;
    request.set_parent(parent);
    return Call(method, server_.As(caller), request);
  }

  // A strategy that lists both partners; with each an arrangement with a draft, a consultation with
  // a reply, and an item of readiness.
  void MakeRelations() {
    v1::SetStrategyRequest set;
    v1::Strategy& strategy = *set.mutable_strategy();
    strategy.set_name(kStrategy);
    strategy.set_title("Strategy on cooperation with international partners");
    strategy.set_from("2024-01-01");
    strategy.set_to("2099-12-31");
    strategy.set_evidence("College decision 2023-15");
    for (const char* partner : {kOwn, kOther}) strategy.add_partners()->set_partner(partner);
    set.set_reason("adopted");
    ASSERT_THAT(Relate(kDesk, &Relations::SetStrategy, set), IsOk());
    for (const char* partner : {kOwn, kOther}) {
      v1::CreateArrangementRequest create;
      create.set_parent(partner);
      create.set_arrangement_id("a1");
      v1::Arrangement& arrangement = *create.mutable_arrangement();
      arrangement.set_title("Working arrangement");
      arrangement.add_authorities(absl::StrCat(partner, "/authorities/prosecution-service"));
      arrangement.set_opened("2026-01-01");
      arrangement.set_evidence("mandate");
      ASSERT_THAT(Relate(kDesk, &Relations::CreateArrangement, create), IsOk());
      v1::AddDraftRequest draft;
      draft.set_name(absl::StrCat(partner, "/arrangements/a1"));
      draft.mutable_draft()->set_day("2026-01-02");
      draft.mutable_draft()->set_evidence("register 7");
      ASSERT_THAT(Relate(kDesk, &Relations::AddDraft, draft), IsOk());

      v1::OpenConsultationRequest open;
      open.set_parent(partner);
      open.set_consultation_id("c1");
      v1::Consultation& consultation = *open.mutable_consultation();
      consultation.set_question("Is it to be proposed?");
      consultation.set_opened(FormatDay(DayInBrussels(absl::Now()) - 10));
      consultation.set_deadline("2099-01-01");
      consultation.set_evidence("note 12");
      ASSERT_THAT(Relate(kDesk, &Relations::OpenConsultation, open), IsOk());
      v1::RecordReplyRequest reply;
      reply.set_name(absl::StrCat(partner, "/consultations/c1"));
      reply.mutable_reply()->set_member_state("partners/france");
      reply.mutable_reply()->set_position(v1::ConsultationReply::POSITION_OBJECTS);
      reply.mutable_reply()->set_day(consultation.opened());
      reply.mutable_reply()->set_evidence("letter");
      ASSERT_THAT(Relate(kFrance, &Relations::RecordReply, reply), IsOk());

      v1::UpdateReadinessRequest update;
      update.set_name(absl::StrCat(partner, "/readiness"));
      v1::ReadinessItem& item = *update.add_items();
      item.set_topic(v1::ReadinessItem::TOPIC_DATA_PROTECTION_LAW);
      item.set_state(v1::ReadinessItem::STATE_IN_PLACE);
      item.set_statement("A law of 2023 is in force.");
      item.set_day("2026-01-02");
      item.set_evidence("official gazette");
      ASSERT_THAT(Relate(kDesk, &Relations::UpdateReadiness, update), IsOk());
    }
  }

  RegistryServer server_;
};

// What is asked for is, to who may not see it, not there: the same bytes.
template <typename Response>
void ExpectHidden(const absl::StatusOr<Response>& hidden, const absl::StatusOr<Response>& absent,
                  const char* reason) {
  EXPECT_THAT(hidden, FailsWith(absl::StatusCode::kNotFound, reason));
  EXPECT_EQ(hidden.status(), absent.status());
}

template <typename Response>
void ExpectDenied(const absl::StatusOr<Response>& answer) {
  EXPECT_THAT(answer, FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(AlignmentTest, EachHasAViewOfItsOwnOnHowRelationsComeAbout) {
  MakeRelations();
  const std::string own = absl::StrCat(kOwn, "/arrangements/a1");
  const std::string other = absl::StrCat(kOther, "/arrangements/a1");
  for (const char* who : {kCommission, kEeas, kDelegation}) {
    const auto arrangements = List(who, &Relations::ListArrangements);
    ASSERT_THAT(arrangements, IsOk()) << who;
    EXPECT_EQ(NamesOf(arrangements->arrangements()),
              who == kDelegation ? Names({own}) : Names({own, other}));
    for (const v1::Arrangement& one : arrangements->arrangements()) {
      EXPECT_EQ(one.state(), v1::Arrangement::STATE_DRAFTING);
      EXPECT_THAT(one.drafts(), IsEmpty()) << who;
    }
    const auto strategy = Get(who, &Relations::GetStrategy, kStrategy);
    ASSERT_THAT(strategy, IsOk()) << who;
    EXPECT_THAT(strategy->partners(), SizeIs(2)) << "the strategy as a whole";
    const auto readiness = Get(who, &Relations::GetReadiness, absl::StrCat(kOwn, "/readiness"));
    ASSERT_THAT(readiness, IsOk()) << who;
    EXPECT_THAT(readiness->items(), SizeIs(1));
    EXPECT_EQ(readiness->missing_size(), 7);
    ExpectDenied(List(who, &Relations::ListAssessments));
    ExpectDenied(List(who, &Relations::ListSecondments));
    ExpectDenied(Relate(who, &Relations::ListStrategyGaps, v1::ListStrategyGapsRequest()));
  }
  EXPECT_THAT(Get(kEeas, &Relations::GetReadiness, absl::StrCat(kOther, "/readiness")), IsOk());
  EXPECT_THAT(Get(kDesk, &Relations::GetArrangement, own)->drafts(), SizeIs(1));

  const auto consultations = List(kCommission, &Relations::ListConsultations);
  ASSERT_THAT(consultations, IsOk());
  ASSERT_THAT(consultations->consultations(), SizeIs(2));
  for (const v1::Consultation& one : consultations->consultations()) {
    EXPECT_EQ(one.state(), v1::Consultation::STATE_OPEN);
    EXPECT_THAT(one.replies(), IsEmpty());
    EXPECT_THAT(one.outstanding(), IsEmpty());
  }
  for (const char* who : {kEeas, kDelegation}) {
    ExpectDenied(List(who, &Relations::ListConsultations));
    ExpectDenied(Get(who, &Relations::GetConsultation, absl::StrCat(kOwn, "/consultations/c1")));
  }
}

TEST_F(AlignmentTest, OfOtherPartnersADelegationIsToldNothing) {
  MakeRelations();
  ExpectHidden(
      Get(kDelegation, &Relations::GetArrangement, absl::StrCat(kOther, "/arrangements/a1")),
      Get(kDelegation, &Relations::GetArrangement, absl::StrCat(kOther, "/arrangements/none")),
      "ARRANGEMENT_NOT_FOUND");
  ExpectHidden(Get(kDelegation, &Relations::GetReadiness, absl::StrCat(kOther, "/readiness")),
               Get(kDelegation, &Relations::GetReadiness, "partners/atlantis/readiness"),
               "PARTNER_NOT_FOUND");
  ExpectHidden(List(kDelegation, &Relations::ListArrangements, kOther),
               List(kDelegation, &Relations::ListArrangements, "partners/atlantis"),
               "PARTNER_NOT_FOUND");
  v1::ListArrangementsRequest page;
  page.set_parent("partners/-");
  page.set_page_size(1);
  const auto first = Relate(kDelegation, &Relations::ListArrangements, page);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->next_page_token(), "") << "that there is more is not told either";
  server_.Restart();
  EXPECT_THAT(List(kDelegation, &Relations::ListArrangements)->arrangements(), SizeIs(1));

  EXPECT_THAT(List(kNowhere, &Relations::ListArrangements)->arrangements(), IsEmpty());
  EXPECT_THAT(
      Relate(kNowhere, &Relations::ListStrategies, v1::ListStrategiesRequest())->strategies(),
      IsEmpty())
      << "accredited to nobody, it has no relation to be in accord with";
  ExpectHidden(Get(kNowhere, &Relations::GetStrategy, kStrategy),
               Get(kNowhere, &Relations::GetStrategy, "strategies/none"), "STRATEGY_NOT_FOUND");
}

TEST_F(AlignmentTest, WhereARelationStandsADelegationReadsOfItsPartner) {
  const auto partners =
      Call(&Partners::ListPartners, server_.As(kDelegation), v1::ListPartnersRequest());
  ASSERT_THAT(partners, IsOk());
  EXPECT_EQ(NamesOf(partners->partners()), Names({kOwn}));
  v1::ListPartnersRequest search;
  search.set_query("algeria");
  EXPECT_THAT(Call(&Partners::ListPartners, server_.As(kDelegation), search)->partners(),
              IsEmpty());
  EXPECT_THAT(
      Call(&Partners::ListPartners, server_.As(kNowhere), v1::ListPartnersRequest())->partners(),
      IsEmpty());

  EXPECT_THAT(Get(kDelegation, &Partners::GetPartnerStanding, kOwn), IsOk());
  for (const char* other : {kOther, "partners/georgia"}) {
    ExpectHidden(Get(kDelegation, &Partners::GetPartner, other),
                 Get(kDelegation, &Partners::GetPartner, "partners/atlantis"), "PARTNER_NOT_FOUND");
    ExpectHidden(Get(kDelegation, &Partners::GetPartnerStanding, other),
                 Get(kDelegation, &Partners::GetPartnerStanding, "partners/atlantis"),
                 "PARTNER_NOT_FOUND");
  }

  const auto instruments = List(kDelegation, &Partners::ListInstruments);
  ASSERT_THAT(instruments, IsOk());
  const std::string agreement = absl::StrCat(kOwn, "/instruments/cooperation-agreement");
  EXPECT_EQ(NamesOf(instruments->instruments()), Names({agreement}));
  EXPECT_EQ(instruments->instruments(0).recorded_by(), "") << "who recorded it is the agency's";
  ExpectHidden(Get(kDelegation, &Partners::GetInstrument,
                   "partners/georgia/instruments/cooperation-agreement"),
               Get(kDelegation, &Partners::GetInstrument, "partners/georgia/instruments/none"),
               "INSTRUMENT_NOT_FOUND");
  const auto authorities = List(kDelegation, &Partners::ListAuthorities);
  ASSERT_THAT(authorities, IsOk());
  EXPECT_EQ(NamesOf(authorities->authorities()),
            Names({absl::StrCat(kOwn, "/authorities/prosecution-service")}));
  EXPECT_GT(List(kEeas, &Partners::ListInstruments)->instruments_size(), 1);

  // Of the state of before, no more.
  v1::GetPartnerRequest earlier;
  earlier.set_name(kOther);
  *earlier.mutable_at_revision() = partners->registry_revision();
  EXPECT_THAT(Call(&Partners::GetPartner, server_.As(kDelegation), earlier),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(AlignmentTest, PersonsKeysDecisionsAndTheTransferCheckAreNotForADelegation) {
  ExpectDenied(List(kDelegation, &Partners::ListContacts));
  ExpectDenied(Get(kDelegation, &Partners::GetContact, absl::StrCat(kOwn, "/contacts/tirana-1")));
  v1::FindCounterpartRequest find;
  find.set_parent(kOwn);
  ExpectDenied(Call(&Partners::FindCounterpart, server_.As(kDelegation), find));
  v1::ListKeyStatementsRequest keys;
  keys.set_holder("spiffe://agency.example/partner/albania/contact/tirana-1");
  ExpectDenied(Call(&Partners::ListKeyStatements, server_.As(kDelegation), keys));
  v1::EvaluateTransferRequest question;
  question.mutable_question()->set_counterpart(kOwn);
  ExpectDenied(Call(&Partners::EvaluateTransfer, server_.As(kDelegation), question));
  for (const char* who : {kCommission, kEeas, kDelegation}) {
    ExpectDenied(Call(&Partners::ListDecisions, server_.As(who), v1::ListDecisionsRequest()));
    grpc::ClientContext context;
    RegistryServer::Prepare(context);
    v1::WatchResponse response;
    const auto watch = server_.As(who).Watch(&context, v1::WatchRequest());
    EXPECT_FALSE(watch->Read(&response));
    EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED) << who;
  }
}

TEST_F(AlignmentTest, ReportsAreOfADelegationsOwnPartner) {
  const auto brief = [&](const char* who, const std::string& partner) {
    v1::GetBriefingRequest request;
    request.set_name(partner);
    return Call(&Reports::GetBriefing, server_.ReportsAs(who), request);
  };
  const auto briefing = brief(kDelegation, kOwn);
  ASSERT_THAT(briefing, IsOk());
  EXPECT_THAT(briefing->content(), HasSubstr("Albania"));
  ExpectHidden(brief(kDelegation, kOther), brief(kDelegation, "partners/atlantis"),
               "PARTNER_NOT_FOUND");
  ExpectHidden(brief(kNowhere, kOwn), brief(kNowhere, "partners/atlantis"), "PARTNER_NOT_FOUND");
  for (const char* who : {kCommission, kEeas}) EXPECT_THAT(brief(who, kOther), IsOk()) << who;

  const auto affected = [&](const char* who, const std::string& instrument) {
    v1::ListAffectedRequest request;
    request.set_instrument(instrument);
    request.set_supposition(v1::ListAffectedRequest::SUPPOSITION_LAPSES);
    return Call(&Reports::ListAffected, server_.ReportsAs(who), request);
  };
  const auto kinds = [&](const char* who) {
    std::set<int> found;
    const auto answer = affected(who, absl::StrCat(kOwn, "/instruments/cooperation-agreement"));
    EXPECT_THAT(answer, IsOk());
    for (const v1::Affected& one : answer->affected()) found.insert(one.kind());
    return found;
  };
  EXPECT_THAT(kinds(kEeas), Contains(v1::Affected::KIND_CONTACT));
  EXPECT_EQ(kinds(kDelegation),
            (std::set<int>{v1::Affected::KIND_TRANSFER, v1::Affected::KIND_SECONDMENT,
                           v1::Affected::KIND_AXIS}));
  v1::CreateSecondmentRequest second;
  second.set_parent(kOwn);
  second.set_secondment_id("s1");
  second.mutable_secondment()->set_kind(v1::Secondment::KIND_LIAISON_PROSECUTOR);
  second.mutable_secondment()->set_instrument(
      absl::StrCat(kOwn, "/instruments/cooperation-agreement"));
  second.mutable_secondment()->set_from("2026-01-01");
  second.mutable_secondment()->set_evidence("letter");
  ASSERT_THAT(Relate(kDesk, &Relations::CreateSecondment, second), IsOk());
  for (const char* const who : {kDesk, kCommission, kEeas, kDelegation}) {
    const auto answer = affected(who, absl::StrCat(kOwn, "/instruments/cooperation-agreement"));
    ASSERT_THAT(answer, IsOk()) << who;
    const bool named = absl::StrContains(answer->DebugString(), "secondments/s1");
    EXPECT_EQ(named, who == kDesk) << who << ": who may not list secondments is told of none";
  }
  ExpectHidden(affected(kDelegation, "partners/georgia/instruments/cooperation-agreement"),
               affected(kDelegation, "partners/georgia/instruments/none"), "INSTRUMENT_NOT_FOUND");

  for (const char* who : {kCommission, kEeas, kDelegation, kNowhere}) {
    EXPECT_THAT(Call(&Reports::GetPublicList, server_.ReportsAs(who), v1::GetPublicListRequest()),
                IsOk())
        << who;
    ExpectDenied(Call(&Reports::ListComing, server_.ReportsAs(who), v1::ListComingRequest()));
  }
}

TEST_F(AlignmentTest, WhatWasRetractedIsToADelegationNotThere) {
  const std::string mistaken = absl::StrCat(kOwn, "/instruments/cooperation-agreement");
  v1::RetractInstrumentRequest retract;
  retract.set_name(mistaken);
  retract.set_evidence("note 7");
  ASSERT_THAT(Call(&Partners::RetractInstrument, server_.As(kOperator), retract), IsOk());
  const std::string none = absl::StrCat(kOwn, "/instruments/none");
  EXPECT_THAT(Get(kEeas, &Partners::GetInstrument, mistaken), IsOk());
  ExpectHidden(Get(kDelegation, &Partners::GetInstrument, mistaken),
               Get(kDelegation, &Partners::GetInstrument, none), "INSTRUMENT_NOT_FOUND");
  v1::ListAffectedRequest request;
  request.set_instrument(mistaken);
  request.set_supposition(v1::ListAffectedRequest::SUPPOSITION_LAPSES);
  const auto hidden = Call(&Reports::ListAffected, server_.ReportsAs(kDelegation), request);
  request.set_instrument(none);
  ExpectHidden(hidden, Call(&Reports::ListAffected, server_.ReportsAs(kDelegation), request),
               "INSTRUMENT_NOT_FOUND");
}

}  // namespace
}  // namespace comity::partner_registry
