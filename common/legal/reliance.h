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

// The names of all facts that `verdict` cites, each once, in the order of names.
std::vector<std::string> CitedFacts(const Verdict& verdict);

// A search for what rests on revisions of one store within [from, before).
struct RelianceQuery {
  std::string fact;      // "partners/armenia/instruments/agreement", "decisions/..."
  std::string store_id;  // Empty: whatever the store and the revision.
  std::int64_t from = 0;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();

  bool Covers(const Revision& revision) const {
    return store_id.empty() ||
           (revision.store_id == store_id && revision.number >= from && revision.number < before);
  }
};

}  // namespace comity::legal
