#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/legal/verdict.h"

namespace comity::legal {

// What gtest prints of a verdict.
inline void PrintTo(const Verdict& verdict, std::ostream* os) {
  *os << Name(verdict.outcome) << " before use " << Name(verdict.before_use) << " basis "
      << Letter(verdict.basis());
  for (const Reason& reason : verdict.reasons) {
    *os << "\n  " << reason.row << " " << Name(reason.outcome) << " " << reason.code << " ["
        << reason.article << "] " << reason.sentence;
  }
}

inline const Reason* FindRow(const Verdict& verdict, absl::string_view row) {
  const auto found = std::find_if(verdict.reasons.begin(), verdict.reasons.end(),
                                  [row](const Reason& reason) { return reason.row == row; });
  return found == verdict.reasons.end() ? nullptr : &*found;
}

MATCHER_P(Comes, outcome, absl::StrCat("comes to ", Name(outcome))) {
  return arg.outcome == outcome;
}

MATCHER_P2(ComesBy, outcome, basis,
           absl::StrCat("comes to ", Name(outcome), " by basis ", Letter(basis))) {
  return arg.outcome == outcome && arg.basis() == basis;
}

MATCHER(MayBeUsed, "lets the data be used") {
  return arg.outcome == Outcome::kPermitted && arg.before_use == Outcome::kPermitted;
}

// A reason of that row with that code.
MATCHER_P2(Says, row, code, absl::StrCat("says ", row, " ", code)) {
  return std::any_of(arg.reasons.begin(), arg.reasons.end(), [this](const Reason& reason) {
    return reason.row == row && reason.code == code;
  });
}

MATCHER_P(HasDuty, words, absl::StrCat("has a duty with the words ", words)) {
  return std::any_of(arg.duties.begin(), arg.duties.end(), [this](const std::string& duty) {
    return duty.find(words) != std::string::npos;
  });
}

}  // namespace comity::legal
