// Durable, ledgered mutations a second in one process: 64 callers that each wait for their answer,
// every mutation with its own request_id, one version of 256 bytes and one ledger entry.
//
//   journal_write <empty directory> [seconds] [callers] [postgresql://...]
//
// Prints one line of JSON.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/journal/entry.h"
#include "common/journal/journal.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

int Run(const std::string& directory, absl::Duration duration, int callers,
        const std::string& database) {
  auto opened =
      Journal::Open(database.empty() ? testing::TestJournalOptions(directory)
                                     : testing::TestPostgresJournalOptions(directory, database));
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.status().ToString().c_str());
    return 1;
  }
  Journal& journal = **opened;
  const std::string content(256, 'c');
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> failed = 0;

  std::vector<std::thread> threads;
  const absl::Time begin = absl::Now();
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      const std::string id = absl::StrCat("spiffe://agency.example/application/", caller);
      while (!stop) {
        const std::string request_id = NewUuid(absl::Now());
        const Attempt attempt{.caller = id, .method = "bench/Write", .request_id = request_id};
        const auto done = journal.Mutate(attempt, [&](Turn& turn) {
          turn.SetResource(request_id);
          if (auto put = turn.Put("thing", request_id, content); !put.ok()) return put;
          return turn
              .AddLeaf({.time = turn.now(),
                        .kind = kMutationEntry,
                        .caller = id,
                        .method = "bench/Write",
                        .request_id = request_id,
                        .revision = turn.revision(),
                        .resource = request_id,
                        .outcome = "DONE"})
              .status();
        });
        if (!done.ok()) ++failed;
      }
    });
  }
  absl::SleepFor(duration);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  const Stats stats = journal.stats();
  std::printf("{\"mutations_per_second\": %.0f, \"mutations_per_batch\": %.1f, \"failed\": %lld}\n",
              static_cast<double>(stats.mutations) / seconds,
              static_cast<double>(stats.mutations) / static_cast<double>(stats.batches),
              static_cast<long long>(failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace comity::journal

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "usage: journal_write <empty directory> [seconds] [callers] "
                 "[postgresql://...]\n");
    return 2;
  }
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 5;
  const int callers = argc > 3 ? std::atoi(argv[3]) : 64;
  const std::string database = argc > 4 ? argv[4] : "";
  return comity::journal::Run(argv[1], absl::Seconds(seconds), callers, database);
}
