#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/legal/vocabulary.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/schedule.h"
#include "services/engagement-scheduling/domain/types.h"

// The rules of booking. Pure: each looks at the state, and gives the engagement as it will be or
// says why not. README.md has the states and every reason.
namespace comity::engagement_scheduling {

inline constexpr absl::Duration kUsualHold = absl::Minutes(15);
inline constexpr absl::Duration kLongestHold = absl::Hours(24 * 7);
// How far ahead an engagement may begin: its record must outlive it.
inline constexpr absl::Duration kFarthest = absl::Hours(24 * 731);

// "\"17\"": of the revision.
std::string EtagOf(const Engagement& engagement);

// What was asked to be held, without looking at any state: kind, class, mode, title, partners,
// participants, resources, interval, transfer question. INVALID_ARGUMENT naming the field:
// `KIND_INVALID`, `CLASS_INVALID`, `MODE_INVALID`, `TITLE_INVALID`, `PARTNERS_INVALID`,
// `PARTICIPANTS_INVALID`, `RESOURCES_INVALID`, `INTERVAL_INVALID`, `TRANSFER_QUESTION_MISSING`,
// `TRANSFER_QUESTION_INVALID`, `HOLD_DURATION_INVALID`.
absl::Status CheckHold(const Engagement& wanted, absl::Duration hold, absl::Time now);

// Holds `wanted` (which passed CheckHold) under `name` for `organiser`. The hold ends after `hold`,
// or when the engagement begins. FAILED_PRECONDITION `RESOURCE_UNKNOWN`, `CONTACT_NOT_ACTIVE`;
// ABORTED `SLOT_TAKEN`, which names the other engagement to who may see it, and to others only when
// it is.
absl::StatusOr<Engagement> PlanHold(const Schedule& schedule, const RegistrySnapshot& registry,
                                    const identity::Principal& organiser, Engagement wanted,
                                    const std::string& name, absl::Duration hold, absl::Time now);

// Told of every transfer check that is made; may be empty.
using OnTransferCheck = std::function<void(legal::Outcome outcome)>;

// Confirms. What is CONFIRMED already comes back as it is: who lost the answer asks again
// (AIP-155), and nothing is decided anew. An operational one runs the transfer check, for every
// day on which it takes place, for the authority of every contact that takes part, and for the
// State of every liaison prosecutor, always as what is sent; only PERMITTED passes.
//
// NOT_FOUND `ENGAGEMENT_NOT_FOUND`; PERMISSION_DENIED `NOT_ORGANISER`; ABORTED `ETAG_MISMATCH`;
// FAILED_PRECONDITION `ENGAGEMENT_NOT_HELD`, `HOLD_EXPIRED`, `CONTACT_NOT_ACTIVE`,
// `TRANSFER_NOT_PERMITTED` with everything that stands in the way; INVALID_ARGUMENT
// `TRANSFER_QUESTION_INVALID`: it was held with a direction that CheckHold refuses.
absl::StatusOr<Engagement> PlanConfirm(const Schedule& schedule, const RegistrySnapshot& registry,
                                       const identity::Principal& caller, absl::string_view name,
                                       absl::string_view etag, absl::Time now,
                                       const OnTransferCheck& on_check = nullptr);

// Cancels. What is CANCELLED already comes back as it is. NOT_FOUND, PERMISSION_DENIED and
// ABORTED as of PlanConfirm; FAILED_PRECONDITION `ENGAGEMENT_NOT_ACTIVE`: it ran out.
absl::StatusOr<Engagement> PlanCancel(const Schedule& schedule, const identity::Principal& caller,
                                      absl::string_view name, absl::string_view etag,
                                      absl::Time now);

// The holds that ran out, EXPIRED, at most `most`.
std::vector<Engagement> PlanExpiry(const Schedule& schedule, absl::Time now, std::size_t most);

// Whether `caller` may set `calendar`: everybody of the agency his own; the registry operator those
// of the agency's persons and of resources. INVALID_ARGUMENT `OWNER_INVALID`,
// `CALENDAR_IN_REGISTRY`, `TIME_ZONE_UNKNOWN`, `WORKING_HOURS_INVALID`; PERMISSION_DENIED
// `CALENDAR_NOT_YOURS`.
absl::Status CheckCalendar(const identity::Principal& caller, const Calendar& calendar);

}  // namespace comity::engagement_scheduling
