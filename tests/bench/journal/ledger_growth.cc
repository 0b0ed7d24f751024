// How the ledger of a journal grows: start, inclusion proofs, publication and writes with 10^4,
// 10^5, ... entries in one embedded store.
//
//   ledger_growth <empty directory> [largest] [threads] [MiB of the larger proof cache]
//
// Prints one line of JSON a size. Proofs are of leaves at random, with the usual cache and with the
// larger one; 1,000 are verified outside the measured time. What is written to measure writes is
// there at the next size.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/journal/journal.h"
#include "common/ledger/hash.h"
#include "common/ledger/proof.h"
#include "common/threads/locks.h"
#include "tests/bench/journal/writing.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

constexpr std::int64_t kLeavesOfOneMutation = 1000;
constexpr int kPublications = 20;
constexpr absl::Duration kWarmUp = absl::Seconds(8);
constexpr absl::Duration kProving = absl::Seconds(3);
// Little, as what is written stays: fewer entries than the next size has.
constexpr absl::Duration kWriting = absl::Seconds(2);
constexpr int kCallers = 64;

[[noreturn]] void Fail(const absl::Status& status) {
  (void)std::fprintf(stderr, "ledger_growth: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::unique_ptr<Journal> Open(const std::string& directory, std::size_t cache) {
  Options options = testing::TestJournalOptions(directory);
  if (cache != 0) options.proof_cache = cache;
  auto opened = Journal::Open(std::move(options));
  if (!opened.ok()) Fail(opened.status());
  return *std::move(opened);
}

void GrowTo(Journal& journal, std::int64_t size) {
  const std::string resource(100, 'r');
  while (journal.head().leaf_count < size) {
    const std::int64_t more = std::min(kLeavesOfOneMutation, size - journal.head().leaf_count);
    const auto done = journal.Mutate({.caller = "bench", .method = "bench/Grow"}, [&](Turn& turn) {
      for (std::int64_t i = 0; i < more; ++i) {
        if (auto leaf = turn.AddLeaf({.resource = resource}); !leaf.ok()) return leaf.status();
      }
      return absl::OkStatus();
    });
    if (!done.ok()) Fail(done.status());
  }
}

// Proofs a second, all threads together, after a first round that is not counted.
double ProofsPerSecond(Journal& journal, std::int64_t size, int threads) {
  std::int64_t proofs = 0;
  for (const absl::Duration round : {kWarmUp, kProving}) {
    std::atomic<std::int64_t> made = 0;
    const absl::Time end = absl::Now() + round;
    std::vector<std::thread> provers;
    provers.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
      provers.emplace_back([&, i] {
        std::mt19937_64 random(static_cast<std::uint64_t>(i) + 1);
        std::uniform_int_distribution<std::int64_t> leaf(0, size - 1);
        std::int64_t own = 0;
        while (absl::Now() < end) {
          const auto proof = ledger::ProveInclusion(*journal.Tiles(), leaf(random), size);
          if (!proof.ok()) Fail(proof.status());
          ++own;
        }
        made += own;
      });
    }
    for (std::thread& prover : provers) prover.join();
    proofs = made;
  }
  return static_cast<double>(proofs) / absl::ToDoubleSeconds(kProving);
}

void Verify(Journal& journal, std::int64_t size) {
  const auto tiles = journal.Tiles();
  const auto root = ledger::RootAt(*tiles, size);
  if (!root.ok()) Fail(root.status());
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> leaf(0, size - 1);
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t index = i == 0 ? size - 1 : leaf(random);
    const auto proof = ledger::ProveInclusion(*tiles, index, size);
    const auto hash = ledger::ReadLeafHash(*tiles, index);
    if (!proof.ok() || !hash.ok()) Fail(proof.status());
    if (auto shown = ledger::VerifyInclusion(*proof, index, size, *hash, *root); !shown.ok()) {
      Fail(shown);
    }
  }
}

// The median time from a commit to the published checkpoint that covers it.
absl::Duration PublicationTime(Journal& journal) {
  std::vector<absl::Duration> times;
  times.reserve(kPublications);
  for (int i = 0; i < kPublications; ++i) {
    const auto entry = journal.RecordLeaf([](absl::Time) { return "{}"; });
    if (!entry.ok()) Fail(entry.status());
    const absl::Time begin = absl::Now();
    while (!journal.CheckpointCovering(entry->leaf_index).ok()) std::this_thread::yield();
    times.push_back(absl::Now() - begin);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

int Run(const std::string& directory, std::int64_t largest, int threads, std::size_t cache) {
  for (std::int64_t wanted = 10'000; wanted <= largest; wanted *= 10) {
    std::unique_ptr<Journal> journal = Open(directory, cache);
    GrowTo(*journal, wanted);
    const std::int64_t size = journal->head().leaf_count;
    const double proofs_cached = ProofsPerSecond(*journal, size, threads);
    journal->Close();
    journal.reset();

    const absl::Time begin = absl::Now();
    journal = Open(directory, 0);
    const absl::Duration start = absl::Now() - begin;
    const double proofs = ProofsPerSecond(*journal, size, threads);
    Verify(*journal, size);
    const absl::Duration publication = PublicationTime(*journal);
    const Written written = WriteFor(*journal, kWriting, kCallers);
    if (written.failed != 0) Fail(absl::InternalError("a mutation failed"));
    (void)std::printf(
        "{\"entries\": %lld, \"start_ms\": %.1f, \"proofs_per_second\": %.0f, "
        "\"proofs_per_second_cached\": %.0f, \"publication_ms\": %.1f, "
        "\"writes_per_second\": %.0f, \"published_p50_ms\": %.1f, \"published_p99_ms\": %.1f}\n",
        static_cast<long long>(size), absl::ToDoubleMilliseconds(start), proofs, proofs_cached,
        absl::ToDoubleMilliseconds(publication),
        static_cast<double>(written.mutations) / written.seconds,
        Milliseconds(written.published, 0.5), Milliseconds(written.published, 0.99));
    (void)std::fflush(stdout);
    journal->Close();
  }
  return 0;
}

}  // namespace
}  // namespace comity::journal

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  if (argc < 2) {
    (void)std::fprintf(stderr,
                       "usage: ledger_growth <empty directory> [largest] [threads] [MiB]\n");
    return 2;
  }
  std::int64_t numbers[] = {10'000'000, 2, 384};
  for (int i = 2; i < argc && i < 5; ++i) {
    if (!absl::SimpleAtoi(argv[i], &numbers[i - 2])) {
      (void)std::fprintf(stderr, "ledger_growth: %s is not a whole number\n", argv[i]);
      return 2;
    }
  }
  const auto [largest, threads, mebibytes] = numbers;
  return comity::journal::Run(argv[1], largest, static_cast<int>(threads),
                              static_cast<std::size_t>(mebibytes) << 20);
}
