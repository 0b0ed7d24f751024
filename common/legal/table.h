#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "common/legal/vocabulary.h"

namespace comity::legal {

// One row of the decision table in words. Rows with the same number are one row of the check that
// reads differently case by case.
struct TableRow {
  absl::string_view row;        // "4.2"
  absl::string_view condition;  // "If"
  absl::string_view articles;
  absl::string_view then;
  absl::string_view example;  // A question that this row answers.
  // What it may come to; empty for rows that only explain, and come to what the bases come to.
  std::vector<Outcome> outcomes;
};

struct TablePhase {
  absl::string_view number;  // "4b"
  absl::string_view title;
  std::vector<TableRow> rows;
};

// The whole table, the question of secondment included, in its order. What the check says stands in
// it: tests compare numbers, outcomes and articles both ways.
const std::vector<TablePhase>& DecisionTable();

}  // namespace comity::legal
