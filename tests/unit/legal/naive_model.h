#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/legal/evaluate.h"
#include "common/legal/question.h"
#include "common/legal/vocabulary.h"
#include "tests/unit/legal/naive_effect.h"

// A second transfer check, another reading of the law and as naive as possible, so that a lawyer
// can hold it against the decision table (common/legal/README.md) line by line: one place a row, in
// the order of the table. model_test.cc compares it with the real one. Where they differ the law
// decides, never one of them; so nothing here may use the functions of common/legal, only its plain
// data types.
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

// Whether an opener counts on `day`, whoever asks: within its days, and if it is seconded, by a
// secondment that runs then and is permitted then (EJR 54a(1), 53(1)), with a key that nobody but
// who acts then can have published.
bool CountsOn(const Opener& opener, const World& world, absl::CivilDay day);

// "Secondment of a liaison prosecutor (separate question)": EJR 54a(1).
Conclusion Conclude(const World& world, const SecondmentQuestion& question);

}  // namespace comity::legal::naive
