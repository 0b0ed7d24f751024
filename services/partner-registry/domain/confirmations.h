#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/types.h"

// Who vouches for the fields of an instrument whose certainty can decide (legal::Field): one person
// records a value, a second one confirms it.
namespace comity::partner_registry {

// Whether the certainty of the field can decide, by its name in the proto.
bool IsDecisive(absl::string_view field);

// What the field says, as text; empty if it says nothing. `field` is decisive.
std::string ValueOf(const Instrument& instrument, absl::string_view field);

// Says in `made` that `caller` records it in the place of `old` (null: it is new): values that stay
// as sure as they were keep who recorded them and their confirmation, all others lose both.
void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made);

// PERMISSION_DENIED `SECOND_PERSON_NEEDED` with the field; `why` goes into its sentence.
absl::Status SecondPersonNeeded(absl::string_view field, absl::string_view why);

// The first field of which `made` says that it is sure where `old` has the same value and is not;
// empty: there is none. That is for a second person to say, by a confirmation.
std::string RaisedWithoutConfirmation(const Instrument& old, const Instrument& made);

// Who recorded the present value of the field; empty if nobody knows.
absl::string_view RecorderOf(const Instrument& instrument, absl::string_view field);

// Adds a confirmation of the present value. INVALID_ARGUMENT `CONFIRMATION_INVALID` with the field:
// it is none that can decide, or there is no evidence. FAILED_PRECONDITION `NOTHING_TO_CONFIRM`: it
// is empty or sure already. PERMISSION_DENIED `SECOND_PERSON_NEEDED`: the caller recorded the
// value, or nobody knows who did.
absl::Status Confirm(absl::string_view caller, absl::string_view field, std::string evidence,
                     absl::Time now, Instrument& instrument);

}  // namespace comity::partner_registry
