#include "services/engagement-scheduling/transport/writes.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/service/calls.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "services/engagement-scheduling/domain/booking.h"
#include "services/engagement-scheduling/domain/visibility.h"
#include "services/engagement-scheduling/records/schedule_proto.h"

namespace comity::engagement_scheduling {
namespace {

constexpr std::size_t kLongestReason = 2000;
constexpr std::size_t kExpiredAtOnce = 100;
// How often a confirmation is decided again because the registry changed meanwhile.
constexpr int kDecisions = 5;

std::string BasisDetail(const Engagement& confirmed) {
  return json::Canonical(
      {{"registry_store_id", confirmed.registry_revision.store_id},
       {"registry_revision", confirmed.registry_revision.number},
       {"registry_checkpoint_sha256", crypto::Hex(confirmed.registry_checkpoint_sha256)}});
}

// A planned engagement as a change of `latest`; every change of state raises the sequence, so one
// with the old sequence stands as it was asked for.
Plan PlanOf(const Schedule& latest, Engagement planned, std::string detail) {
  if (latest.FindEngagement(planned.name)->sequence == planned.sequence) {
    return {.standing = std::move(planned)};
  }
  return {.changes = {std::move(planned)}, .detail = std::move(detail)};
}

}  // namespace

absl::Status Writes::Fill(const absl::StatusOr<ScheduleStore::Written>& written,
                          v1::Engagement* response) const {
  COMITY_RETURN_IF_ERROR(written.status());
  const Engagement* made =
      written->made.has_value() ? std::get_if<Engagement>(&*written->made) : nullptr;
  if (made == nullptr) return EngagementNotFound();  // Its key was destroyed since.
  *response = ToProto(*made, store_->store_id());
  return absl::OkStatus();
}

void Writes::Submit(journal::Attempt attempt, ScheduleStore::Planner planner,
                    v1::Engagement* response, rpc::Answer answer) const {
  store_->Submit(
      std::move(attempt), std::move(planner),
      [this, response, answer = std::move(answer)](absl::StatusOr<ScheduleStore::Written> written) {
        if (!written.ok() || !written->committed.replayed) return answer(Fill(written, response));
        answer.From([this, response, written = *std::move(written)] {
          return Fill(store_->Recall(written), response);
        });
      });
}

absl::Status Writes::HoldEngagement(const rpc::Call& call, const v1::HoldEngagementRequest& request,
                                    v1::Engagement* response, rpc::WriteCall& later) const {
  // To ask whether one could is no attempt.
  if (request.validate_only()) call.MarkEvidenced();
  COMITY_ASSIGN_OR_RETURN(Engagement wanted,
                          EngagementFromProto(request.engagement(), clock_->Now(), "engagement"));
  absl::Duration hold = kUsualHold;
  if (request.has_hold_duration()) {
    COMITY_ASSIGN_OR_RETURN(hold, DurationFromProto(request.hold_duration(), "hold_duration"));
  }
  COMITY_ASSIGN_OR_RETURN(std::shared_ptr<const RegistrySnapshot> registry, registry_->Latest());
  const auto plan = [&call, wanted = std::move(wanted), hold, registry = std::move(registry),
                     name = absl::StrCat("engagements/", NewUuid(clock_->Now()))](
                        const Schedule& latest, absl::Time now) -> absl::StatusOr<Engagement> {
    COMITY_RETURN_IF_ERROR(CheckHold(wanted, hold, now));
    return PlanHold(latest, *registry, call.principal(), wanted, name, hold, now);
  };
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  if (request.validate_only()) {
    later.Promise().From([this, plan, attempt = std::move(attempt), response]() -> absl::Status {
      COMITY_ASSIGN_OR_RETURN(const std::optional<ScheduleStore::Written> answered,
                              store_->FindAnswer(attempt));
      if (answered.has_value()) return Fill(*answered, response);
      COMITY_ASSIGN_OR_RETURN(Engagement planned, plan(*store_->View(), clock_->Now()));
      planned.name.clear();
      *response = ToProto(planned, store_->store_id());
      return absl::OkStatus();
    });
    return absl::OkStatus();
  }
  Submit(
      std::move(attempt),
      [plan](const Schedule& latest, absl::Time now) -> absl::StatusOr<Plan> {
        COMITY_ASSIGN_OR_RETURN(Engagement held, plan(latest, now));
        return Plan{.changes = {std::move(held)}};
      },
      response, later.Promise());
  return absl::OkStatus();
}

absl::Status Writes::ConfirmEngagement(const rpc::Call& call,
                                       const v1::ConfirmEngagementRequest& request,
                                       v1::Engagement* response) const {
  bool operational = false;
  {
    const ScheduleStore::State::Guard now = store_->View();
    const Engagement* engagement = now->FindEngagement(request.name());
    if (engagement == nullptr || !MaySee(call.principal(), *engagement)) {
      return EngagementNotFound();
    }
    operational = engagement->engagement_class == Class::kOperational;
  }
  COMITY_ASSIGN_OR_RETURN(const journal::Attempt attempt, service::AttemptOf(call, request));
  absl::Status outcome;
  for (int decision = 0; decision < kDecisions; ++decision) {
    COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                            registry_->Latest());
    // No withdrawal takes effect here between the check and the commit: a confirmation rests on
    // what held when it was made durable.
    const absl::StatusOr<ReleasePermit> permit =
        registry_->PermitRelease(registry->revision(), operational);
    outcome = permit.status();
    if (ReasonOf(outcome) == "REGISTRY_CHANGED") continue;
    COMITY_RETURN_IF_ERROR(outcome);
    COMITY_ASSIGN_OR_RETURN(
        const ScheduleStore::Written written,
        store_->Write(attempt, [&](const Schedule& latest, absl::Time now) -> absl::StatusOr<Plan> {
          COMITY_ASSIGN_OR_RETURN(Engagement confirmed,
                                  PlanConfirm(latest, *registry, call.principal(), request.name(),
                                              request.etag(), now, on_check_));
          std::string detail = BasisDetail(confirmed);
          return PlanOf(latest, std::move(confirmed), std::move(detail));
        }));
    return Fill(written, response);
  }
  return outcome;
}

absl::Status Writes::CancelEngagement(const rpc::Call& call,
                                      const v1::CancelEngagementRequest& request,
                                      v1::Engagement* response, rpc::WriteCall& later) const {
  if (request.reason().size() > kLongestReason) {
    return InvalidField("REASON_INVALID", "reason", "must be at most 2,000 bytes");
  }
  // What is read is what the ledger has.
  if (const std::string fault = text::FaultOf(request.reason(), text::Lines::kMany);
      !fault.empty()) {
    return InvalidField("TEXT_NOT_PLAIN", "reason", fault);
  }
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  Submit(
      std::move(attempt),
      [&call, &request](const Schedule& latest, absl::Time now) -> absl::StatusOr<Plan> {
        COMITY_ASSIGN_OR_RETURN(
            Engagement cancelled,
            PlanCancel(latest, call.principal(), request.name(), request.etag(), now));
        return PlanOf(
            latest, std::move(cancelled),
            request.reason().empty() ? "" : json::Canonical({{"reason", request.reason()}}));
      },
      response, later.Promise());
  return absl::OkStatus();
}

absl::Status Writes::UpdateCalendar(const rpc::Call& call, const v1::UpdateCalendarRequest& request,
                                    v1::Calendar* response, rpc::WriteCall& later) const {
  const Calendar calendar = CalendarFromProto(request.calendar());
  COMITY_RETURN_IF_ERROR(CheckCalendar(call.principal(), calendar));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  // A repetition has the same request, hence the same calendar.
  *response = ToProto(calendar);
  store_->Submit(
      std::move(attempt),
      [calendar](const Schedule&, absl::Time) -> absl::StatusOr<Plan> {
        return Plan{.changes = {calendar}};
      },
      [answer = later.Promise()](const absl::StatusOr<ScheduleStore::Written>& written) {
        answer(written.status());
      });
  return absl::OkStatus();
}

absl::StatusOr<int> Writes::ExpireHolds() const {
  int expired = 0;
  while (!store_->View()->RunOut(clock_->Now()).empty()) {
    int count = 0;
    COMITY_RETURN_IF_ERROR(
        store_
            ->Write({.caller = "-", .method = "timer/hold-expiry"},
                    [&](const Schedule& latest, absl::Time now) -> absl::StatusOr<Plan> {
                      Plan plan;
                      for (Engagement& engagement : PlanExpiry(latest, now, kExpiredAtOnce)) {
                        plan.changes.emplace_back(std::move(engagement));
                      }
                      count = static_cast<int>(plan.changes.size());
                      return plan;
                    })
            .status());
    if (count == 0) break;
    expired += count;
  }
  return expired;
}

}  // namespace comity::engagement_scheduling
