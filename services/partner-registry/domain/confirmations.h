#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

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

// What `made`, in the place of `old`, would make sure without a second person, and how it is
// confirmed instead; nullopt: nothing. What was unconfirmed stays so when its value changes, also
// by way of an empty one; days on which a legal class is unconfirmed stay so. What makes an
// instrument cover more, or an authority be competent or covered for more (legal::Widens), is so.
std::optional<Problem> MadeSurer(const Instrument& old, const Instrument& made);
std::optional<Problem> MadeSurer(const Authority& old, const Authority& made);
std::optional<Problem> MadeSurer(const Partner& old, const Partner& made);

// What `made`, in the place of `old` (null: it is new), says for sure without a document, which
// `reference` names: a day from which it may have effect, that it allows secondment, or that it has
// effect for longer; nullopt: nothing. What is only stricter needs none, nor what was recorded
// without one and stays. Emptied, nothing sure may rest on it.
std::optional<Problem> WithoutEvidence(const Instrument* old, const Instrument& made);

inline constexpr char kEvidenceMissing[] = "EVIDENCE_MISSING";
inline constexpr char kConfirmationNeeded[] = "CONFIRMATION_NEEDED";

// FAILED_PRECONDITION `CONFIRMATION_NEEDED` for what MadeSurer found, with the field below `path`.
absl::Status CheckNotSurer(const std::optional<Problem>& surer, absl::string_view path);

// Adds a confirmation of the present value. INVALID_ARGUMENT `CONFIRMATION_INVALID` with the field:
// it is none that can decide, or there is no evidence. FAILED_PRECONDITION `NOTHING_TO_CONFIRM`: it
// is empty or sure already. PERMISSION_DENIED `SECOND_PERSON_NEEDED`: the caller recorded the
// value, or nobody knows who did.
absl::Status Confirm(absl::string_view caller, absl::string_view field, std::string evidence,
                     absl::Time now, Instrument& instrument);
absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Authority& authority);
absl::Status Confirm(absl::string_view caller, std::string evidence, absl::Time now,
                     Competence& competence);
// The period that begins on `from`, as it is recorded.
absl::Status Confirm(absl::string_view caller, absl::string_view from, std::string evidence,
                     absl::Time now, Partner& partner);

}  // namespace comity::partner_registry
