#pragma once

#include "common/legal/verdict.h"

namespace comity::legal {

// How near a release an outcome is: the order in which the worst row decides. Where other law
// decides nothing is released.
inline int Nearness(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPermitted:
      return 5;
    case Outcome::kPermittedSubjectTo:
      return 4;
    case Outcome::kDecisionRequired:
      return 3;
    case Outcome::kUndetermined:
      return 2;
    case Outcome::kRefused:
      return 1;
    case Outcome::kOutOfScope:
    case Outcome::kUnspecified:
      break;
  }
  return 0;
}

// Whether an outcome is no better once a decision was withdrawn.
inline bool NoBetter(Outcome before, Outcome after) { return Nearness(after) <= Nearness(before); }

// ... once an instrument ended, was limited or taken away. That may answer what was open: whether
// there is a basis was unknown (row 5.7), and now there surely is none (5.8, 5.9). The table has
// UNDETERMINED as the worse of the two, and yet nothing is gained: the decisions that could permit
// it could do so before (5.5, 5.6 come first).
inline bool NoBetterWithout(Outcome before, Outcome after) {
  return NoBetter(before, after) ||
         (before == Outcome::kUndetermined && after == Outcome::kDecisionRequired);
}

}  // namespace comity::legal
