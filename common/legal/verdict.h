#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/legal/facts.h"
#include "common/legal/vocabulary.h"

namespace comity::legal {

// One row of the decision table that spoke.
struct Reason {
  std::string row;  // "4.2"
  // What this row alone comes to; for rows that only explain (3.2, 5.10) what the bases come to.
  Outcome outcome = Outcome::kUnspecified;
  std::string article;             // "EJR 47(5), 56(1)(c)" or "policy"
  std::string sentence;            // Names the facts.
  std::string remedy;              // Who does what; it begins with who. Empty if nothing.
  std::vector<std::string> facts;  // Names of the resources it rests on.
  std::string code;                // For programs: "AUTHORISATION_OUTSTANDING".
};

// A way by which a decision could permit the transfer.
struct Route {
  std::vector<DecisionKind> decisions;  // Any one of them takes this route.
  std::string article;
  std::string sentence;
  std::string decided_by;
};

// The explained outcome.
struct Verdict {
  Outcome outcome = Outcome::kUnspecified;
  // The worst of all reasons. Row 1.7: received data come into quarantine whatever phase 2 says,
  // but are used only once this is kPermitted. For what is not received the same as `outcome`.
  Outcome before_use = Outcome::kUndetermined;
  // Every basis that covers, in the order of citation; the first is the one cited.
  std::vector<Basis> bases;
  std::vector<Reason> reasons;  // In the order of the table; never empty.
  std::vector<Route> routes;    // With kDecisionRequired only, as outcome or before use.
  // Both with kPermitted and kPermittedSubjectTo only.
  std::vector<std::string> conditions;
  std::vector<std::string> duties;
  std::string counterpart_footnote;
  absl::CivilDay day;
  Revision registry_revision;
  std::vector<std::string> unconfirmed_fields;  // "partners/x/instruments/y.in_force"; sorted.

  Basis basis() const { return bases.empty() ? Basis::kNone : bases.front(); }
};

}  // namespace comity::legal
