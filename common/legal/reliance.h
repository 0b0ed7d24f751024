#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/legal/facts.h"
#include "common/legal/verdict.h"

// Who relied on a fact: verdicts that were acted on, searched for one that was corrected since.
namespace comity::legal {

// Whether a verdict rests on what this row of the table cites. Rows that only explain (3.2, 5.10)
// name what it does not rest on.
bool RestsOn(absl::string_view row);

// The names of all facts that `verdict` rests on, each once, in the order of names.
std::vector<std::string> CitedFacts(const Verdict& verdict);

// A search for what rests on revisions of one store within [from, before), or on another store,
// whose revisions cannot be compared: what cannot be excluded is found.
struct RelianceQuery {
  std::string fact;      // "partners/armenia/instruments/agreement", "decisions/..."
  std::string store_id;  // Empty: whatever the store and the revision.
  std::int64_t from = 0;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();

  bool Covers(const Revision& revision) const {
    return revision.store_id != store_id || (revision.number >= from && revision.number < before);
  }
};

}  // namespace comity::legal
