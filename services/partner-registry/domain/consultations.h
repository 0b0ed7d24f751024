#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// Consultation of the Member States on a potential partner (R16): no proposal before it is closed.
// Plans are as in mutations.h.
namespace comity::partner_registry {

// Ids of the Member States of a day, in order: every State, deleted or not, that has a class and of
// which none but MEMBER_STATE is sure on that day, so that no one person leaves one out. Denmark is
// none after 12 December 2019: the Regulation does not bind it.
std::vector<std::string> MemberStatesOn(const Registry& registry, absl::CivilDay day);

// Ids of who was asked and has not replied.
std::vector<std::string> Outstanding(const Consultation& consultation);

// Whether the deadline is over and replies are awaited.
bool ReminderDue(const Consultation& consultation, absl::CivilDay today);

// Asks the Member States of today until a day that has not come. It was opened today or at most 31
// days before: whoever says an earlier day does not choose who is asked.
// INVALID_ARGUMENT `CONSULTATION_INVALID` with the field; ALREADY_EXISTS `CONSULTATION_EXISTS`;
// NOT_FOUND `PARTNER_NOT_FOUND`; FAILED_PRECONDITION `NO_MEMBER_STATES`: none is recorded for
// today; errors of CheckCandidate (candidates.h), for today.
absl::StatusOr<Plan> PlanOpenConsultation(const Registry& registry, Consultation consultation,
                                          absl::Time now);

// Adds a reply or corrects one. A national member replies for his own State, whose ISO code in
// lower case is his unit; what he recorded nobody else corrects. NOT_FOUND
// `CONSULTATION_NOT_FOUND`; PERMISSION_DENIED `REPLY_NOT_YOURS`, `REPLY_OF_THE_STATE`;
// INVALID_ARGUMENT `REPLY_INVALID` with the field; FAILED_PRECONDITION `CONSULTATION_CLOSED`.
absl::StatusOr<Plan> PlanRecordReply(const Registry& registry, absl::string_view name, Reply reply,
                                     const identity::Principal& caller, absl::Time now);

// Closes it, and takes the step CONSULTED towards an agreement. NOT_FOUND `CONSULTATION_NOT_FOUND`;
// ABORTED `ETAG_MISMATCH`; FAILED_PRECONDITION `CONSULTATION_CLOSED`, `CONSULTATION_OPEN` (replies
// are awaited until the deadline), `OVERRIDE_NEEDED`; INVALID_ARGUMENT `OVERRIDE_NOT_NEEDED`.
absl::StatusOr<Plan> PlanCloseConsultation(const Registry& registry, absl::string_view name,
                                           const std::string& override_reason,
                                           absl::string_view etag, absl::Time now);

}  // namespace comity::partner_registry
