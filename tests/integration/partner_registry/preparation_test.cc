// What RelationService keeps of how a relation comes about: what the store, not only the memory,
// has of it. Each is read again by a registry that was restarted, as it was at a revision, and page
// by page.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Stub = v1::RelationService::Stub;

constexpr char kArrangement[] = "partners/algeria/arrangements/a1";
constexpr char kReadiness[] = "partners/algeria/readiness";

class PreparationTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Desk(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const std::string& caller = kDesk) {
    return Call(method, server_.RelationsAs(caller), request);
  }

  // The names of all that `request` lists, in pages of two, each of a registry that has just
  // started. `page` takes the resources out of a response.
  template <typename Request, typename Response, typename Page>
  std::vector<std::string> Listed(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                                  Page page, Request request = {}) {
    request.set_page_size(2);
    std::vector<std::string> names;
    do {
      server_.Restart();
      const absl::StatusOr<Response> answer = Desk(method, request);
      EXPECT_THAT(answer, IsOk());
      if (!answer.ok()) break;
      EXPECT_LE(page(*answer).size(), 2);
      for (const auto& each : page(*answer)) names.push_back(each.name());
      request.set_page_token(answer->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  // What every list refuses.
  template <typename Request, typename Response>
  void ExpectListRefuses(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         Request request) {
    request.set_page_size(-1);
    EXPECT_THAT(Desk(method, request),
                FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_SIZE_INVALID"));
    request.set_page_size(1);
    request.set_page_token("abc");
    EXPECT_THAT(Desk(method, request),
                FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
    request.clear_page_token();
    EXPECT_EQ(Desk(method, request, kTbilisi).status().code(), absl::StatusCode::kPermissionDenied);
    request.mutable_at_revision()->set_number(999);
    EXPECT_THAT(Desk(method, request),
                FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_REPLACED"));
  }

  absl::StatusOr<v1::Arrangement> Open(const std::string& partner, const std::string& id) {
    v1::CreateArrangementRequest request;
    request.set_parent(absl::StrCat("partners/", partner));
    request.set_arrangement_id(id);
    v1::Arrangement& arrangement = *request.mutable_arrangement();
    arrangement.set_title("Working arrangement");
    arrangement.add_authorities(
        absl::StrCat("partners/", partner, "/authorities/prosecution-service"));
    arrangement.set_opened("2026-01-01");
    arrangement.set_evidence("mandate");
    return Desk(&Stub::CreateArrangement, request);
  }

  static v1::AdvanceArrangementRequest Step(v1::Arrangement::State state, const std::string& day,
                                            const std::string& etag = "") {
    v1::AdvanceArrangementRequest request;
    request.set_name(kArrangement);
    request.mutable_step()->set_state(state);
    request.mutable_step()->set_day(day);
    request.mutable_step()->set_evidence("decision");
    request.set_etag(etag);
    return request;
  }

  absl::StatusOr<v1::Arrangement> Transmit(const std::string& member_state) {
    v1::RecordTransmissionRequest request;
    request.set_name(kArrangement);
    request.mutable_transmission()->set_member_state(member_state);
    request.mutable_transmission()->set_day("2026-04-01");
    request.mutable_transmission()->set_evidence("letter");
    return Desk(&Stub::RecordTransmission, request);
  }

  absl::StatusOr<v1::Arrangement> Arrangement(const ledger::v1::Revision* at = nullptr) {
    v1::GetArrangementRequest request;
    request.set_name(kArrangement);
    if (at != nullptr) *request.mutable_at_revision() = *at;
    return Desk(&Stub::GetArrangement, request);
  }

  absl::StatusOr<v1::Readiness> SetTopic(v1::ReadinessItem::Topic topic,
                                         v1::ReadinessItem::State state,
                                         const std::string& etag = "") {
    v1::UpdateReadinessRequest request;
    request.set_name(kReadiness);
    v1::ReadinessItem& item = *request.add_items();
    item.set_topic(topic);
    item.set_state(state);
    item.set_statement("as the law of 2018 has it");
    item.set_day("2026-01");
    item.set_evidence("report");
    request.set_etag(etag);
    return Desk(&Stub::UpdateReadiness, request);
  }

  absl::StatusOr<v1::Readiness> Readiness(const ledger::v1::Revision* at = nullptr) {
    v1::GetReadinessRequest request;
    request.set_name(kReadiness);
    if (at != nullptr) *request.mutable_at_revision() = *at;
    return Desk(&Stub::GetReadiness, request);
  }

  RegistryServer server_;
};

TEST_F(PreparationTest, AnArrangementKeepsItsStepsAndWhichParliamentsWereTold) {
  const auto opened = Open("algeria", "a1");
  ASSERT_THAT(opened, IsOk());
  v1::AdvanceArrangementRequest adopt =
      Step(v1::Arrangement::STATE_COLLEGE_ADOPTED, "2026-02-01", opened->etag());
  adopt.set_request_id("01900000-0000-7000-8000-000000000031");
  EXPECT_EQ(Desk(&Stub::AdvanceArrangement, adopt, kFrance).status().code(),
            absl::StatusCode::kPermissionDenied);
  const auto adopted = Desk(&Stub::AdvanceArrangement, adopt);
  ASSERT_THAT(adopted, IsOk());
  EXPECT_EQ(adopted->state(), v1::Arrangement::STATE_COLLEGE_ADOPTED);
  EXPECT_EQ(adopted->revision().number(), opened->revision().number() + 1);

  EXPECT_THAT(Desk(&Stub::AdvanceArrangement,
                   Step(v1::Arrangement::STATE_SIGNED, "2026-03-01", opened->etag())),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Desk(&Stub::AdvanceArrangement, Step(v1::Arrangement::STATE_IN_EFFECT, "2026-03-01")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "ARRANGEMENT_STEP"));
  EXPECT_THAT(Transmit(""), FailsWith(absl::StatusCode::kFailedPrecondition, "ARRANGEMENT_STEP"));
  server_.Restart();
  EXPECT_EQ(Desk(&Stub::AdvanceArrangement, adopt)->SerializeAsString(),
            adopted->SerializeAsString())
      << "a repetition";
  ASSERT_THAT(Desk(&Stub::AdvanceArrangement,
                   Step(v1::Arrangement::STATE_SIGNED, "2026-03-01", adopted->etag())),
              IsOk());
  ASSERT_THAT(Transmit(""), IsOk());
  EXPECT_THAT(Transmit("partners/denmark"),
              FailsWith(absl::StatusCode::kInvalidArgument, "ARRANGEMENT_INVALID"));
  const auto told = Transmit("partners/france");
  ASSERT_THAT(told, IsOk());

  server_.Restart();

  const auto kept = Arrangement();
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->SerializeAsString(), told->SerializeAsString());
  EXPECT_EQ(kept->state(), v1::Arrangement::STATE_SIGNED);
  EXPECT_THAT(kept->steps(), SizeIs(3));
  EXPECT_THAT(kept->transmissions(), SizeIs(2));
  EXPECT_THAT(kept->transmissions_outstanding(), Contains("partners/italy"));
  EXPECT_THAT(kept->transmissions_outstanding(), Not(Contains("partners/france")));
  EXPECT_THAT(kept->transmissions_outstanding(), Not(Contains("-")));
  EXPECT_EQ(Arrangement(&adopted->revision())->SerializeAsString(), adopted->SerializeAsString());
  v1::GetPartnerStandingRequest standing;
  standing.set_name("partners/algeria");
  const auto stands =
      Call(&v1::PartnerRegistryService::Stub::GetPartnerStanding, server_.As(kDesk), standing);
  ASSERT_THAT(stands, IsOk());
  EXPECT_EQ(stands->axes(v1::AXIS_WORKING_ARRANGEMENT - 1).step(), "SIGNED");
}

TEST_F(PreparationTest, AReadinessFileKeepsTheTopicsThatWereNotNamed) {
  const auto first =
      SetTopic(v1::ReadinessItem::TOPIC_DATA_PROTECTION_LAW, v1::ReadinessItem::STATE_IN_PLACE);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->missing(), SizeIs(7));
  const auto second = SetTopic(v1::ReadinessItem::TOPIC_SUPERVISORY_AUTHORITY,
                               v1::ReadinessItem::STATE_PARTLY, first->etag());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(SetTopic(v1::ReadinessItem::TOPIC_CONTACT_POINT, v1::ReadinessItem::STATE_MISSING,
                       first->etag()),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(
      SetTopic(v1::ReadinessItem::TOPIC_UNSPECIFIED, v1::ReadinessItem::STATE_MISSING).status(),
      FailsWith(absl::StatusCode::kInvalidArgument, "READINESS_INVALID"));

  server_.Restart();

  const auto kept = Readiness();
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->SerializeAsString(), second->SerializeAsString());
  ASSERT_THAT(kept->items(), SizeIs(2));
  EXPECT_EQ(kept->items(0).state(), v1::ReadinessItem::STATE_IN_PLACE);
  EXPECT_EQ(kept->items(1).topic(), v1::ReadinessItem::TOPIC_SUPERVISORY_AUTHORITY);
  EXPECT_THAT(kept->missing(), Contains(v1::ReadinessItem::TOPIC_SUPERVISORY_AUTHORITY))
      << "it is there in part";
  EXPECT_EQ(Readiness(&first->revision())->SerializeAsString(), first->SerializeAsString());
  ledger::v1::Revision before = first->revision();
  before.set_number(before.number() - 1);
  EXPECT_THAT(Readiness(&before)->items(), IsEmpty());
}

TEST_F(PreparationTest, StrategiesAreListedByTheirFirstDays) {
  std::vector<v1::Strategy> set;
  for (const int year : {2032, 2024, 2028}) {
    v1::SetStrategyRequest request;
    v1::Strategy& strategy = *request.mutable_strategy();
    strategy.set_name(absl::StrCat("strategies/s", year));
    strategy.set_title("Strategy");
    strategy.set_from(absl::StrCat(year, "-01-01"));
    strategy.set_to(absl::StrCat(year + 3, "-12-31"));
    strategy.set_evidence("College decision");
    request.set_reason("adopted");
    const auto answer = Desk(&Stub::SetStrategy, request);
    ASSERT_THAT(answer, IsOk());
    set.push_back(*answer);
  }
  const auto strategies = [](const auto& page) -> const auto& { return page.strategies(); };

  EXPECT_THAT(Listed(&Stub::ListStrategies, strategies),
              ElementsAre("strategies/s2024", "strategies/s2028", "strategies/s2032"));

  v1::ListStrategiesRequest then;
  *then.mutable_at_revision() = set[1].revision();
  EXPECT_THAT(Listed(&Stub::ListStrategies, strategies, then),
              ElementsAre("strategies/s2024", "strategies/s2032"));
  EXPECT_EQ(Desk(&Stub::ListStrategies, then)->strategies(0).SerializeAsString(),
            set[1].SerializeAsString());
  ExpectListRefuses(&Stub::ListStrategies, v1::ListStrategiesRequest());
}

TEST_F(PreparationTest, CriteriaSetsAreListedByTheDayOfTheirAdoption) {
  std::vector<v1::CriteriaSet> adopted;
  for (const char* const id : {"v3", "v1", "v2"}) {
    v1::CreateCriteriaSetRequest request;
    request.set_criteria_set_id(id);
    v1::CriteriaSet& set = *request.mutable_criteria_set();
    set.set_title("Criteria");
    set.set_adopted(absl::StrCat("2024-0", id + 1, "-01"));
    set.set_evidence("decision");
    v1::Criterion& necessity = *set.add_criteria();
    necessity.set_id("operational-necessity");
    necessity.set_question("Is there a need?");
    necessity.set_weight(3);
    necessity.set_minimum(2);
    necessity.set_measure(v1::Criterion::MEASURE_JUDGED);
    const auto answer = Desk(&Stub::CreateCriteriaSet, request);
    ASSERT_THAT(answer, IsOk());
    adopted.push_back(*answer);
  }
  const auto sets = [](const auto& page) -> const auto& { return page.criteria_sets(); };

  EXPECT_THAT(Listed(&Stub::ListCriteriaSets, sets),
              ElementsAre("criteriaSets/v1", "criteriaSets/v2", "criteriaSets/v3"));

  v1::ListCriteriaSetsRequest then;
  *then.mutable_at_revision() = adopted[1].revision();
  EXPECT_THAT(Listed(&Stub::ListCriteriaSets, sets, then),
              ElementsAre("criteriaSets/v1", "criteriaSets/v3"));
  EXPECT_EQ(Desk(&Stub::ListCriteriaSets, then)->criteria_sets(0).SerializeAsString(),
            adopted[1].SerializeAsString());
  ExpectListRefuses(&Stub::ListCriteriaSets, v1::ListCriteriaSetsRequest());
}

TEST_F(PreparationTest, VolumesAreListedByYearOfAPartnerOrOfAll) {
  std::vector<v1::Volume> recorded;
  const auto record = [&](const std::string& partner, int year, std::int64_t cases) {
    v1::RecordVolumeRequest request;
    request.set_parent(partner);
    request.set_year(year);
    (*request.mutable_volume()->mutable_counts())["cases"] = cases;
    request.mutable_volume()->set_source("annual report");
    const auto answer = Desk(&Stub::RecordVolume, request);
    ASSERT_THAT(answer, IsOk());
    recorded.push_back(*answer);
  };
  record("partners/georgia", 2023, 12);
  record("partners/georgia", 2021, 10);
  record("partners/georgia", 2022, 11);
  record("partners/algeria", 2022, 5);
  record("partners/georgia", 2021, 14);
  const auto volumes = [](const auto& page) -> const auto& { return page.volumes(); };
  v1::ListVolumesRequest georgia;
  georgia.set_parent("partners/georgia");
  v1::ListVolumesRequest all;
  all.set_parent("partners/-");

  EXPECT_THAT(Listed(&Stub::ListVolumes, volumes, georgia),
              ElementsAre("partners/georgia/volumes/2021", "partners/georgia/volumes/2022",
                          "partners/georgia/volumes/2023"));
  EXPECT_THAT(Listed(&Stub::ListVolumes, volumes, all),
              ElementsAre("partners/algeria/volumes/2022", "partners/georgia/volumes/2021",
                          "partners/georgia/volumes/2022", "partners/georgia/volumes/2023"));

  EXPECT_EQ(Desk(&Stub::ListVolumes, georgia)->volumes(0).counts().at("cases"), 14);
  *georgia.mutable_at_revision() = recorded[1].revision();
  const auto then = Desk(&Stub::ListVolumes, georgia);
  ASSERT_THAT(then, IsOk());
  ASSERT_THAT(then->volumes(), SizeIs(2));
  EXPECT_EQ(then->volumes(0).SerializeAsString(), recorded[1].SerializeAsString());
  georgia.clear_at_revision();
  ExpectListRefuses(&Stub::ListVolumes, georgia);
  georgia.set_parent("partners/atlantis");
  EXPECT_THAT(Desk(&Stub::ListVolumes, georgia),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(PreparationTest, ArrangementsAreListedByNameOfAPartnerOrOfAll) {
  const auto second = Open("algeria", "a2");
  ASSERT_THAT(second, IsOk());
  for (const char* const id : {"a1", "a3"}) ASSERT_THAT(Open("algeria", id), IsOk());
  ASSERT_THAT(Open("panama", "a1"), IsOk());
  ASSERT_THAT(Desk(&Stub::AdvanceArrangement, Step(v1::Arrangement::STATE_ABANDONED, "2026-02-01")),
              IsOk());
  const auto arrangements = [](const auto& page) -> const auto& { return page.arrangements(); };
  v1::ListArrangementsRequest algeria;
  algeria.set_parent("partners/algeria");
  v1::ListArrangementsRequest all;
  all.set_parent("partners/-");

  EXPECT_THAT(Listed(&Stub::ListArrangements, arrangements, algeria),
              ElementsAre(kArrangement, "partners/algeria/arrangements/a2",
                          "partners/algeria/arrangements/a3"));
  EXPECT_THAT(Listed(&Stub::ListArrangements, arrangements, all),
              ElementsAre(kArrangement, "partners/algeria/arrangements/a2",
                          "partners/algeria/arrangements/a3", "partners/panama/arrangements/a1"));

  EXPECT_EQ(Desk(&Stub::ListArrangements, all)->arrangements(0).state(),
            v1::Arrangement::STATE_ABANDONED);
  *all.mutable_at_revision() = second->revision();
  const auto then = Desk(&Stub::ListArrangements, all);
  ASSERT_THAT(then, IsOk());
  ASSERT_THAT(then->arrangements(), SizeIs(1));
  EXPECT_EQ(then->arrangements(0).SerializeAsString(), second->SerializeAsString());
  ExpectListRefuses(&Stub::ListArrangements, algeria);
  algeria.set_parent("partners/atlantis");
  EXPECT_THAT(Desk(&Stub::ListArrangements, algeria),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

}  // namespace
}  // namespace comity::partner_registry
