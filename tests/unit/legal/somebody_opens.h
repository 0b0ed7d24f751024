#pragma once

#include <algorithm>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/legal/evaluate.h"

namespace comity::legal {

// Whether row 3.3 finds somebody who can open at `instant` what is sealed for `authority`, which
// must be of a third country.
inline bool SomebodyOpens(const Facts& facts, absl::string_view authority, absl::Time instant) {
  const Verdict verdict = Evaluate(facts, {.instant = instant,
                                           .mode = Mode::kExplore,
                                           .counterpart = std::string(authority),
                                           .data_kind = DataKind::kOperational});
  const auto says = [&](absl::string_view row, absl::string_view code) {
    return std::any_of(verdict.reasons.begin(), verdict.reasons.end(), [&](const Reason& reason) {
      return reason.row == row && reason.code == code;
    });
  };
  return says("1.11", "THIRD_COUNTRY") && !says("3.3", "SEALING_KEY_MISSING");
}

}  // namespace comity::legal
