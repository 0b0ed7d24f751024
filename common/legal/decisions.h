#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "common/legal/evaluation.h"

namespace comity::legal {

// Valid on the day and not withdrawn. A withdrawal counts at once for everything not yet made
// available; a question about an earlier moment sees the decision as it stood then.
bool Stands(const Decision& decision, const Evaluation& evaluation);

// Meant for this counterpart and this case. General authorisations name neither; decisions that the
// law ties to the individual case must name it, and an assessment of safeguards must name whose.
bool Covers(const Decision& decision, const Evaluation& evaluation);

// The first decision of one of `kinds` that stands and covers: of `whose`, or of the agency if that
// is empty. Null if there is none.
const Decision* FindDecision(const Evaluation& evaluation, absl::string_view whose,
                             std::initializer_list<DecisionKind> kinds);

// Whether there was such a decision that was withdrawn.
bool WithdrawnDecision(const Evaluation& evaluation, absl::string_view whose,
                       std::initializer_list<DecisionKind> kinds);

// Whether there was such a decision that has been withdrawn or has lapsed.
bool LapsedDecision(const Evaluation& evaluation, absl::string_view whose,
                    std::initializer_list<DecisionKind> kinds);

// The names of `decision` for Reason::facts; empty for one that has none yet.
std::vector<std::string> FactsOf(const Decision& decision);

// Its conditions travel with the data.
void CarryConditions(Evaluation& evaluation, const Decision& decision);

}  // namespace comity::legal
