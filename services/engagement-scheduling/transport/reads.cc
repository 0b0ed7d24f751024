#include "services/engagement-scheduling/transport/reads.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/service/calls.h"
#include "common/service/page_room.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/calendar/icalendar.h"
#include "services/engagement-scheduling/domain/known_hours.h"
#include "services/engagement-scheduling/domain/slots.h"
#include "services/engagement-scheduling/domain/visibility.h"
#include "services/engagement-scheduling/domain/working_hours.h"
#include "services/engagement-scheduling/records/schedule_proto.h"
#include "services/engagement-scheduling/transport/positions.h"

namespace comity::engagement_scheduling {
namespace {

constexpr int kMostSlots = 100;
constexpr std::size_t kMostExported = 1000;
// Exports go back this far.
constexpr absl::Duration kExportPast = absl::Hours(24 * 31);

// Null if nothing is known of the registry yet: then no contact has hours.
std::shared_ptr<const RegistrySnapshot> LatestOrNull(const RegistryView& registry) {
  auto latest = registry.Latest();
  return latest.ok() ? *std::move(latest) : nullptr;
}

absl::StatusOr<SlotQuestion> QuestionOf(const v1::SearchSlotsRequest& request) {
  SlotQuestion question;
  question.participants.assign(request.participants().begin(), request.participants().end());
  question.resources.assign(request.resources().begin(), request.resources().end());
  COMITY_ASSIGN_OR_RETURN(question.duration, DurationFromProto(request.duration(), "duration"));
  COMITY_ASSIGN_OR_RETURN(question.window, IntervalFromProto(request.window(), "window"));
  if (request.has_granularity()) {
    COMITY_ASSIGN_OR_RETURN(question.granularity,
                            DurationFromProto(request.granularity(), "granularity"));
  }
  if (request.max_results() != 0)
    question.max_results = std::min(request.max_results(), kMostSlots);
  COMITY_RETURN_IF_ERROR(CheckSlotQuestion(question));
  return question;
}

crypto::Digest QueryDigest(const rpc::Call& call, const v1::ListEngagementsRequest& request) {
  v1::ListEngagementsRequest query = request;
  query.clear_page_size();
  query.clear_page_token();
  return service::DigestOf(call.method(), query);
}

}  // namespace

absl::Status Reads::SearchSlots(const rpc::Call& call, const v1::SearchSlotsRequest& request,
                                v1::SearchSlotsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(const SlotQuestion question, QuestionOf(request));
  const std::shared_ptr<const RegistrySnapshot> registry = LatestOrNull(*parts_.registry);
  const ScheduleStore::State::Guard now = parts_.store->View();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), now.revision()));
  const auto hours_of = [&](const std::string& who) {
    return KnownHours(who, *now, registry.get(), office_);
  };
  const SlotAnswer answer =
      engagement_scheduling::SearchSlots(*now, question, hours_of, parts_.clock->Now());
  std::vector<std::string> zones;
  for (const std::string& who : question.participants) {
    const std::optional<WorkingHours> hours = hours_of(who);
    zones.push_back(hours.has_value() ? hours->time_zone : "UTC");
  }
  for (const Interval& interval : answer.slots) {
    auto* slot = response->add_slots();
    *slot->mutable_interval() = ToProto(interval);
    for (const std::string& zone : zones) slot->add_local_starts(LocalText(interval.start, zone));
  }
  for (const Obstacle& obstacle : answer.obstacles) {
    auto* added = response->add_obstacles();
    added->set_who(obstacle.who);
    added->set_reason(obstacle.reason);
    added->set_sentence(obstacle.sentence);
  }
  service::SetRevision(parts_.store->store_id(), now.revision(), response->mutable_revision());
  return absl::OkStatus();
}

absl::Status Reads::GetEngagement(const rpc::Call& call, const v1::GetEngagementRequest& request,
                                  v1::Engagement* response) const {
  const ScheduleStore::State::Guard now = parts_.store->View();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), now.revision()));
  const Engagement* engagement = now->FindEngagement(request.name());
  if (engagement == nullptr || !MaySee(call.principal(), *engagement)) return EngagementNotFound();
  *response = ToProto(ShownTo(call.principal(), *engagement), parts_.store->store_id());
  return absl::OkStatus();
}

absl::Status Reads::ListEngagements(const rpc::Call& call,
                                    const v1::ListEngagementsRequest& request,
                                    v1::ListEngagementsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(const int page_size, service::PageSize(request.page_size()));
  Interval window{absl::InfinitePast(), absl::InfiniteFuture()};
  if (request.has_window()) {
    COMITY_ASSIGN_OR_RETURN(window, IntervalFromProto(request.window(), "window"));
  }
  const ScheduleStore::State::Guard now = parts_.store->View();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), now.revision()));
  const auto& order = now->by_start();
  auto at = order.lower_bound({window.start - kLongestEngagement, ""});
  if (!request.page_token().empty()) {
    COMITY_ASSIGN_OR_RETURN(
        const journal::PagePosition position,
        parts_.pages->Parse(request.page_token(), QueryDigest(call, request), call.caller()));
    // Starts and names never change: pages neither repeat nor skip what was there from the first.
    COMITY_ASSIGN_OR_RETURN(const TimePosition last, ParsePosition(position.position));
    at = order.upper_bound(last);
  }
  const absl::Time clock = parts_.clock->Now();
  service::PageRoom room(page_size);
  const Engagement* last = nullptr;
  for (; at != order.end() && at->first < window.end; ++at) {
    const Engagement& engagement = *now->FindEngagement(at->second);
    if (!MaySee(call.principal(), engagement) || !engagement.interval.Overlaps(window)) continue;
    if (!request.include_inactive() && !engagement.OccupiesAt(clock)) continue;
    if (!request.partner().empty() &&
        !IsShownWith(call.principal(), engagement, request.partner())) {
      continue;
    }
    v1::Engagement shown = ToProto(ShownTo(call.principal(), engagement), parts_.store->store_id());
    if (!room.Take(shown)) {
      response->set_next_page_token(parts_.pages->Issue(
          {.position = PositionText(last->interval.start, last->name), .revision = now.revision()},
          QueryDigest(call, request), call.caller()));
      break;
    }
    *response->add_engagements() = std::move(shown);
    last = &engagement;
  }
  return absl::OkStatus();
}

absl::Status Reads::ExportCalendar(const rpc::Call& call, const v1::ExportCalendarRequest& request,
                                   v1::ExportCalendarResponse* response) const {
  const ScheduleStore::State::Guard now = parts_.store->View();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), now.revision()));
  std::vector<const Engagement*> exported;
  if (!request.name().empty()) {
    const Engagement* engagement = now->FindEngagement(request.name());
    if (engagement == nullptr || !MaySee(call.principal(), *engagement)) {
      return EngagementNotFound();
    }
    exported.push_back(engagement);
  } else {
    const absl::Time from = parts_.clock->Now() - kExportPast;
    for (auto at = now->by_start().lower_bound({from, ""});
         at != now->by_start().end() && exported.size() < kMostExported; ++at) {
      const Engagement* engagement = now->FindEngagement(at->second);
      if (engagement->state == State::kExpired || !TakesPart(call.principal(), *engagement)) {
        continue;
      }
      exported.push_back(engagement);
    }
  }
  response->set_calendar(ToICalendar(exported, publisher_));
  return absl::OkStatus();
}

absl::Status Reads::GetCalendar(const rpc::Call& call, const v1::GetCalendarRequest& request,
                                v1::Calendar* response) const {
  const std::shared_ptr<const RegistrySnapshot> registry = LatestOrNull(*parts_.registry);
  const ScheduleStore::State::Guard now = parts_.store->View();
  COMITY_RETURN_IF_ERROR(service::CheckMinRevision(call, parts_.store->store_id(), now.revision()));
  const bool visible = MaySeeHours(call.principal(), request.owner());
  const std::optional<WorkingHours> hours =
      visible ? KnownHours(request.owner(), *now, registry.get(), office_) : std::nullopt;
  if (!hours.has_value()) {
    return MakeError(absl::StatusCode::kNotFound,
                     "Nobody knows when this person or resource works: check the name, or have "
                     "its hours set.",
                     {.reason = "CALENDAR_NOT_FOUND"});
  }
  *response = ToProto(Calendar{.owner = request.owner(), .hours = *hours});
  return absl::OkStatus();
}

}  // namespace comity::engagement_scheduling
