#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "common/journal/journal.h"

namespace comity::journal {

// What callers saw who wrote for a while.
struct Written {
  double seconds = 0;
  std::int64_t mutations = 0;
  std::int64_t batches = 0;
  std::int64_t bytes = 0;  // That this process gave to write calls meanwhile.
  std::int64_t failed = 0;
  // From the answer of one caller's mutations to the published checkpoints over their entries,
  // sorted.
  std::vector<absl::Duration> published;
};

// So many callers that each wait for their answer: every mutation with its own request_id, one
// version of 256 bytes and one ledger entry. Returns once what was written is published.
Written WriteFor(Journal& journal, absl::Duration duration, int callers);

// Of sorted times, in milliseconds; 0 if there are none.
double Milliseconds(const std::vector<absl::Duration>& sorted, double quantile);

}  // namespace comity::journal
