#include "services/engagement-scheduling/domain/visibility.h"

#include <gmock/gmock.h>

#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
constexpr char kApplication[] = "spiffe://agency.example/application/planner";
constexpr char kOtherService[] = "spiffe://agency.example/service/document-exchange";

bool Sees(const char* who, const Engagement& engagement) { return MaySee(Who(who), engagement); }

TEST(VisibilityTest, TheAgencySeesStrategicEngagements) {
  Engagement engagement = Meeting(kHour);
  engagement.organiser = kDesk;

  for (const char* who : {kDesk, kColleague, kDpo, kAuditor, kTbilisi}) {
    EXPECT_TRUE(Sees(who, engagement)) << who;
  }
  for (const char* who : {kPanama, kLiaison, kApplication, kOtherService}) {
    EXPECT_FALSE(Sees(who, engagement)) << who;
  }
  engagement.participants = {kLiaison};
  EXPECT_TRUE(Sees(kLiaison, engagement));
}

TEST(VisibilityTest, OperationalOnesAreForThoseWhoTakePartAndThoseWhoSupervise) {
  Engagement engagement = Coordination(kHour);
  engagement.participants = {kTbilisi};
  engagement.organiser = kDesk;

  for (const char* who : {kDesk, kTbilisi, kDpo, kAuditor}) {
    EXPECT_TRUE(Sees(who, engagement)) << who;
  }
  for (const char* who : {kColleague, kOperator, kRegistryOperator, kPanama, kApplication}) {
    EXPECT_FALSE(Sees(who, engagement)) << who;
  }
}

TEST(VisibilityTest, AnApplicationSeesWhatItOrganises) {
  Engagement engagement = Meeting(kHour);
  engagement.organiser = kApplication;

  EXPECT_TRUE(Sees(kApplication, engagement));
}

}  // namespace
}  // namespace comity::engagement_scheduling
