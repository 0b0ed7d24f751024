#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/decision_rules.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/visibility.h"

namespace comity::partner_registry {

// What one mutation is to write. Neither facts nor removals: there is
// nothing to change.
struct Plan {
  std::vector<Fact> facts;
  std::vector<std::string> removed;  // Names of partners that are there no more.
  std::string resource;              // The name of what it made or changed.
  // No release may rest on an earlier revision once the caller has been answered.
  bool barrier = false;
  // For the ledger, a canonical JSON object, in the place of the caller's; empty: that stands.
  std::string detail;
};

// The mutations, as pure functions of the latest state. Each answers what is to be written, or why
// not. Order of checks: visibility (NOT_FOUND as if it were not there), validation, state.
//
// `now` is the commit time.

// Suspends exchanges with a partner (a barrier), or lets them go on. Nothing changes if it already
// is so. NOT_FOUND `PARTNER_NOT_FOUND`.
absl::StatusOr<Plan> PlanExchanges(const Registry& registry, absl::string_view partner,
                                   bool suspended);

// ALREADY_EXISTS `CONTACT_EXISTS`: the name is taken. INVALID_ARGUMENT `CONTACT_INVALID` with the
// field, which is below `path`. NOT_FOUND `PARTNER_NOT_FOUND`.
absl::StatusOr<Plan> PlanCreateContact(const Registry& registry, Contact contact, absl::Time now,
                                       absl::string_view path = "contact");

// Suspends (a barrier) or reinstates. Nothing changes if it already is so. NOT_FOUND
// `CONTACT_NOT_FOUND`.
absl::StatusOr<Plan> PlanContactState(const Registry& registry, absl::string_view name,
                                      ContactState state);

// A general decision, of whom `rules` allow it. `id` becomes the last segment of its name.
// INVALID_ARGUMENT `DECISION_INVALID` with the field, `DECISION_TIED_TO_CASE` (document-exchange
// keeps those); PERMISSION_DENIED `DECISION_NOT_YOURS`; FAILED_PRECONDITION `NOT_A_MEMBER_STATE`:
// an authorisation is a Member State's (EJR 47(5)).
absl::StatusOr<Plan> PlanRecordDecision(const Registry& registry, const DecisionRules& rules,
                                        const identity::Principal& caller, Decision decision,
                                        std::string id, absl::Time now);

// Withdraws (a barrier): from now on nothing that was not yet made available rests on it. By whom
// `rules` allow it, and always by the office that recorded it. NOT_FOUND `DECISION_NOT_FOUND`;
// PERMISSION_DENIED `DECISION_NOT_YOURS`; FAILED_PRECONDITION `DECISION_WITHDRAWN`: it is withdrawn
// already.
absl::StatusOr<Plan> PlanWithdrawDecision(const Registry& registry, const DecisionRules& rules,
                                          const identity::Principal& caller, absl::string_view id,
                                          absl::Time now);

// Publishes a statement whose form and signature were verified. `previous_sha256` is what it says
// of the one before, as hexadecimal digits, empty if nothing. INVALID_ARGUMENT
// `KEY_STATEMENT_NOT_YOURS`: the holder is not the caller. FAILED_PRECONDITION
// `KEY_STATEMENT_CHAIN`: its serial is not the next one, or it does not name the one before;
// `KEY_STATEMENT_EXPIRED`: its period is over. RESOURCE_EXHAUSTED `KEY_STATEMENTS_OF_THE_DAY`.
absl::StatusOr<Plan> PlanPublishKey(const Registry& registry, absl::string_view caller,
                                    KeyStatement statement, absl::string_view previous_sha256,
                                    absl::Time now);

// "No partner has this name." and the like; the same bytes whether it is not there or not visible.
absl::Status NoSuch(absl::string_view what, absl::string_view reason);

}  // namespace comity::partner_registry
