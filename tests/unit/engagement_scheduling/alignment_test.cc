// What the Commission, the EEAS and EU delegations see of what is planned and was done.
#include <gmock/gmock.h>

#include "services/engagement-scheduling/domain/booking.h"
#include "services/engagement-scheduling/domain/visibility.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = At("2026-11-23T08:00:00Z");
const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");

// Of Georgia and Panama, organised by the desk.
Engagement Joint() {
  Engagement engagement = Meeting(kHour);
  engagement.kind = Kind::kVisit;
  engagement.partners = {"partners/georgia", "partners/panama"};
  engagement.resources = {kRoom};
  engagement.organiser = kDesk;
  return engagement;
}

TEST(AlignmentTest, EveryKindAndClassIsForWhomTheViewSays) {
  for (int kind = static_cast<int>(Kind::kTechnicalMeeting);
       kind <= static_cast<int>(Kind::kSigning); ++kind) {
    Engagement engagement = Joint();
    engagement.kind = static_cast<Kind>(kind);
    for (const char* who : {kCommission, kEeas, kDelegation, kDesk}) {
      EXPECT_TRUE(MaySee(Who(who), engagement)) << who << " " << kind;
    }
    for (const char* who : {kElsewhere, kNowhere}) {
      EXPECT_FALSE(MaySee(Who(who), engagement)) << who << " " << kind;
    }
    engagement.engagement_class = Class::kOperational;
    for (const char* who : {kCommission, kEeas, kDelegation, kElsewhere, kNowhere}) {
      EXPECT_FALSE(MaySee(Who(who), engagement)) << who << " " << kind << ", operational";
    }
  }
}

TEST(AlignmentTest, WhatIsOfNoPartnerIsOfNoDelegation) {
  Engagement engagement = Joint();
  engagement.partners.clear();
  EXPECT_FALSE(MaySee(Who(kDelegation), engagement));
  EXPECT_FALSE(MaySee(Who(kNowhere), engagement));
}

TEST(AlignmentTest, PersonsAndRoomsAreForWhoTakesPart) {
  const Engagement whole = Joint();
  for (const char* who : {kCommission, kEeas, kDelegation}) {
    const Engagement shown = ShownTo(Who(who), whole);
    EXPECT_EQ(shown.title, whole.title) << who;
    EXPECT_EQ(shown.interval.start, whole.interval.start) << who;
    EXPECT_THAT(shown.participants, IsEmpty()) << who;
    EXPECT_THAT(shown.resources, IsEmpty()) << who;
    EXPECT_EQ(shown.organiser, "") << who;

    Engagement with = whole;
    with.participants.emplace_back(who);
    const Engagement own = ShownTo(Who(who), with);
    EXPECT_EQ(own.participants, with.participants) << who;
    EXPECT_EQ(own.partners, with.partners) << who;
    EXPECT_EQ(own.organiser, with.organiser) << who;
  }
  EXPECT_EQ(ShownTo(Who(kColleague), whole).participants, whole.participants);
}

TEST(AlignmentTest, OfSeveralPartnersADelegationIsToldOfItsOwn) {
  const Engagement whole = Joint();
  EXPECT_THAT(ShownTo(Who(kDelegation), whole).partners, ElementsAre("partners/panama"));
  EXPECT_EQ(ShownTo(Who(kEeas), whole).partners, whole.partners);
  for (const char* who : {kCommission, kEeas, kDelegation, kDesk}) {
    EXPECT_TRUE(IsShownWith(Who(who), whole, "partners/panama")) << who;
    EXPECT_EQ(IsShownWith(Who(who), whole, "partners/georgia"), who != kDelegation) << who;
    EXPECT_FALSE(IsShownWith(Who(who), whole, "partners/algeria")) << who;
  }
  Engagement with = whole;
  with.participants.emplace_back(kDelegation);
  EXPECT_TRUE(IsShownWith(Who(kDelegation), with, "partners/georgia"));
}

TEST(AlignmentTest, HoursOfOthersAreForStaff) {
  for (const char* who : {kCommission, kEeas, kDelegation, kTbilisi, kLiaison}) {
    EXPECT_TRUE(MaySeeHours(Who(who), who));
    EXPECT_FALSE(MaySeeHours(Who(who), kDesk)) << who;
    EXPECT_FALSE(MaySeeHours(Who(who), kRoom)) << who;
  }
  for (const char* who : {kDesk, kDpo}) EXPECT_TRUE(MaySeeHours(Who(who), kTbilisi)) << who;
}

TEST(AlignmentTest, TheyTakeNoPartWhereOperationalDataAreSpokenOf) {
  for (const char* who : {kCommission, kEeas, kDelegation}) {
    Engagement meeting = Meeting(kHour);
    meeting.participants.emplace_back(who);
    EXPECT_THAT(CheckHold(meeting, kUsualHold, kNow), IsOk()) << who;

    Engagement coordination = Coordination(kHour);
    coordination.participants.emplace_back(who);
    const absl::Status refused = CheckHold(coordination, kUsualHold, kNow);
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "PARTICIPANTS_INVALID"));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("engagement.participants[2]"));
  }
}

}  // namespace
}  // namespace comity::engagement_scheduling
