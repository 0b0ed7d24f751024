// RelationService over real mutual TLS: who may do and see what, evidence, repetition, restart, and
// what reaches the other services.
#include <gmock/gmock.h>

#include "absl/strings/ascii.h"
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
using ::testing::Not;
using ::testing::SizeIs;
using Stub = v1::RelationService::Stub;

constexpr char kCommission[] = "spiffe://agency.example/agency/commission/-/c1";
constexpr char kAuditor[] = "spiffe://agency.example/agency/auditor/-/a1";
constexpr char kConsultation[] = "partners/algeria/consultations/c1";
constexpr char kSecondment[] = "partners/georgia/secondments/s1";

std::string DaysFromToday(int days) { return FormatDay(DayInBrussels(absl::Now()) + days); }

v1::SetStrategyRequest TheStrategy() {
  v1::SetStrategyRequest request;
  v1::Strategy& strategy = *request.mutable_strategy();
  strategy.set_name("strategies/s2024");
  strategy.set_title("Strategy on cooperation with international partners");
  strategy.set_from("2024-01-01");
  strategy.set_to("2099-12-31");
  strategy.set_evidence("College decision 2023-15");
  strategy.add_partners()->set_partner("partners/algeria");
  request.set_reason("adopted");
  return request;
}

v1::OpenConsultationRequest TheConsultation() {
  v1::OpenConsultationRequest request;
  request.set_parent("partners/algeria");
  request.set_consultation_id("c1");
  v1::Consultation& consultation = *request.mutable_consultation();
  consultation.set_question("Is Algeria to be proposed?");
  consultation.set_opened(DaysFromToday(-10));
  consultation.set_deadline(DaysFromToday(10));
  consultation.set_evidence("note 12");
  return request;
}

v1::RecordReplyRequest ReplyOf(const std::string& state) {
  v1::RecordReplyRequest request;
  request.set_name(kConsultation);
  request.mutable_reply()->set_member_state(absl::StrCat("partners/", state));
  request.mutable_reply()->set_position(v1::ConsultationReply::POSITION_IN_FAVOUR);
  request.mutable_reply()->set_day(DaysFromToday(-1));
  request.mutable_reply()->set_evidence("letter");
  return request;
}

v1::CreateSecondmentRequest TheSecondment() {
  v1::CreateSecondmentRequest request;
  request.set_parent("partners/georgia");
  request.set_secondment_id("s1");
  v1::Secondment& secondment = *request.mutable_secondment();
  secondment.set_kind(v1::Secondment::KIND_LIAISON_PROSECUTOR);
  secondment.set_instrument("partners/georgia/instruments/cooperation-agreement");
  secondment.set_from(DaysFromToday(-100));
  secondment.set_contact("partners/georgia/contacts/tbilisi-1");
  secondment.set_evidence("letter");
  return request;
}

class RelationsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> As(const std::string& caller,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, absl::Duration within = absl::Seconds(10)) {
    return Call(method, server_.RelationsAs(caller), request, within);
  }

  absl::StatusOr<v1::Consultation> Get(const std::string& caller) {
    v1::GetConsultationRequest request;
    request.set_name(kConsultation);
    return As(caller, &Stub::GetConsultation, request);
  }

  absl::Status TbilisiCalls() {
    v1::GetPartnerRequest request;
    request.set_name("partners/georgia");
    return Call(&v1::PartnerRegistryService::Stub::GetPartner, server_.As(kTbilisi), request)
        .status();
  }

  // The national member of a State.
  std::string MemberOf(const std::string& state) {
    v1::GetPartnerRequest request;
    request.set_name(state);
    const auto partner =
        Call(&v1::PartnerRegistryService::Stub::GetPartner, server_.As(kDesk), request);
    EXPECT_THAT(partner, IsOk());
    return absl::StrCat("spiffe://agency.example/agency/national-member/",
                        absl::AsciiStrToLower(partner->iso_alpha2()), "/nm-2");
  }

  RegistryServer server_;
};

TEST_F(RelationsTest, TheDeskRunsAConsultationAndNationalMembersReplyForThemselves) {
  const auto opened = As(kDesk, &Stub::OpenConsultation, TheConsultation());
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->name(), kConsultation);
  EXPECT_EQ(opened->outstanding_size(), opened->member_states_size());
  EXPECT_THAT(opened->member_states(), Contains("partners/france"));
  EXPECT_THAT(opened->member_states(), Not(Contains("partners/denmark")));

  EXPECT_EQ(As(kFrance, &Stub::OpenConsultation, TheConsultation()).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(As(kItaly, &Stub::RecordReply, ReplyOf("france")),
              FailsWith(absl::StatusCode::kPermissionDenied, "REPLY_NOT_YOURS"));
  const auto replied = As(kFrance, &Stub::RecordReply, ReplyOf("france"));
  ASSERT_THAT(replied, IsOk());
  EXPECT_EQ(replied->replies(0).recorded_by(), kFrance);
  EXPECT_THAT(replied->outstanding(), Not(Contains("partners/france")));
  EXPECT_THAT(As(kDesk, &Stub::RecordReply, ReplyOf("france")),
              FailsWith(absl::StatusCode::kPermissionDenied, "REPLY_OF_THE_STATE"));

  v1::CloseConsultationRequest close;
  close.set_name(kConsultation);
  EXPECT_THAT(As(kDesk, &Stub::CloseConsultation, close),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_OPEN"));
  for (const std::string& state :
       std::vector<std::string>(replied->outstanding().begin(), replied->outstanding().end())) {
    ASSERT_THAT(As(kDesk, &Stub::RecordReply, ReplyOf(state.substr(9))), IsOk());
  }
  EXPECT_THAT(As(kDesk, &Stub::CloseConsultation, close),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_OPEN"))
      << "what the desk records counts once the deadline is over";
  for (const std::string& state :
       std::vector<std::string>(replied->outstanding().begin(), replied->outstanding().end())) {
    ASSERT_THAT(As(MemberOf(state), &Stub::RecordReply, ReplyOf(state.substr(9))), IsOk());
  }
  close.set_etag(opened->etag());
  EXPECT_THAT(As(kDesk, &Stub::CloseConsultation, close),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  close.clear_etag();
  const auto closed = As(kDesk, &Stub::CloseConsultation, close);
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->state(), v1::Consultation::STATE_CLOSED);

  v1::GetPartnerStandingRequest standing;
  standing.set_name("partners/algeria");
  const auto stands =
      Call(&v1::PartnerRegistryService::Stub::GetPartnerStanding, server_.As(kDesk), standing);
  ASSERT_THAT(stands, IsOk());
  EXPECT_THAT(stands->axes(0).ShortDebugString(), HasSubstr("CONSULTED"));
}

TEST_F(RelationsTest, TheCommissionSeesWhatHasToBeInAccordAndNoMore) {
  ASSERT_THAT(As(kDesk, &Stub::OpenConsultation, TheConsultation()), IsOk());
  ASSERT_THAT(As(kFrance, &Stub::RecordReply, ReplyOf("france")), IsOk());
  const auto seen = Get(kCommission);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->state(), v1::Consultation::STATE_OPEN);
  EXPECT_THAT(seen->replies(), IsEmpty());
  EXPECT_THAT(seen->outstanding(), IsEmpty()) << "who is silent is part of what they replied";
  EXPECT_THAT(Get(kDesk)->replies(), SizeIs(1));
  v1::ListConsultationsRequest list;
  list.set_parent("partners/-");
  const auto listed = As(kCommission, &Stub::ListConsultations, list);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->consultations(0).replies(), IsEmpty());

  v1::CreateArrangementRequest create;
  create.set_parent("partners/algeria");
  create.set_arrangement_id("a1");
  create.mutable_arrangement()->set_title("Working arrangement");
  create.mutable_arrangement()->add_authorities("partners/algeria/authorities/prosecution-service");
  create.mutable_arrangement()->set_opened("2026-01-01");
  create.mutable_arrangement()->set_evidence("mandate");
  ASSERT_THAT(As(kDesk, &Stub::CreateArrangement, create), IsOk());
  v1::AddDraftRequest draft;
  draft.set_name("partners/algeria/arrangements/a1");
  draft.mutable_draft()->set_day("2026-01-02");
  draft.mutable_draft()->set_evidence("register 7");
  ASSERT_THAT(As(kDesk, &Stub::AddDraft, draft), IsOk());
  v1::GetArrangementRequest get;
  get.set_name(draft.name());
  EXPECT_THAT(As(kDesk, &Stub::GetArrangement, get)->drafts(), SizeIs(1));
  const auto shared = As(kCommission, &Stub::GetArrangement, get);
  ASSERT_THAT(shared, IsOk());
  EXPECT_THAT(shared->drafts(), IsEmpty());
  EXPECT_EQ(shared->state(), v1::Arrangement::STATE_DRAFTING);

  ASSERT_THAT(As(kDesk, &Stub::SetStrategy, TheStrategy()), IsOk());
  v1::GetStrategyRequest strategy;
  strategy.set_name("strategies/s2024");
  EXPECT_THAT(As(kCommission, &Stub::GetStrategy, strategy), IsOk());
  v1::GetReadinessRequest readiness;
  readiness.set_name("partners/algeria/readiness");
  EXPECT_THAT(As(kCommission, &Stub::GetReadiness, readiness)->missing(), SizeIs(8));

  v1::ListAssessmentsRequest assessments;
  assessments.set_parent("partners/-");
  EXPECT_EQ(As(kCommission, &Stub::ListAssessments, assessments).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(As(kCommission, &Stub::SetStrategy, TheStrategy()).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(RelationsTest, APartnersContactSeesNothingOfIt) {
  ASSERT_THAT(As(kDesk, &Stub::OpenConsultation, TheConsultation()), IsOk());
  EXPECT_EQ(Get(kTbilisi).status().code(), absl::StatusCode::kPermissionDenied);

  grpc::ClientContext context;
  RegistryServer::Prepare(context, absl::Seconds(10));
  const auto watch = server_.As(kTbilisi).Watch(&context, v1::WatchRequest());
  v1::WatchResponse response;
  while (watch->Read(&response)) {
    for (const v1::Change& change : response.changes()) {
      for (const v1::Fact& fact : change.facts()) EXPECT_FALSE(fact.has_consultation());
    }
    if (response.has_bookmark()) break;
  }
  context.TryCancel();
}

TEST_F(RelationsTest, ARepetitionIsAnsweredAsBeforeAndAReasonIsKept) {
  v1::SetStrategyRequest request = TheStrategy();
  request.clear_reason();
  EXPECT_THAT(As(kDesk, &Stub::SetStrategy, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "REASON_MISSING"));
  request.set_reason("adopted by the College");
  request.set_request_id("01900000-0000-7000-8000-000000000021");
  const auto first = As(kDesk, &Stub::SetStrategy, request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(As(kDesk, &Stub::SetStrategy, request)->SerializeAsString(),
            first->SerializeAsString());
  request.mutable_strategy()->set_title("Another");
  EXPECT_THAT(As(kDesk, &Stub::SetStrategy, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));

  ledger::v1::ListEntriesRequest entries;
  entries.set_purpose("what a reason leaves behind");
  const auto listed =
      Call(&ledger::v1::LedgerService::Stub::ListEntries, server_.LedgerAs(kAuditor), entries);
  ASSERT_THAT(listed, IsOk());
  std::string bodies;
  for (const auto& entry : listed->entries()) absl::StrAppend(&bodies, entry.body(), "\n");
  EXPECT_THAT(bodies, HasSubstr("adopted by the College"));
  EXPECT_THAT(bodies, HasSubstr("strategies/s2024"));
}

TEST_F(RelationsTest, GapsRankingAndVolumesAreAnswered) {
  v1::ListStrategyGapsRequest gaps;
  EXPECT_EQ(As(kDesk, &Stub::ListStrategyGaps, gaps)->gaps(0).kind(),
            v1::StrategyGap::KIND_NO_STRATEGY);
  ASSERT_THAT(As(kDesk, &Stub::SetStrategy, TheStrategy()), IsOk());
  const auto listed = As(kDesk, &Stub::ListStrategyGaps, gaps);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->strategy(), "strategies/s2024");
  EXPECT_EQ(listed->gaps(0).kind(), v1::StrategyGap::KIND_NOT_LISTED);
  EXPECT_FALSE(listed->gaps(0).partner_name().empty());
  gaps.set_day("soon");
  EXPECT_THAT(As(kDesk, &Stub::ListStrategyGaps, gaps),
              FailsWith(absl::StatusCode::kInvalidArgument, "DAY_INVALID"));

  v1::CreateCriteriaSetRequest create;
  create.set_criteria_set_id("v1");
  create.mutable_criteria_set()->set_title("Criteria");
  create.mutable_criteria_set()->set_adopted("2024-06-01");
  create.mutable_criteria_set()->set_evidence("decision");
  v1::Criterion& necessity = *create.mutable_criteria_set()->add_criteria();
  necessity.set_id("operational-necessity");
  necessity.set_question("Is there a need?");
  necessity.set_weight(3);
  necessity.set_minimum(2);
  necessity.set_measure(v1::Criterion::MEASURE_JUDGED);
  v1::Criterion& volume = *create.mutable_criteria_set()->add_criteria();
  volume.set_id("volume");
  volume.set_question("How much is exchanged?");
  volume.set_weight(1);
  volume.set_measure(v1::Criterion::MEASURE_VOLUME);
  ASSERT_THAT(As(kDesk, &Stub::CreateCriteriaSet, create), IsOk());

  v1::RecordVolumeRequest record;
  record.set_parent("partners/georgia");
  record.set_year(static_cast<int>(DayInBrussels(absl::Now()).year()) - 1);
  (*record.mutable_volume()->mutable_counts())["cases"] = 30;
  record.mutable_volume()->set_source("annual report");
  ASSERT_THAT(As(kDesk, &Stub::RecordVolume, record), IsOk());
  for (const char* partner : {"partners/georgia", "partners/algeria"}) {
    v1::RecordAssessmentRequest assess;
    assess.set_parent(partner);
    assess.mutable_assessment()->set_criteria_set("criteriaSets/v1");
    assess.mutable_assessment()->set_day("2026-01-01");
    EXPECT_THAT(As(kDesk, &Stub::RecordAssessment, assess),
                FailsWith(absl::StatusCode::kInvalidArgument, "ASSESSMENT_INCOMPLETE"));
    v1::Score& score = *assess.mutable_assessment()->add_scores();
    score.set_criterion("operational-necessity");
    score.set_points(4);
    score.set_source("report");
    ASSERT_THAT(As(kDesk, &Stub::RecordAssessment, assess), IsOk());
  }
  v1::RankPartnersRequest rank;
  rank.set_criteria_set("criteriaSets/v1");
  const auto ranking = As(kDesk, &Stub::RankPartners, rank);
  ASSERT_THAT(ranking, IsOk());
  ASSERT_THAT(ranking->partners(), SizeIs(2));
  EXPECT_EQ(ranking->partners(0).partner(), "partners/georgia");
  EXPECT_EQ(ranking->partners(0).milli_points(), 4250);
  EXPECT_EQ(ranking->partners(1).milli_points(), 3000);
  rank.set_criteria_set("criteriaSets/v2");
  EXPECT_THAT(As(kDesk, &Stub::RankPartners, rank),
              FailsWith(absl::StatusCode::kNotFound, "CRITERIA_SET_NOT_FOUND"));
}

TEST_F(RelationsTest, ListsComeInPagesOfOneRevision) {
  for (int i = 0; i < 5; ++i) {
    v1::OpenConsultationRequest request = TheConsultation();
    request.set_consultation_id(absl::StrCat("c", i));
    ASSERT_THAT(As(kDesk, &Stub::OpenConsultation, request), IsOk());
  }
  v1::ListConsultationsRequest list;
  list.set_parent("partners/algeria");
  list.set_page_size(2);
  std::vector<std::string> names;
  do {
    const auto page = As(kDesk, &Stub::ListConsultations, list);
    ASSERT_THAT(page, IsOk());
    for (const v1::Consultation& one : page->consultations()) names.push_back(one.name());
    list.set_page_token(page->next_page_token());
    v1::OpenConsultationRequest later = TheConsultation();
    later.set_consultation_id(absl::StrCat("c9", names.size()));
    ASSERT_THAT(As(kDesk, &Stub::OpenConsultation, later), IsOk());
  } while (!list.page_token().empty());
  EXPECT_THAT(names, SizeIs(5)) << "what came in between is not in the list";
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  list.set_page_token("abc");
  EXPECT_THAT(As(kDesk, &Stub::ListConsultations, list),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  list.clear_page_token();
  list.set_parent("partners/atlantis");
  EXPECT_THAT(As(kDesk, &Stub::ListConsultations, list),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(RelationsTest, EndingASecondmentEndsTheAccessOfItsContactBeforeItReturns) {
  ASSERT_THAT(TbilisiCalls(), IsOk());
  const auto entered = As(kDesk, &Stub::CreateSecondment, TheSecondment());
  ASSERT_THAT(entered, IsOk());
  EXPECT_TRUE(entered->in_effect()) << entered->reason();
  EXPECT_THAT(TbilisiCalls(), IsOk());

  v1::EndSecondmentRequest end;
  end.set_name(kSecondment);
  EXPECT_THAT(As(kDesk, &Stub::EndSecondment, end),
              FailsWith(absl::StatusCode::kInvalidArgument, "REASON_MISSING"));
  end.set_reason("recalled");
  end.set_request_id("01900000-0000-7000-8000-000000000022");
  server_.Renew(std::string(32, 'a'), 1);
  EXPECT_THAT(As(kDesk, &Stub::EndSecondment, end, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"))
      << "a replica that has not confirmed is waited for";
  EXPECT_THAT(TbilisiCalls(),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECONDMENT_NOT_IN_EFFECT"));
  server_.Renew(std::string(32, 'a'), 100);
  const auto ended = As(kDesk, &Stub::EndSecondment, end);
  ASSERT_THAT(ended, IsOk());
  EXPECT_FALSE(ended->in_effect());
  EXPECT_THAT(ended->reason(), HasSubstr("54a"));

  v1::ListSecondmentsRequest list;
  list.set_parent("partners/georgia");
  list.set_day(DaysFromToday(-1));
  EXPECT_TRUE(As(kDesk, &Stub::ListSecondments, list)->secondments(0).in_effect());
  list.clear_day();
  EXPECT_FALSE(As(kDesk, &Stub::ListSecondments, list)->secondments(0).in_effect());

  server_.Restart();
  EXPECT_THAT(TbilisiCalls(),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECONDMENT_NOT_IN_EFFECT"));
}

TEST_F(RelationsTest, WhatWasRecordedIsThereAfterARestartAndAsItWasAtARevision) {
  const auto opened = As(kDesk, &Stub::OpenConsultation, TheConsultation());
  ASSERT_THAT(opened, IsOk());
  ASSERT_THAT(As(kFrance, &Stub::RecordReply, ReplyOf("france")), IsOk());
  server_.Restart();
  EXPECT_THAT(Get(kDesk)->replies(), SizeIs(1));
  v1::GetConsultationRequest request;
  request.set_name(kConsultation);
  *request.mutable_at_revision() = opened->revision();
  const auto then = As(kDesk, &Stub::GetConsultation, request);
  ASSERT_THAT(then, IsOk());
  EXPECT_EQ(then->SerializeAsString(), opened->SerializeAsString());
  request.mutable_at_revision()->set_number(999);
  EXPECT_THAT(As(kDesk, &Stub::GetConsultation, request),
              FailsWith(absl::StatusCode::kOutOfRange, "REVISION_UNKNOWN"));
}

TEST_F(RelationsTest, ASecondmentThatItsInstrumentDoesNotPermitIsRefusedWithTheArticle) {
  v1::CreateSecondmentRequest request = TheSecondment();
  request.mutable_secondment()->set_from("2019-01-01");
  const auto refused = As(kDesk, &Stub::CreateSecondment, request);
  EXPECT_THAT(refused,
              FailsWith(absl::StatusCode::kFailedPrecondition, "SECONDMENT_NOT_PERMITTED"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("EJR 54a(1)"));
}

}  // namespace
}  // namespace comity::partner_registry
