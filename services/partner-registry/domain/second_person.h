#pragma once

#include <optional>

#include "absl/status/status.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// What one person cannot make sure: it waits for a document or for a second person
// (confirmations.h).
namespace comity::partner_registry {

// What `made`, in the place of `old` (null: it is new), would make sure without a second person,
// and how it is confirmed instead; nullopt: nothing. What was unconfirmed stays so when its value
// changes, also by way of an empty one. Of an instrument on which data can be released no day from
// which it may have effect is sure unless it was, nor that it allows secondment, whatever it names
// as its `reference`; nor that it covers more, has effect for longer, or leaves an earlier version
// that is sure to govern again. No instrument at all surely is public sooner (SurelyPublic), nor is
// it shown by another document (documents.h). An authority is sure if it was, had the same name and
// was competent or covered for as much (legal::Widens), a legal class on days on which the same one
// was, a competence if it was, the latter two unless the partner gets another name.
std::optional<Problem> MadeSurer(const Registry& registry, const Instrument* old,
                                 const Instrument& made);
std::optional<Problem> MadeSurer(const Authority* old, const Authority& made);
std::optional<Problem> MadeSurer(const Partner* old, const Partner& made);

// The earlier version that `old` replaced and `made`, in its place, does not; null if there is
// none. Whoever records `made` answers for it (AnswerFor).
const Instrument* NoMoreReplaced(const Registry& registry, const Instrument& old,
                                 const Instrument& made);

inline constexpr char kConfirmationNeeded[] = "CONFIRMATION_NEEDED";

// FAILED_PRECONDITION `CONFIRMATION_NEEDED` for what MadeSurer found, with the field below `path`.
absl::Status CheckNotSurer(const std::optional<Problem>& surer, absl::string_view path);

}  // namespace comity::partner_registry
