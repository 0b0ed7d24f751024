// HoldEngagement asked with `validate_only` (M10).
#include "tests/testing/validate_only.h"

#include <gmock/gmock.h>

#include "tests/integration/engagement_scheduling/service_fixture.h"

namespace comity::engagement_scheduling {
namespace {

using google::protobuf::Message;

constexpr int kCases = 200;

// At all hours of the working days of two weeks, so that not all are taken at once.
std::vector<std::string> Requests(
    const std::function<v1::HoldEngagementRequest(const Engagement&)>& request) {
  std::vector<std::string> requests;
  for (int day = 0; day < 14; ++day) {
    for (int hour = 0; hour < 6; ++hour) {
      const absl::Duration later = absl::Hours(24 * day + hour);
      const Interval interval = {.start = kHour.start + later, .end = kHour.end + later};
      requests.push_back(request(Meeting(interval)).DebugString());
      requests.push_back(request(Coordination(interval)).DebugString());
    }
  }
  return requests;
}

class ValidateOnlyTest : public ServiceTest {};

TEST_F(ValidateOnlyTest, AQuestionHasTheVerdictOfTheCall) {
  const auto methods = comity::testing::MethodsThatValidate({kSchedulingService});
  ASSERT_THAT(methods, ::testing::SizeIs(1)) << "give the others a grammar";
  const std::shared_ptr<grpc::Channel> channel = server_->Channel(kDesk);

  comity::testing::ExpectTheVerdictOfTheCall(
      *methods[0],
      {.requests = Requests(HoldRequest),
       .fields = {{"engagement.title", {"Meeting", "Mission"}, {"", std::string(400, 'x')}},
                  {"engagement.kind", {}, {"", "99"}},
                  {"engagement.engagement_class", {}, {"", "99"}},
                  {"engagement.mode", {}, {"", "99"}},
                  {"engagement.partners[0]", {}, {"", "x", "partners/atlantis"}},
                  {"engagement.participants[0]", {}, {"", "x", kColleague}},
                  {"engagement.participants[1]", {}, {"", "x", kDpo}},
                  {"engagement.resources[0]", {}, {"", "x", kRoom}},
                  {"engagement.interval.end_time.seconds", {}, {"", "1", "99999999999"}},
                  {"engagement.transfer_question.data_kind", {}, {"", "99"}},
                  {"hold_duration.seconds", {"600", "3600"}, {"-1", "99999999"}},
                  {"request_id", {}, {"x"}}},
       .server_names = true},
      {.cases = kCases,
       .call =
           [&](const Message& request) {
             return comity::testing::CallMethod(channel, *methods[0], request);
           },
       .written = [this] { return application_->journal().head().leaf_count; }});
}

}  // namespace
}  // namespace comity::engagement_scheduling
