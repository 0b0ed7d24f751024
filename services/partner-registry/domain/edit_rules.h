#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// What every edit of a fact has to meet.
namespace comity::partner_registry {

// The partner, for facts that are to be changed or added below it. NOT_FOUND `PARTNER_NOT_FOUND`;
// FAILED_PRECONDITION `PARTNER_DELETED`: it is off the register.
absl::StatusOr<const Partner*> FindOnRegister(const Registry& registry, absl::string_view id);

// What is to be changed. NOT_FOUND `INSTRUMENT_NOT_FOUND`, `AUTHORITY_NOT_FOUND`;
// FAILED_PRECONDITION `ENTRY_RETRACTED`.
absl::StatusOr<const Instrument*> InstrumentToChange(const Registry& registry,
                                                     absl::string_view name);
absl::StatusOr<const Authority*> AuthorityToChange(const Registry& registry,
                                                   absl::string_view name);

// What keeps a row from being one of `name`: it was retracted.
std::optional<Problem> CheckNotRetracted(const Registry& registry, const std::string& name);

// ABORTED `ETAG_MISMATCH` unless `etag` is that of the state; empty: whatever it is.
absl::Status CheckEtag(absl::string_view etag, const Recorded& recorded);

// As CheckEtag, for who confirms what he saw of `what`: INVALID_ARGUMENT `FIELD_REQUIRED` without
// an etag.
absl::Status CheckSeen(absl::string_view etag, absl::string_view what, const Recorded& recorded);

// FAILED_PRECONDITION `CONTACT_ERASED`: its data are gone, there is nothing to change.
absl::Status CheckNotErased(const Contact& contact);

// What keeps `changed` from being an edit of `known`: its kind stays, since what is never a basis
// (EJR 47(3)) cannot become one.
std::optional<Problem> CheckKindStays(const Instrument& known, const Instrument& changed);

// Once it is something in law, a partner's kind stays, since the Member States are asked by it, and
// so do its ISO codes, since the national members of a State decide for whoever has its code; one
// that has none may get them.
std::optional<Problem> CheckStays(const Partner& known, const Partner& changed);

// The partner on the register that has a name of `changed` which `known` had not; null if none has.
// `known` is null for a new one.
const Partner* FindNewNamesake(const Registry& registry, const Partner* known,
                               const Partner& changed);
inline constexpr char kAnotherName[] = "choose another, or take it from that one first";

// Why an import into `registry`, on which there are partners, is not taken as its source says: "the
// initial load is over since ...".
std::string WhyNotInitialLoad(const Registry& registry);

// What was public on `today` stays so, and stays on the public list as long as the transfer check
// has an effect of it: nobody puts off since when it is public, nor doubts that alone.
std::optional<Problem> CheckStaysPublic(const Instrument& known, const Instrument& changed,
                                        absl::CivilDay today);

// INVALID_ARGUMENT `reason` for what Check found, with the field below `path`.
absl::Status CheckProblem(const std::optional<Problem>& problem, absl::string_view reason,
                          absl::string_view path);

// INVALID_ARGUMENT `reason`: `id`, given in `field`, is none.
absl::Status CheckNewId(absl::string_view reason, absl::string_view field, absl::string_view id);

// ALREADY_EXISTS `reason`: "There is <what> with this name already: ...".
absl::Status Taken(absl::string_view what, absl::string_view reason);

// The plan that puts `changed` in the place of `known`, or changes nothing if both say the same.
Plan Replace(const Fact& known, Fact changed, bool barrier);

}  // namespace comity::partner_registry
