// Durable, ledgered mutations a second in one process: 64 callers that each wait for their answer,
// every mutation with its own request_id, one version of 256 bytes and one ledger entry. And how
// long after the answer a published checkpoint covers the entry, meanwhile.
//
//   journal_write <empty directory> [seconds] [callers] [postgresql://...]
//
// Prints one line of JSON; the bytes are all that the process wrote to files.

#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/threads/locks.h"
#include "tests/bench/journal/writing.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

int Run(const std::string& directory, absl::Duration duration, int callers,
        const std::string& database) {
  auto opened =
      Journal::Open(database.empty() ? testing::TestJournalOptions(directory)
                                     : testing::TestPostgresJournalOptions(directory, database));
  if (!opened.ok()) {
    (void)std::fprintf(stderr, "%s\n", opened.status().ToString().c_str());
    return 1;
  }
  const Written seen = WriteFor(**opened, duration, callers);
  const auto batches = static_cast<double>(seen.batches);
  (void)std::printf(
      "{\"mutations_per_second\": %.0f, \"mutations_per_batch\": %.1f, \"bytes_per_batch\": %.0f, "
      "\"published_p50_ms\": %.1f, \"published_p99_ms\": %.1f, \"failed\": %lld}\n",
      static_cast<double>(seen.mutations) / seen.seconds,
      static_cast<double>(seen.mutations) / batches, static_cast<double>(seen.bytes) / batches,
      Milliseconds(seen.published, 0.5), Milliseconds(seen.published, 0.99),
      static_cast<long long>(seen.failed));
  return seen.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace comity::journal

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  if (argc < 2) {
    (void)std::fprintf(stderr,
                       "usage: journal_write <empty directory> [seconds] [callers] "
                       "[postgresql://...]\n");
    return 2;
  }
  int numbers[] = {5, 64};
  for (int i = 2; i < argc && i < 4; ++i) {
    if (!absl::SimpleAtoi(argv[i], &numbers[i - 2])) {
      (void)std::fprintf(stderr, "journal_write: %s is not a whole number\n", argv[i]);
      return 2;
    }
  }
  const auto [seconds, callers] = numbers;
  const std::string database = argc > 4 ? argv[4] : "";
  return comity::journal::Run(argv[1], absl::Seconds(seconds), callers, database);
}
