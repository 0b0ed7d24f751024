// A process that writes is killed without warning, again and again: what it acknowledged is there,
// with its evidence, once, and in order.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/journal.h"
#include "common/ledger/hash.h"
#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

using testing::IsOk;

constexpr int kRounds = 8;
constexpr int kCallers = 8;

// What a caller was told; small enough to be written to a pipe in one piece.
struct Told {
  std::int64_t round;
  std::int64_t caller;
  std::int64_t sequence;
  std::int64_t revision;
  std::int64_t leaf_index;
  std::int64_t commit_micros;
};

std::string IdOf(const Told& told) {
  return absl::StrCat(told.round, "-", told.caller, "-", told.sequence);
}

std::string BodyOf(const std::string& id) { return absl::StrCat("body of ", id); }

absl::StatusOr<Committed> Write(Journal& journal, const std::string& id, std::int64_t* leaf_index) {
  const Attempt attempt{.caller = "crash",
                        .method = "test/Write",
                        .request_id = id,
                        .request_digest = crypto::Sha256(id)};
  return journal.Mutate(attempt, [id, leaf_index](Turn& turn) {
    turn.SetResource(id);
    if (auto put = turn.Put("thing", id, BodyOf(id)); !put.ok()) return put;
    auto leaf = turn.AddLeaf({.kind = kMutationEntry, .resource = id});
    if (leaf.ok()) *leaf_index = leaf->leaf_index;
    return leaf.status();
  });
}

// Runs in the child until it is killed.
[[noreturn]] void WriteForever(const Options& options, int round, int pipe) {
  auto journal = Journal::Open(options);
  if (!journal.ok()) _exit(1);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::int64_t sequence = 0;; ++sequence) {
        Told told{round, caller, sequence, 0, 0, 0};
        const auto done = Write(**journal, IdOf(told), &told.leaf_index);
        if (!done.ok() || done->replayed) _exit(1);
        told.revision = done->revision;
        told.commit_micros = absl::ToUnixMicros(done->commit_time);
        if (write(pipe, &told, sizeof told) != sizeof told) _exit(1);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  _exit(1);
}

// What `told` was told is what it is told again, of a process that knows it from the disk only, and
// leads to the thing as it was then.
void ExpectToldAgain(Journal& journal, const Told& told) {
  const std::string id = IdOf(told);
  std::int64_t ignored = 0;
  const auto again = Write(journal, id, &ignored);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, told.revision);
  EXPECT_EQ(absl::ToUnixMicros(again->commit_time), told.commit_micros);
  EXPECT_EQ(again->resource, id);
  const auto then = journal.VersionAt("thing", again->resource, again->revision);
  ASSERT_THAT(then, IsOk());
  ASSERT_TRUE(then->has_value());
  EXPECT_EQ((*then)->body, BodyOf(id));
}

// Reads acknowledgements; after `kill_after` of them the child dies.
std::vector<Told> Collect(int pipe, pid_t child, std::size_t kill_after) {
  std::vector<Told> all;
  Told told{};
  while (read(pipe, &told, sizeof told) == sizeof told) {
    all.push_back(told);
    if (all.size() == kill_after) kill(child, SIGKILL);
  }
  return all;
}

void ExpectDense(Journal& journal) {
  const Head head = journal.head();
  const auto feed = journal.ReadFeed(0, SIZE_MAX);
  ASSERT_THAT(feed, IsOk());
  ASSERT_EQ(static_cast<std::int64_t>(feed->size()), head.revision);
  for (std::size_t i = 0; i < feed->size(); ++i) {
    ASSERT_EQ((*feed)[i].revision, static_cast<std::int64_t>(i) + 1);
  }
}

void ExpectLedgerIsWhole(Journal& journal) {
  const Head head = journal.head();
  const auto entries = journal.ReadEntries(0, SIZE_MAX >> 1);
  ASSERT_THAT(entries, IsOk());
  ASSERT_EQ(static_cast<std::int64_t>(entries->size()), head.leaf_count);
  ledger::Tree tree;
  for (const Entry& entry : *entries) {
    ASSERT_EQ(entry.leaf_index, tree.size());
    ASSERT_EQ(entry.commitment, ledger::Commitment(*entry.salt, *entry.body));
    tree.Append(entry.commitment);
  }
  EXPECT_EQ(ledger::RootAt(*journal.Tiles(), head.leaf_count).value(), tree.root());
}

TEST(CrashTest, WhatWasAcknowledgedSurvivesAKillAtAnyMoment) {
  const testing::TempDirectory root;
  Options options = testing::TestJournalOptions(root.path());
  options.checkpoint_interval = absl::Milliseconds(5);
  std::mt19937 random(20261123);
  std::map<std::string, Told> all;

  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      WriteForever(options, round, ends[1]);
    }
    close(ends[1]);
    const auto told = Collect(ends[0], child, 1 + random() % 1500);
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    for (const Told& one : told) all.emplace(IdOf(one), one);

    auto journal = Journal::Open(options);
    ASSERT_THAT(journal, IsOk());
    EXPECT_THAT((*journal)->Writable(), IsOk());
    ExpectDense(**journal);
    ExpectLedgerIsWhole(**journal);
    for (const auto& [id, one] : all) {
      const auto version = (*journal)->VersionAt("thing", id, one.revision);
      ASSERT_THAT(version, IsOk());
      ASSERT_TRUE(version->has_value()) << id;
      ASSERT_EQ((*version)->revision, one.revision);
      ASSERT_EQ((*version)->body, BodyOf(id));
      ASSERT_THAT(*(*journal)->ReadEntry(one.leaf_index)->body, ::testing::HasSubstr(id));
    }
    // What one made is changed before it asks again.
    const std::string changed = IdOf(told.front());
    ASSERT_THAT((*journal)->Mutate({.caller = "crash", .method = "test/Change"},
                                   [&](Turn& turn) { return turn.Put("thing", changed, "other"); }),
                IsOk());
    ExpectToldAgain(**journal, told.front());
    // A client that got no answer repeats: acknowledged or not, it is done once.
    for (const Told& one : told) {
      Told next = one;
      ++next.sequence;
      const auto acknowledged = all.find(IdOf(next));
      if (acknowledged != all.end()) {
        ExpectToldAgain(**journal, acknowledged->second);
        continue;
      }
      std::int64_t ignored = 0;
      ASSERT_THAT(Write(**journal, IdOf(next), &ignored), IsOk());
    }
    ExpectDense(**journal);
    // One change a round made nothing new.
    EXPECT_EQ((*journal)->LatestVersions("thing")->size(),
              static_cast<std::size_t>((*journal)->head().revision - (round + 1)));
  }
}

}  // namespace
}  // namespace comity::journal
