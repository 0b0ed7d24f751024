// What the Commission, the EEAS and EU delegations see of plans and outcomes, over mutual TLS.
#include "tests/integration/engagement_scheduling/service_fixture.h"

namespace comity::engagement_scheduling {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class AlignmentTest : public ServiceTest {
 protected:
  // A technical meeting with Georgia, a mission to both partners, a coordination meeting.
  void SetUp() override {
    const auto meeting = Hold(kDesk, Meeting(kHour));
    ASSERT_THAT(meeting, IsOk());
    meeting_ = meeting->name();
    ASSERT_THAT(Confirm(kDesk, meeting_), IsOk());
    Engagement mission = Meeting({kHour.start + absl::Hours(24), kHour.end + absl::Hours(24)});
    mission.kind = Kind::kVisit;
    mission.title = "Mission to explain the role of the agency";
    mission.partners = {"partners/georgia", "partners/panama"};
    const auto joint = Hold(kDesk, mission);
    ASSERT_THAT(joint, IsOk());
    joint_ = joint->name();
    Engagement coordination =
        Coordination({kHour.start + absl::Hours(48), kHour.end + absl::Hours(48)});
    coordination.partners = {"partners/georgia", "partners/panama"};
    const auto operational = Hold(kDesk, coordination);
    ASSERT_THAT(operational, IsOk());
    operational_ = operational->name();
  }

  std::vector<v1::Engagement> List(const std::string& who, const std::string& partner = "") {
    v1::ListEngagementsRequest request;
    request.set_partner(partner);
    request.set_include_inactive(true);
    const auto listed = Call(who, &Stub::ListEngagements, request);
    EXPECT_THAT(listed, IsOk()) << who;
    if (!listed.ok()) return {};
    EXPECT_EQ(listed->next_page_token(), "");
    return {listed->engagements().begin(), listed->engagements().end()};
  }

  std::vector<std::string> Names(const std::string& who, const std::string& partner = "") {
    std::vector<std::string> names;
    for (const v1::Engagement& one : List(who, partner)) names.push_back(one.name());
    return names;
  }

  absl::StatusOr<v1::ExportCalendarResponse> Export(const std::string& who,
                                                    const std::string& name) {
    v1::ExportCalendarRequest request;
    request.set_name(name);
    return Call(who, &Stub::ExportCalendar, request);
  }

  std::string meeting_;
  std::string joint_;
  std::string operational_;
};

TEST_F(AlignmentTest, PlansAndOutcomesAreSharedWithoutPersonsAndCases) {
  for (const char* who : {kCommission, kEeas}) {
    EXPECT_THAT(Names(who), ElementsAre(meeting_, joint_)) << who;
    EXPECT_THAT(Names(who, "partners/panama"), ElementsAre(joint_)) << who;
    const auto outcome = Get(who, meeting_);
    ASSERT_THAT(outcome, IsOk()) << who;
    EXPECT_EQ(outcome->state(), v1::Engagement::STATE_CONFIRMED);
    EXPECT_EQ(outcome->title(), "What the agency does");
    EXPECT_THAT(outcome->partners(), ElementsAre("partners/georgia"));
    EXPECT_THAT(Get(who, operational_), FailsWith(StatusCode::kNotFound, "ENGAGEMENT_NOT_FOUND"));
    for (const v1::Engagement& one : List(who)) {
      EXPECT_THAT(one.participants(), IsEmpty()) << who;
      EXPECT_EQ(one.organiser(), "") << who;
    }
    EXPECT_THAT(Export(who, meeting_), IsOk());
  }
  EXPECT_THAT(List(kColleague)[0].participants(), SizeIs(2)) << "staff sees who takes part";
}

TEST_F(AlignmentTest, ADelegationSeesWhatIsWithItsPartner) {
  const auto check = [&] {
    const std::vector<v1::Engagement> seen = List(kDelegation);
    ASSERT_THAT(seen, SizeIs(1));
    EXPECT_EQ(seen[0].name(), joint_);
    EXPECT_THAT(seen[0].partners(), ElementsAre("partners/panama"));
    EXPECT_THAT(seen[0].participants(), IsEmpty());
    EXPECT_THAT(Names(kDelegation, "partners/panama"), ElementsAre(joint_));
    EXPECT_THAT(Names(kDelegation, "partners/georgia"), IsEmpty())
        << "nor does a filter tell who else is visited";
    EXPECT_EQ(Get(kDelegation, joint_)->SerializeAsString(), seen[0].SerializeAsString());
  };
  check();
  const absl::Status absent = Get(kDelegation, "engagements/none").status();
  for (const std::string& hidden : {meeting_, operational_}) {
    EXPECT_THAT(Get(kDelegation, hidden), FailsWith(StatusCode::kNotFound, "ENGAGEMENT_NOT_FOUND"));
    EXPECT_EQ(Get(kDelegation, hidden).status(), absent) << "the same bytes";
    EXPECT_EQ(Export(kDelegation, hidden).status(), absent);
  }
  for (const char* who : {kElsewhere, kNowhere}) {
    EXPECT_THAT(Names(who), IsEmpty()) << who;
    EXPECT_EQ(Get(who, joint_).status(), absent) << who;
  }
  Stop();
  Start();
  check();
}

TEST_F(AlignmentTest, WhoTakesPartSeesAllOfIt) {
  Engagement round = Meeting({kHour.start + absl::Hours(72), kHour.end + absl::Hours(72)});
  round.participants.emplace_back(kDelegation);
  round.participants.emplace_back(kCommission);
  const auto held = Hold(kDesk, round);
  ASSERT_THAT(held, IsOk());
  for (const char* who : {kDelegation, kCommission}) {
    const auto whole = Get(who, held->name());
    ASSERT_THAT(whole, IsOk()) << who;
    EXPECT_THAT(whole->participants(), SizeIs(4)) << who;
    EXPECT_EQ(whole->organiser(), kDesk) << who;
    EXPECT_THAT(whole->partners(), ElementsAre("partners/georgia")) << who;
    const auto calendar = Export(who, "");
    ASSERT_THAT(calendar, IsOk());
    EXPECT_THAT(calendar->calendar(), HasSubstr("BEGIN:VEVENT"));
  }
  EXPECT_THAT(Export(kEeas, "")->calendar(), Not(HasSubstr("BEGIN:VEVENT")));

  Engagement coordination =
      Coordination({kHour.start + absl::Hours(96), kHour.end + absl::Hours(96)});
  coordination.participants.emplace_back(kDelegation);
  EXPECT_THAT(Hold(kDesk, coordination),
              FailsWith(StatusCode::kInvalidArgument, "PARTICIPANTS_INVALID"));
}

TEST_F(AlignmentTest, TheyWriteNothingAndAskNothingOfAllThatIsBooked) {
  const std::int64_t revision = application_->journal().head().revision;
  for (const char* who : {kCommission, kEeas, kDelegation}) {
    const auto denied = FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED");
    EXPECT_THAT(Hold(who, Meeting(kHour)), denied) << who;
    EXPECT_THAT(Confirm(who, joint_), denied) << who;
    v1::CancelEngagementRequest cancel;
    cancel.set_name(joint_);
    EXPECT_THAT(Call(who, &Stub::CancelEngagement, cancel), denied) << who;
    v1::UpdateCalendarRequest hours;
    *hours.mutable_calendar() = ToProto(Calendar{.owner = who, .hours = Office()});
    EXPECT_THAT(Call(who, &Stub::UpdateCalendar, hours), denied) << who;
    EXPECT_THAT(Call(who, &Stub::SearchSlots, v1::SearchSlotsRequest()), denied) << who;
    EXPECT_THAT(Call(who, &Stub::ListAffected, v1::ListAffectedRequest()), denied) << who;
    EXPECT_THAT(Call(who, &Stub::ListReliances, v1::ListReliancesRequest()), denied) << who;
    EXPECT_THAT(Call(who, &Stub::MeasureVolume, v1::MeasureVolumeRequest()), denied) << who;
    v1::GetCalendarRequest calendar;
    calendar.set_owner(who);
    EXPECT_THAT(Call(who, &Stub::GetCalendar, calendar), IsOk()) << who;
    calendar.set_owner(kTbilisi);
    EXPECT_THAT(Call(who, &Stub::GetCalendar, calendar),
                FailsWith(StatusCode::kNotFound, "CALENDAR_NOT_FOUND"))
        << who;
  }
  EXPECT_EQ(application_->journal().head().revision, revision);
}

}  // namespace
}  // namespace comity::engagement_scheduling
