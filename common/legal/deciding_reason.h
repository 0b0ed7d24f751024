#pragma once

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/legal/verdict.h"

namespace comity::legal {

// What decided a verdict, in words of a closed set: for who counts verdicts.
struct DecidingReason {
  Outcome outcome;
  // Of the first reason that comes to `outcome`: "NO_BASIS". "NONE" with kPermitted, and "OTHER"
  // for a code that stands not in the list yet, of which there are none.
  absl::string_view code;
};

// All there are, in the order of outcomes and codes.
const std::vector<DecidingReason>& DecidingReasons();

// The place of what decided `verdict` in that list. Allocates nothing; for kPermitted, which most
// are, it compares no text.
std::size_t DecidingReasonOf(const Verdict& verdict);

}  // namespace comity::legal
