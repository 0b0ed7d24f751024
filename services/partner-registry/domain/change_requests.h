#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// What a partner asks to have changed, and the agency's answer, in the form of mutations.h. The
// change itself is the edit of fact_mutations.h and mutations.h, with its rules and errors. A
// request of another partner is answered as one that is not there: NOT_FOUND
// `CHANGE_REQUEST_NOT_FOUND`.
namespace comity::partner_registry {

// So many requests of a contact may wait for an answer.
inline constexpr int kMostOpenRequests = 50;

// So many it may make within 24 hours, whatever became of them: what was answered is kept.
inline constexpr int kMostRequestsADay = 200;

// The name of what it asks to have changed or entered.
std::string ChangedBy(const ChangeRequest& request);

// Whether it holds data of a contact: not of one that was erased.
bool CarriesContact(const ChangeRequest& request);

// Those that hold data of the contact `name`, without these and the words that go with them: over
// at `now` if they waited, since nobody can answer them any more.
std::vector<ChangeRequest> EmptiedOf(const Registry& registry, absl::string_view name,
                                     absl::Time now);

// The request that `caller` may see.
absl::StatusOr<const ChangeRequest*> FindRequest(const Registry& registry,
                                                 const identity::Principal& caller,
                                                 absl::string_view name);

// Asks for what the edit would be allowed to do now. NOT_FOUND `PARTNER_NOT_FOUND`: it is not the
// caller's. INVALID_ARGUMENT `CHANGE_REQUEST_INVALID` with the field: no reason, or nothing would
// change. RESOURCE_EXHAUSTED `CHANGE_REQUESTS_PENDING`.
absl::StatusOr<Plan> PlanCreateChangeRequest(const Registry& registry,
                                             const identity::Principal& caller, ChangeRequest asked,
                                             absl::Time now);

// Makes the change as recorded by `caller`, if what it changes is as it was then (ABORTED
// `ETAG_MISMATCH`). An error of the edit says that the request is to be declined. A barrier if the
// edit is one. FAILED_PRECONDITION `CHANGE_REQUEST_CLOSED`; INVALID_ARGUMENT
// `CHANGE_REQUEST_INVALID`: the answer is too long.
absl::StatusOr<Plan> PlanApproveChangeRequest(const Registry& registry,
                                              const identity::Principal& caller,
                                              absl::string_view name, std::string answer,
                                              absl::Time now);

// Declines it, or takes it back if `caller` is of the partner: PERMISSION_DENIED
// `CHANGE_REQUEST_NOT_YOURS` unless it asked. FAILED_PRECONDITION `CHANGE_REQUEST_CLOSED`;
// INVALID_ARGUMENT `CHANGE_REQUEST_INVALID`: without an answer.
absl::StatusOr<Plan> PlanRejectChangeRequest(const Registry& registry,
                                             const identity::Principal& caller,
                                             absl::string_view name, std::string answer,
                                             absl::Time now);

}  // namespace comity::partner_registry
