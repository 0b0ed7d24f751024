// What is exported, as libical and python3-vobject read it.
#include "services/engagement-scheduling/calendar/icalendar.h"

#include <gmock/gmock.h>
#include <libical/ical.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/testing/child_process.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

namespace comity::engagement_scheduling {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kService[] = "spiffe://agency.example/service/engagement-scheduling";

Engagement Named(Engagement engagement, const std::string& id, State state) {
  engagement.name = "engagements/" + id;
  engagement.organiser = kDesk;
  engagement.state = state;
  engagement.sequence = 3;
  engagement.update_time = At("2026-11-23T08:00:00Z");
  return engagement;
}

const Engagement kMeeting = Named(Meeting(Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z")),
                                  "0192f0c0-0000-7000-8000-000000000001", State::kConfirmed);
const Engagement kCoordination =
    Named(Coordination(Between("2026-12-02T10:00:00Z", "2026-12-02T12:30:00Z")),
          "0192f0c0-0000-7000-8000-000000000002", State::kCancelled);

std::string Export() { return ToICalendar({&kMeeting, &kCoordination}, kService); }

TEST(ICalendarTest, LibicalFindsNothingAgainstTheRules) {
  icalcomponent* const calendar = icalparser_parse_string(Export().c_str());
  ASSERT_NE(calendar, nullptr);

  EXPECT_EQ(icalcomponent_count_errors(calendar), 0);
  EXPECT_NE(icalrestriction_check(calendar), 0);
  EXPECT_EQ(icalcomponent_count_errors(calendar), 0) << icalcomponent_as_ical_string(calendar);
  EXPECT_EQ(icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT), 2);
  icalcomponent_free(calendar);
}

TEST(ICalendarTest, VobjectReadsEveryField) {
  comity::testing::ChildProcess python("/usr/bin/python3", {"-c", R"(
import sys, vobject
calendar = vobject.readOne(sys.stdin.read())
calendar.validate(raiseException=True)
print(calendar.method.value, calendar.version.value)
for e in calendar.vevent_list:
    print(e.uid.value, e.status.value, e.sequence.value, e.summary.value,
          e.dtstart.value.isoformat(), e.dtend.value.isoformat(), e.dtstamp.value.isoformat())
)"});
  python.Write(Export());
  python.CloseInput();

  ASSERT_EQ(python.Wait(), 0) << python.errors();
  EXPECT_EQ(python.output(),
            "PUBLISH 2.0\n"
            "0192f0c0-0000-7000-8000-000000000001 CONFIRMED 3 Technical meeting "
            "2026-12-01T10:00:00+00:00 2026-12-01T11:00:00+00:00 2026-11-23T08:00:00+00:00\n"
            "0192f0c0-0000-7000-8000-000000000002 CANCELLED 3 Meeting "
            "2026-12-02T10:00:00+00:00 2026-12-02T12:30:00+00:00 2026-11-23T08:00:00+00:00\n");
}

TEST(ICalendarTest, NothingButTimeAndKindLeaves) {
  const std::string text = Export();

  for (const char* secret : {"What the agency does", "Sunrise", "desk", "tbilisi", "georgia",
                             "oordination", "OPERATIONAL", "france", "2026/17"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
}

TEST(ICalendarTest, LinesEndAndFoldAsRfc5545Says) {
  for (const absl::string_view line : absl::StrSplit(Export(), "\r\n")) {
    EXPECT_LE(line.size(), 75U);
    EXPECT_FALSE(absl::StrContains(line, "\n"));
  }
}

}  // namespace
}  // namespace comity::engagement_scheduling
