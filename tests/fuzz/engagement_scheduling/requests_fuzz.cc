// What callers send to have held and to have set, as bytes: an engagement with how long it is held,
// and a calendar. Each input is read as both, and as what a store keeps.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "services/engagement-scheduling/domain/booking.h"
#include "services/engagement-scheduling/records/schedule_proto.h"
#include "tests/fuzz/messages.h"

namespace {

namespace scheduling = comity::engagement_scheduling;
namespace v1 = comity::engagement_scheduling::v1;

constexpr char kStoreId[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
using comity::fuzz::kNow;

// What is kept can be read when the service starts, and is what was kept.
void CheckKept(const scheduling::Engagement& engagement) {
  const std::string record = scheduling::RecordOf(engagement, kStoreId);
  const auto again = scheduling::EngagementFromRecord(record);
  if (!again.ok() || scheduling::RecordOf(*again, kStoreId) != record) std::abort();
}

void CheckHold(const v1::HoldEngagementRequest& request) {
  auto wanted = scheduling::EngagementFromProto(request.engagement(), kNow, "engagement");
  absl::StatusOr<absl::Duration> hold = scheduling::kUsualHold;
  if (request.has_hold_duration()) {
    hold = scheduling::DurationFromProto(request.hold_duration(), "hold_duration");
  }
  if (!wanted.ok() || !hold.ok() || !scheduling::CheckHold(*wanted, *hold, kNow).ok()) return;
  // As it would be held.
  wanted->name = "engagements/019ab1f0-5a3e-7c11-8d55-0123456789ab";
  wanted->organiser = "spiffe://agency.example/agency/desk-officer/-/d1";
  wanted->state = scheduling::State::kHeld;
  wanted->hold_expire_time = kNow + *hold;
  wanted->create_time = kNow;
  wanted->update_time = kNow;
  CheckKept(*wanted);
}

void CheckCalendar(const v1::UpdateCalendarRequest& request) {
  static const auto* const operators = new comity::identity::Principal(
      *comity::identity::Principal::Parse("spiffe://agency.example/agency/registry-operator/-/o1"));
  const scheduling::Calendar calendar = scheduling::CalendarFromProto(request.calendar());
  if (!scheduling::CheckCalendar(*operators, calendar).ok()) return;
  const v1::Calendar written = scheduling::ToProto(calendar);
  const scheduling::Calendar again = scheduling::CalendarFromProto(written);
  if (scheduling::ToProto(again).DebugString() != written.DebugString()) std::abort();
  if (!scheduling::CheckCalendar(*operators, again).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  const std::string input(reinterpret_cast<const char*>(data), size);
  v1::HoldEngagementRequest hold;
  if (hold.ParseFromString(input)) CheckHold(hold);
  v1::UpdateCalendarRequest update;
  if (update.ParseFromString(input)) CheckCalendar(update);
  if (const auto kept = scheduling::EngagementFromRecord(input); kept.ok()) CheckKept(*kept);
  return 0;
}
