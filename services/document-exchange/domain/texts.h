#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/text/plain.h"

// Words that callers say and evidence keeps.
namespace comity::document_exchange {

// Reasons, of at most so many bytes.
inline constexpr std::size_t kLongestReason = 1000;

// What is read is what the ledger has: INVALID_ARGUMENT `reason` with `field` unless `text` is
// plain (common/text/plain.h). How long it may be is for the caller to say.
absl::Status CheckPlainText(absl::string_view reason, absl::string_view field,
                            absl::string_view text, text::Lines lines);

// Why something is done: INVALID_ARGUMENT `REASON_MISSING`, `TEXT_NOT_PLAIN`.
absl::Status CheckReason(absl::string_view reason);

inline constexpr char kTextNotPlain[] = "TEXT_NOT_PLAIN";

}  // namespace comity::document_exchange
