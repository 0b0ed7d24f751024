#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/legal/evaluate.h"
#include "common/legal/question.h"
#include "common/legal/vocabulary.h"
#include "tests/unit/legal/naive_effect.h"

// A second transfer check, written from the law alone and as naively as possible, so that a lawyer
// can hold it against the decision table (common/legal/README.md) line by line: one function a row,
// in the order of the table. model_test.cc compares it with the real one. Nothing here was written
// from, or may include, the sources of common/legal; only the plain data types are shared.
namespace comity::legal::naive {

// What of a verdict is a matter of law: not its words.
struct Conclusion {
  Outcome outcome = Outcome::kUnspecified;
  Outcome before_use = Outcome::kUnspecified;
  std::vector<Basis> bases;                        // In the order of citation.
  std::set<std::pair<std::string, Outcome>> rows;  // Each row that spoke and what it comes to.
  std::set<DecisionKind> routes;                   // Every decision that could permit it.

  friend bool operator==(const Conclusion&, const Conclusion&) = default;
};

Conclusion Conclude(const World& world, const Question& question);

// "Secondment of a liaison prosecutor (separate question)": EJR 54a(1).
Conclusion Conclude(const World& world, const SecondmentQuestion& question);

}  // namespace comity::legal::naive
