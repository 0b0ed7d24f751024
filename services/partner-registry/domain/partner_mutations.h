#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// What is done to partners, in the form of mutations.h. Errors of edit_rules.h besides those named.
namespace comity::partner_registry {

// ALREADY_EXISTS `PARTNER_EXISTS`: the id is taken; `PARTNER_ALIKE`: a partner on the register has
// its ISO code or, unless `allow_alike`, one of its names. INVALID_ARGUMENT `PARTNER_INVALID` with
// the field. FAILED_PRECONDITION `CONFIRMATION_NEEDED`: a legal class or the competence would be
// sure.
absl::StatusOr<Plan> PlanCreatePartner(const Registry& registry, absl::string_view caller,
                                       Partner partner, bool allow_alike);

// Puts `changed` in the place of the partner with its id; what only the server sets is kept. A
// barrier if legal classes or the competence change. INVALID_ARGUMENT `PARTNER_INVALID`, also if it
// would be left without the legal classes that it has. ALREADY_EXISTS `PARTNER_ALIKE`: it would get
// a name that another on the register has. FAILED_PRECONDITION `CONFIRMATION_NEEDED`: a
// legal class or the competence would become sure that a second person has to confirm, or something
// rests on its name of before (RestsOnTheOldName).
absl::StatusOr<Plan> PlanUpdatePartner(const Registry& registry, absl::string_view caller,
                                       Partner changed, absl::string_view etag, absl::Time now);

// Confirms the period of its legal class that begins on `from` (a barrier). Errors of Confirm
// (confirmations.h). INVALID_ARGUMENT `FIELD_REQUIRED` without an etag.
absl::StatusOr<Plan> PlanConfirmLegalClass(const Registry& registry, absl::string_view caller,
                                           absl::string_view id, absl::string_view from,
                                           const std::string& evidence, absl::string_view etag,
                                           absl::Time now);

// Confirms that it is competent. Errors as of PlanConfirmLegalClass.
absl::StatusOr<Plan> PlanConfirmCompetence(const Registry& registry, absl::string_view caller,
                                           absl::string_view id, const std::string& evidence,
                                           absl::string_view etag, absl::Time now);

// Takes it off the register (a barrier). Nothing changes if it is off already.
absl::StatusOr<Plan> PlanDeletePartner(const Registry& registry, absl::string_view id,
                                       absl::string_view etag, absl::Time now);

// Puts it back. FAILED_PRECONDITION `PARTNER_NOT_DELETED`, and `PARTNER_DELETED` of one that was
// merged, which stays so; ALREADY_EXISTS `PARTNER_ALIKE`.
absl::StatusOr<Plan> PlanUndeletePartner(const Registry& registry, absl::string_view id,
                                         absl::string_view etag);

// Deletes `id` (a barrier) and gives its names to `into` as aliases; the resource is `into`. Who
// was merged into `id` before is `into`, too. FAILED_PRECONDITION `PARTNER_HAS_FACTS`, with one
// precondition a kind; INVALID_ARGUMENT `PARTNER_INVALID`: both are one, or too many aliases come
// together.
absl::StatusOr<Plan> PlanMergePartners(const Registry& registry, absl::string_view id,
                                       absl::string_view into, absl::Time now);

// Removes a deleted partner for good. NOT_FOUND `PARTNER_NOT_FOUND`; FAILED_PRECONDITION
// `PARTNER_NOT_DELETED`: it is on the register; `PARTNER_HAS_FACTS`: something hangs on it or names
// it, or it has a legal class, and so ever had one. ABORTED `ETAG_MISMATCH`.
absl::StatusOr<Plan> PlanPurgePartner(const Registry& registry, absl::string_view id,
                                      absl::string_view etag);

}  // namespace comity::partner_registry
