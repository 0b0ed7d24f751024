#include "services/engagement-scheduling/domain/booking.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/digest.h"
#include "common/legal/explain.h"
#include "common/legal/reliance.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "common/time/day.h"
#include "services/engagement-scheduling/domain/attendance.h"
#include "services/engagement-scheduling/domain/people.h"
#include "services/engagement-scheduling/domain/transfer_check.h"
#include "services/engagement-scheduling/domain/visibility.h"
#include "services/engagement-scheduling/domain/working_hours.h"

namespace comity::engagement_scheduling {
namespace {

constexpr text::Form kTitle{.least = 1, .most = 200, .lines = text::Lines::kOne};
constexpr std::size_t kMostPartners = 64;
// What an answer can carry: the client's library takes 8 KiB of them.
constexpr std::size_t kMostObstacles = 16;

std::string UtcText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::Status Refused(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kFailedPrecondition, sentence,
                   {.reason = std::string(reason)});
}

absl::Status CheckPartners(const std::vector<std::string>& partners) {
  if (partners.size() > kMostPartners) {
    return InvalidField("PARTNERS_INVALID", "engagement.partners", "must name at most 64 partners");
  }
  std::set<absl::string_view> seen;
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (legal::PartnerOf(partners[i]) != partners[i]) {
      return InvalidField("PARTNERS_INVALID", absl::StrCat("engagement.partners[", i, "]"),
                          "must be written partners/{partner}");
    }
    if (!seen.insert(partners[i]).second) {
      return InvalidField("PARTNERS_INVALID", absl::StrCat("engagement.partners[", i, "]"),
                          "is named twice: name every partner once");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckKnown(const std::vector<std::string>& partners,
                        const RegistrySnapshot& registry) {
  const std::optional<std::size_t> unknown = registry.FirstUnknown(partners);
  if (!unknown) return absl::OkStatus();
  return InvalidField("PARTNERS_INVALID", absl::StrCat("engagement.partners[", *unknown, "]"),
                      absl::StrCat(partners[*unknown],
                                   " is not on the register: name the partner as the registry "
                                   "does, or have it entered there first"));
}

// No transfer check is made for the Commission, the EEAS and EU delegations, nor do they need to
// know of a case to be in accord.
absl::Status CheckNeedToKnow(const Engagement& wanted) {
  if (wanted.engagement_class == Class::kStrategic) return absl::OkStatus();
  for (std::size_t i = 0; i < wanted.participants.size(); ++i) {
    const auto who = identity::Principal::Parse(wanted.participants[i]);
    if (!who.ok() || !who->IsAligned()) continue;
    return InvalidField("PARTICIPANTS_INVALID", absl::StrCat("engagement.participants[", i, "]"),
                        "must not be of the Commission, the EEAS or an EU delegation: operational "
                        "data are spoken of; leave it out, or meet it in a strategic engagement");
  }
  return absl::OkStatus();
}

absl::Status CheckInterval(const Interval& interval, absl::Time now) {
  constexpr char kReason[] = "INTERVAL_INVALID";
  if (interval.start <= now) {
    return InvalidField(kReason, "engagement.interval.start_time", "must be in the future");
  }
  if (interval.start - now > kFarthest) {
    return InvalidField(kReason, "engagement.interval.start_time", "must be within two years");
  }
  if (interval.end <= interval.start || interval.end - interval.start > kLongestEngagement) {
    return InvalidField(kReason, "engagement.interval.end_time",
                        "must be after the start, at most 31 days later");
  }
  return absl::OkStatus();
}

absl::Status CheckQuestion(const Engagement& wanted) {
  if (wanted.engagement_class == Class::kStrategic) {
    if (!wanted.question.has_value()) return absl::OkStatus();
    return InvalidField("TRANSFER_QUESTION_INVALID", kQuestionField,
                        "must be empty: a strategic engagement speaks of no operational data");
  }
  if (!wanted.question.has_value()) {
    return InvalidField("TRANSFER_QUESTION_MISSING", kQuestionField,
                        "must say what data are spoken of and why: the engagement is operational");
  }
  if (wanted.question->mode != legal::Mode::kOperate) {
    return InvalidField("TRANSFER_QUESTION_INVALID", kQuestionField,
                        "must be about the engagement itself: leave explore, public_on, "
                        "at_revision and a past instant out");
  }
  // Whoever asks does not decide: what was decided is recorded where all can see it.
  if (!wanted.question->decisions.empty()) {
    return InvalidField("TRANSFER_QUESTION_INVALID", absl::StrCat(kQuestionField, ".decisions"),
                        "must be empty: have the decisions recorded in the partner registry, which "
                        "is asked");
  }
  return CheckDirection(*wanted.question);
}

absl::Status SlotTaken(const std::vector<Collision>& collisions,
                       const identity::Principal& caller) {
  // What may be named is of more use to the caller.
  const auto named = std::find_if(
      collisions.begin(), collisions.end(),
      [&](const Collision& collision) { return MaySee(caller, *collision.engagement); });
  const bool visible = named != collisions.end();
  const Collision& first = visible ? *named : collisions.front();
  ErrorDetails details{.reason = "SLOT_TAKEN"};
  details.metadata = {{"who", first.who},
                      {"start", UtcText(first.engagement->interval.start)},
                      {"end", UtcText(first.engagement->interval.end)}};
  if (visible) details.metadata["engagement"] = first.engagement->name;
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("A participant or resource is taken from ",
                                details.metadata["start"], " to ", details.metadata["end"],
                                visible ? " by " : "", visible ? first.engagement->name : "",
                                ": search for a free slot and hold that."),
                   details);
}

// Finds what `caller` wants to change.
absl::StatusOr<const Engagement*> FindOwn(const Schedule& schedule,
                                          const identity::Principal& caller, absl::string_view name,
                                          absl::string_view etag) {
  const Engagement* engagement = schedule.FindEngagement(name);
  if (engagement == nullptr || !MaySee(caller, *engagement)) return EngagementNotFound();
  if (engagement->organiser != caller.spiffe_id) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "Only the organiser confirms or cancels an engagement: ask him.",
                     {.reason = "NOT_ORGANISER"});
  }
  if (!etag.empty() && etag != EtagOf(*engagement)) {
    return MakeError(absl::StatusCode::kAborted,
                     "The engagement has changed since it was read: read it and decide again.",
                     {.reason = "ETAG_MISMATCH"});
  }
  return engagement;
}

// Why somebody may not take part, with the days on which that is so.
struct Obstacle {
  absl::string_view counterpart;
  const legal::Verdict* verdict = nullptr;
  const legal::Reason* reason = nullptr;
  std::vector<std::string> days;
};

// What is the same on several days stands once, in the words of the first.
std::vector<Obstacle> ObstaclesOf(const std::vector<CounterpartVerdict>& verdicts) {
  std::vector<Obstacle> obstacles;
  for (const CounterpartVerdict& asked : verdicts) {
    if (asked.verdict.outcome == legal::Outcome::kPermitted) continue;
    for (const legal::Reason& reason : asked.verdict.reasons) {
      if (reason.outcome == legal::Outcome::kPermitted) continue;
      const auto known =
          std::find_if(obstacles.begin(), obstacles.end(), [&](const Obstacle& earlier) {
            return earlier.counterpart == asked.counterpart && earlier.reason->row == reason.row &&
                   earlier.reason->code == reason.code && earlier.reason->facts == reason.facts;
          });
      Obstacle& obstacle = known != obstacles.end()
                               ? *known
                               : obstacles.emplace_back(Obstacle{.counterpart = asked.counterpart,
                                                                 .verdict = &asked.verdict,
                                                                 .reason = &reason});
      obstacle.days.push_back(FormatDay(asked.verdict.day));
    }
  }
  return obstacles;
}

// Only PERMITTED passes, for everybody outside the agency who takes part.
absl::Status RequirePermitted(const std::vector<CounterpartVerdict>& verdicts,
                              const RegistrySnapshot& registry) {
  const auto refused = std::find_if(verdicts.rbegin(), verdicts.rend(), [](const auto& each) {
    return each.verdict.outcome != legal::Outcome::kPermitted;
  });
  if (refused == verdicts.rend()) return absl::OkStatus();
  ErrorDetails details{.reason = "TRANSFER_NOT_PERMITTED"};
  details.metadata = {{"outcome", std::string(legal::Name(refused->verdict.outcome))},
                      {"registry_revision", absl::StrCat(registry.revision().number)}};
  const std::vector<Obstacle> obstacles = ObstaclesOf(verdicts);
  for (const auto& [counterpart, verdict, reason, days] : obstacles) {
    if (details.preconditions.size() == kMostObstacles) {
      details.metadata["left_out"] = absl::StrCat(obstacles.size() - kMostObstacles);
      break;
    }
    details.preconditions.push_back(
        {.type = "TRANSFER_CHECK",
         .subject = reason->article,
         .description = absl::StrCat(counterpart, " on ", absl::StrJoin(days, ", "), ": ",
                                     legal::Explain(*verdict, *reason))});
  }
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("The transfer check does not permit this engagement with everybody "
                   "who takes part: ",
                   details.preconditions.empty() ? "ask the registry why."
                                                 : details.preconditions.front().description),
      details);
}

}  // namespace

std::string EtagOf(const Engagement& engagement) {
  return absl::StrCat("\"", engagement.revision, "\"");
}

absl::Status CheckHold(const Engagement& wanted, absl::Duration hold, absl::Time now) {
  if (wanted.kind == Kind::kUnspecified) {
    return InvalidField("KIND_INVALID", "engagement.kind", "must be one of the kinds");
  }
  if (wanted.engagement_class == Class::kUnspecified) {
    return InvalidField("CLASS_INVALID", "engagement.engagement_class",
                        "must be STRATEGIC or OPERATIONAL");
  }
  if (wanted.kind == Kind::kCoordinationMeeting && wanted.engagement_class != Class::kOperational) {
    return InvalidField("CLASS_INVALID", "engagement.engagement_class",
                        "must be OPERATIONAL: a coordination meeting always is");
  }
  if (wanted.mode == Mode::kUnspecified) {
    return InvalidField("MODE_INVALID", "engagement.mode", "must be ON_SITE, ONLINE or HYBRID");
  }
  if (const std::string fault = text::FaultOf(wanted.title, kTitle); !fault.empty()) {
    return InvalidField("TITLE_INVALID", "engagement.title", fault);
  }
  COMITY_RETURN_IF_ERROR(CheckPartners(wanted.partners));
  COMITY_RETURN_IF_ERROR(CheckInterval(wanted.interval, now));
  COMITY_RETURN_IF_ERROR(CheckPeople(wanted.participants, "engagement.participants"));
  COMITY_RETURN_IF_ERROR(CheckNeedToKnow(wanted));
  COMITY_RETURN_IF_ERROR(CheckResources(wanted.resources, "engagement.resources"));
  COMITY_RETURN_IF_ERROR(CheckQuestion(wanted));
  if (hold <= absl::ZeroDuration() || hold > kLongestHold) {
    return InvalidField("HOLD_DURATION_INVALID", "hold_duration",
                        "must be positive, 7 days at most");
  }
  return absl::OkStatus();
}

absl::StatusOr<Engagement> PlanHold(const Schedule& schedule, const RegistrySnapshot& registry,
                                    const identity::Principal& organiser, Engagement wanted,
                                    const std::string& name, absl::Duration hold, absl::Time now) {
  COMITY_RETURN_IF_ERROR(CheckKnown(wanted.partners, registry));
  for (const std::string& resource : wanted.resources) {
    if (schedule.FindCalendar(resource) == nullptr) {
      return Refused("RESOURCE_UNKNOWN", absl::StrCat(resource,
                                                      " has no calendar: ask a registry operator "
                                                      "to set its hours."));
    }
  }
  COMITY_RETURN_IF_ERROR(CheckAttendance(wanted, registry, now));
  const std::vector<Collision> collisions =
      schedule.Collisions(wanted.interval, wanted.participants, wanted.resources, now, "");
  if (!collisions.empty()) return SlotTaken(collisions, organiser);
  wanted.name = name;
  wanted.organiser = organiser.spiffe_id;
  wanted.state = State::kHeld;
  wanted.hold_expire_time = std::min(now + hold, wanted.interval.start);
  return wanted;
}

absl::StatusOr<Engagement> PlanConfirm(const Schedule& schedule, const RegistrySnapshot& registry,
                                       const identity::Principal& caller, absl::string_view name,
                                       absl::string_view etag, absl::Time now,
                                       const OnTransferCheck& on_check) {
  COMITY_ASSIGN_OR_RETURN(const Engagement* held, FindOwn(schedule, caller, name, etag));
  if (held->state == State::kConfirmed) return *held;
  if (held->state == State::kExpired ||
      (held->state == State::kHeld && held->hold_expire_time <= now)) {
    return Refused("HOLD_EXPIRED", "The hold has run out: hold a slot again.");
  }
  if (held->state != State::kHeld) {
    return Refused("ENGAGEMENT_NOT_HELD",
                   "Only a held engagement can be confirmed, and this one was cancelled: hold a "
                   "slot again.");
  }
  COMITY_RETURN_IF_ERROR(CheckAttendance(*held, registry, now));
  std::optional<Confirmation> confirmation;
  if (held->engagement_class == Class::kOperational) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<CounterpartVerdict> verdicts,
                            CheckTransfer(*held, registry));
    if (on_check) {
      for (const CounterpartVerdict& checked : verdicts) on_check(checked.verdict.outcome);
    }
    COMITY_RETURN_IF_ERROR(RequirePermitted(verdicts, registry));
    confirmation.emplace(Confirmation{.time = now});
    for (const auto& [counterpart, verdict] : verdicts) {
      // On each of its days.
      std::vector<std::string>& cited = confirmation->cited[counterpart];
      for (std::string& fact : legal::CitedFacts(verdict)) {
        if (std::find(cited.begin(), cited.end(), fact) == cited.end()) {
          cited.push_back(std::move(fact));
        }
      }
    }
  }
  Engagement confirmed = *held;
  confirmed.state = State::kConfirmed;
  confirmed.hold_expire_time = absl::InfinitePast();
  confirmed.registry_revision = registry.revision();
  const std::optional<crypto::Digest> checkpoint = registry.checkpoint_sha256();
  confirmed.registry_checkpoint_sha256 = checkpoint ? std::string(crypto::View(*checkpoint)) : "";
  confirmed.confirmation = std::move(confirmation);
  ++confirmed.sequence;
  return confirmed;
}

absl::StatusOr<Engagement> PlanCancel(const Schedule& schedule, const identity::Principal& caller,
                                      absl::string_view name, absl::string_view etag,
                                      absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Engagement* active, FindOwn(schedule, caller, name, etag));
  if (active->state == State::kCancelled) return *active;
  if (!active->OccupiesAt(now)) {
    return Refused("ENGAGEMENT_NOT_ACTIVE",
                   "Only a held or confirmed engagement can be cancelled, and this one ran out: "
                   "nothing is left to do.");
  }
  Engagement cancelled = *active;
  cancelled.state = State::kCancelled;
  cancelled.hold_expire_time = absl::InfinitePast();
  ++cancelled.sequence;
  return cancelled;
}

std::vector<Engagement> PlanExpiry(const Schedule& schedule, absl::Time now, std::size_t most) {
  std::vector<Engagement> expired;
  for (const Engagement* held : schedule.RunOut(now)) {
    if (expired.size() == most) break;
    Engagement& engagement = expired.emplace_back(*held);
    engagement.state = State::kExpired;
    ++engagement.sequence;
  }
  return expired;
}

absl::Status CheckCalendar(const identity::Principal& caller, const Calendar& calendar) {
  if (!IsResourceName(calendar.owner)) {
    const auto owner = identity::Principal::Parse(calendar.owner);
    if (owner.ok() && owner->kind == identity::PrincipalKind::kPartner) {
      return InvalidField("CALENDAR_IN_REGISTRY", "calendar.owner",
                          "is a contact of a partner, whose hours the registry keeps: ask a "
                          "registry operator");
    }
    if (!owner.ok() || owner->kind != identity::PrincipalKind::kAgency) {
      return InvalidField(
          "OWNER_INVALID", "calendar.owner",
          "must be the SPIFFE id of a person of the agency or resources/{resource}");
    }
  }
  if (calendar.owner != caller.spiffe_id && !caller.IsAgency(identity::Role::kRegistryOperator)) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "Everybody sets his own hours only: ask a registry operator to set those of "
                     "others and of resources.",
                     {.reason = "CALENDAR_NOT_YOURS"});
  }
  return CheckWorkingHours(calendar.hours, "calendar.working_hours");
}

}  // namespace comity::engagement_scheduling
