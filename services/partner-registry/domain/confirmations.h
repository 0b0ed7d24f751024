#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/types.h"

// Who vouches for what can decide: one person records it, and what the source left unsure becomes
// surer only when a second person confirms it. An instrument has a certainty for each field
// (legal::Field); an authority, a period of a legal class and a partner's competence have one for
// all they say in law.
namespace comity::partner_registry {

// Says in `made` that `caller` records it in the place of `old` (null: it is new). What says the
// same as surely keeps who recorded it and its confirmation, all else loses the confirmation. Of
// an authority or period, whoever recorded any part of it is kept.
void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made);
void RecordBy(absl::string_view caller, const Authority* old, Authority& made);
void RecordBy(absl::string_view caller, const Partner* old, Partner& made);

// Who recorded the present value of the field; empty if nobody knows.
absl::string_view RecorderOf(const Instrument& instrument, absl::string_view field);

// Adds a confirmation of the present value; of an end, notice or suspension that is empty and whose
// certainty is UNKNOWN, that there is none. INVALID_ARGUMENT `CONFIRMATION_INVALID` with the field:
// it is none that can decide, or there is no evidence. FAILED_PRECONDITION `NOTHING_TO_CONFIRM`: it
// is empty or sure already. PERMISSION_DENIED `SECOND_PERSON_NEEDED`: the caller recorded the
// value, or nobody knows who did.
absl::Status Confirm(absl::string_view caller, absl::string_view field, std::string evidence,
                     absl::Time now, Instrument& instrument);
absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Authority& authority);
// The competence of the partner.
absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Partner& partner);
// The period that begins on `from`, as it is recorded.
absl::Status Confirm(absl::string_view caller, absl::string_view from, std::string evidence,
                     absl::Time now, Partner& partner);

}  // namespace comity::partner_registry
