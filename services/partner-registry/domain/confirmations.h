#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/legal/facts.h"
#include "services/partner-registry/domain/types.h"

// Who vouches for what can decide: one person records it, and what the source left unsure becomes
// surer only when a second person confirms it. An instrument has a certainty for each field
// (legal::Field); an authority, a period of a legal class and a partner's competence have one for
// all they say in law.
namespace comity::partner_registry {

// Says in `made` that `caller` records it in the place of `old` (null: it is new). What says the
// same as surely, by the same document, keeps its confirmation, all else loses it. Whoever vouched
// for a field, or for any part of what is confirmed as a whole, goes on to. Whoever changes what an
// instrument decides is noted besides, and confirms nothing of it: what he loosens may have its
// effect only once another field is confirmed. Another name of a partner is the word of `caller` in
// its classes and its competence.
void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made);
void RecordBy(absl::string_view caller, const Authority* old, Authority& made);
void RecordBy(absl::string_view caller, const Partner* old, Partner& made);

// Says in `instrument` that `caller` answers for what it decides: he entered it, but for what the
// initial load brings, or changed something elsewhere. What kind it is, what it covers, and that
// nothing ends it, is his word, whoever states its days.
void AnswerFor(absl::string_view caller, Instrument& instrument);

// Whose word the field is, by SPIFFE id: whoever ever said what it says, or how sure that is.
// Empty: nobody knows.
std::set<std::string> WhoseWord(const Instrument& instrument, legal::Field field);

// Says of what hangs on a partner that `caller` gave that another name: it is said of another
// partner now, and no confirmation of it was.
void RecordUnderAnotherName(absl::string_view caller, Instrument& instrument);
void RecordUnderAnotherName(absl::string_view caller, Authority& authority);

// Whether the name has other words than before, case, accents, punctuation and order apart: for all
// that anybody can tell it is another partner.
bool HasAnotherName(const Partner& old, const Partner& made);

// Adds a confirmation of the present value; of a field that is empty and UNCONFIRMED, and may be
// none (CanBeNone), that there is none. INVALID_ARGUMENT `CONFIRMATION_INVALID` with the field:
// it is none that can decide, or there is no evidence. FAILED_PRECONDITION `NOTHING_TO_CONFIRM`: it
// is empty or sure already. PERMISSION_DENIED `SECOND_PERSON_NEEDED`: it is the caller's word
// (WhoseWord), he answers for what the instrument decides, or nobody knows whose word it is.
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
