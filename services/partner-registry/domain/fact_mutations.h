#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// What is done to instruments, authorities and contacts, in the form of mutations.h.
// `changed` takes the place of what has its name, and what only the server sets is kept. `path` is
// where the request has what is judged: the fields of errors are below it. Errors of edit_rules.h
// besides those named; NOT_FOUND `INSTRUMENT_NOT_FOUND` and the like.
namespace comity::partner_registry {

// ALREADY_EXISTS `INSTRUMENT_EXISTS`; INVALID_ARGUMENT `INSTRUMENT_INVALID` with the field.
// FAILED_PRECONDITION `CONFIRMATION_NEEDED`: it would make sure what another one of its kind left
// for a second person.
absl::StatusOr<Plan> PlanCreateInstrument(const Registry& registry, absl::string_view caller,
                                          Instrument instrument);

// A barrier. An earlier version that it replaces no more gets who set it free (AnswerFor).
// INVALID_ARGUMENT `INSTRUMENT_INVALID`; the kind stays: what is never a basis (EJR
// 47(3)) cannot become one, and what is public on the day of `now` stays so. FAILED_PRECONDITION
// `CONFIRMATION_NEEDED`: it would make sure what a second person has to confirm.
absl::StatusOr<Plan> PlanUpdateInstrument(const Registry& registry, absl::string_view caller,
                                          Instrument changed, absl::string_view etag,
                                          absl::Time now);

// Errors of Confirm (confirmations.h). INVALID_ARGUMENT `FIELD_REQUIRED` without an etag.
absl::StatusOr<Plan> PlanConfirmField(const Registry& registry, absl::string_view caller,
                                      absl::string_view instrument, absl::string_view field,
                                      const std::string& evidence, absl::string_view etag,
                                      absl::Time now);

// ALREADY_EXISTS `AUTHORITY_EXISTS`; INVALID_ARGUMENT `AUTHORITY_INVALID` with the field.
// FAILED_PRECONDITION `CONFIRMATION_NEEDED`: it would be sure.
absl::StatusOr<Plan> PlanCreateAuthority(const Registry& registry, absl::string_view caller,
                                         Authority authority, absl::Time now,
                                         absl::string_view path = "authority");

// A barrier: it may lose its competence. INVALID_ARGUMENT `AUTHORITY_INVALID`; FAILED_PRECONDITION
// `CONFIRMATION_NEEDED`: likewise, or the check would get looser.
absl::StatusOr<Plan> PlanUpdateAuthority(const Registry& registry, absl::string_view caller,
                                         Authority changed, absl::string_view etag, absl::Time now,
                                         absl::string_view path = "authority");

// Errors as of PlanConfirmField.
absl::StatusOr<Plan> PlanConfirmAuthority(const Registry& registry, absl::string_view caller,
                                          absl::string_view name, const std::string& evidence,
                                          absl::string_view etag, absl::Time now);

// A barrier if another identity counts for it, it opens for another authority or no more, or the
// days on which it is valid change.
// INVALID_ARGUMENT `CONTACT_INVALID`.
absl::StatusOr<Plan> PlanUpdateContact(const Registry& registry, Contact changed,
                                       absl::string_view etag, absl::Time now,
                                       absl::string_view path = "contact");

// Leaves of a contact its name alone (a barrier, also if that was done before), also of one that a
// partner only asked for; takes it from the deputies of others, and its data from requests.
// NOT_FOUND `CONTACT_NOT_FOUND`; ABORTED `ETAG_MISMATCH`.
absl::StatusOr<Plan> PlanEraseContact(const Registry& registry, absl::string_view name,
                                      absl::string_view etag, absl::Time now);

}  // namespace comity::partner_registry
