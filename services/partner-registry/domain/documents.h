#pragma once

#include <optional>

#include "common/legal/facts.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// What an instrument's `reference` shows: the text in which its days were found, and whose title
// it has.
namespace comity::partner_registry {

// What `made`, in the place of `old` (null: it is new), says for sure without a document, which
// `reference` names: a day from which it may have effect, or that it allows secondment; nullopt:
// nothing. What is only stricter needs none, nor what was recorded without one and stays. Emptied,
// nothing sure may rest on it.
std::optional<Problem> WithoutEvidence(const Instrument* old, const Instrument& made);

inline constexpr char kEvidenceMissing[] = "EVIDENCE_MISSING";

// Whether `made` names another document than `old`, or has a title of other words (HaveOtherWords):
// for all that anybody can tell it is another text.
bool IsAnotherDocument(const Instrument& old, const Instrument& made);

// What is recorded as sure, in `old`, too, and would be shown by another document than there,
// whether one was named or not, and how it is confirmed instead; nullopt: nothing.
std::optional<Problem> SureByAnotherDocument(const Instrument& old, const Instrument& made);

}  // namespace comity::partner_registry
