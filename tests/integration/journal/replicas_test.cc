// Several replicas of a service over one PostgreSQL database: they write in turn, know of each
// other, and no lost session loses or repeats what was answered.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/journal/journal.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"
#include "common/storage/files.h"
#include "tests/integration/journal/replica.h"
#include "tests/testing/cutting_proxy.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::PostgresServer;

class ReplicasTest : public ::testing::Test {
 protected:
  // Through `port`, if there is a proxy.
  Options OptionsOf(int port = 0) const {
    std::string url = url_;
    if (port != 0) {
      const std::string own = absl::StrCat(":", server_.port(), "/");
      url.replace(url.find(own), own.size(), absl::StrCat(":", port, "/"));
    }
    Options options = testing::TestPostgresJournalOptions(root_.path(), url);
    options.checkpoint_interval = absl::Milliseconds(5);
    return options;
  }

  PostgresServer& server_ = PostgresServer::Shared();
  const testing::TempDirectory root_;
  const std::string url_ = server_.NewDatabase();
  const std::string name_ = PostgresServer::NameOf(url_);
};

TEST_F(ReplicasTest, TheyWriteInTurnAndNoUpdateIsLost) {
  constexpr int kCallers = 8;
  constexpr int kEach = 150;
  Replica a(OptionsOf());
  Replica b(OptionsOf());
  struct {
    absl::Mutex mutex;
    std::set<std::int64_t> revisions ABSL_GUARDED_BY(mutex);
  } told;
  std::vector<std::thread> callers;
  callers.reserve(std::size_t{2} * kCallers);
  for (int caller = 0; caller < 2 * kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      Replica& own = caller % 2 == 0 ? a : b;
      for (int i = 0; i < kEach; ++i) {
        const auto done = own.Count("shared", absl::StrCat(caller, "-", i));
        ASSERT_THAT(done, IsOk());
        const absl::MutexLock lock(&told.mutex);
        told.revisions.insert(done->revision);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  constexpr std::int64_t kAll = std::int64_t{2} * kCallers * kEach;

  const absl::MutexLock lock(&told.mutex);
  EXPECT_EQ(static_cast<std::int64_t>(told.revisions.size()), kAll);
  EXPECT_EQ(*told.revisions.rbegin(), kAll);
  for (Replica* const one : {&a, &b}) {
    one->AwaitRevision(kAll);
    EXPECT_EQ(one->Value("shared"), kAll);
    ExpectWhole(one->journal(), kAll);
  }
  EXPECT_EQ(ledger::RootAt(*a.journal().Tiles(), kAll).value(),
            ledger::RootAt(*b.journal().Tiles(), kAll).value());
}

TEST_F(ReplicasTest, ARepetitionAtAnotherReplicaGetsTheFirstAnswer) {
  Replica a(OptionsOf());
  Replica b(OptionsOf());
  const auto first = a.Count("one", "r1");
  ASSERT_THAT(first, IsOk());

  const auto again = b.Count("one", "r1");
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, first->revision);
  EXPECT_EQ(again->commit_time, first->commit_time);
  EXPECT_EQ(again->resource, "one");
  EXPECT_THAT(b.Count("another", "r1"),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));

  std::atomic<int> new_ones = 0;
  std::vector<std::thread> callers;
  callers.reserve(8);
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 50; ++i) {
        const auto done = (caller % 2 == 0 ? a : b).Count("both", absl::StrCat("same-", i));
        ASSERT_THAT(done, IsOk());
        if (!done->replayed) ++new_ones;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(new_ones, 50);
  EXPECT_EQ(b.Count("both")->revision, 52);
  EXPECT_EQ(b.Value("both"), 51);
}

// Told, and not by looking: it looks every two seconds (postgres_listener.cc), which twenty commits
// in turn would take twice as long for as they may.
TEST_F(ReplicasTest, AReplicaThatDoesNotWriteHearsOfEveryCommit) {
  constexpr int kCommits = 20;
  Replica writer(OptionsOf());
  Replica reader(OptionsOf());
  struct {
    absl::Mutex mutex;
    std::vector<CommitRange> ranges ABSL_GUARDED_BY(mutex);
  } heard;
  const auto handle = reader.journal().Subscribe([&](const CommitRange& range) {
    absl::MutexLock lock(&heard.mutex);
    heard.ranges.push_back(range);
  });

  const absl::Time begin = absl::Now();
  for (int i = 1; i <= kCommits; ++i) {
    ASSERT_THAT(writer.Count("one"), IsOk());
    reader.AwaitRevision(i);
    EXPECT_EQ(reader.Value("one"), i);
  }
  EXPECT_LT(absl::Now() - begin, kCommits * absl::Seconds(1));

  absl::MutexLock lock(&heard.mutex);
  std::int64_t next = 1;
  for (const CommitRange& range : heard.ranges) {
    EXPECT_EQ(range.first_revision, next);
    next = range.last_revision + 1;
  }
  EXPECT_EQ(next, kCommits + 1);
}

TEST_F(ReplicasTest, AReplicaThatStartsAmidWritesHasThemAll) {
  Replica a(OptionsOf());
  std::atomic<bool> stop = false;
  std::int64_t written = 0;
  std::thread caller([&] {
    while (!stop) {
      ASSERT_THAT(a.Count("one"), IsOk());
      ++written;
    }
  });
  for (int i = 0; i < 5; ++i) {
    Replica late(OptionsOf());
    EXPECT_THAT(late.journal().Writable(), IsOk());
    EXPECT_THAT(late.Count("late"), IsOk());
    EXPECT_EQ(late.Value("late"), i + 1);
  }
  stop = true;
  caller.join();

  Replica last(OptionsOf());
  EXPECT_EQ(last.Value("one"), written);
  ExpectWhole(last.journal(), written + 5);
}

TEST_F(ReplicasTest, EachServesACheckpointThatAnyOfThemSigned) {
  Replica a(OptionsOf());
  Replica b(OptionsOf());
  ASSERT_THAT(a.Count("one"), IsOk());
  const absl::Time patience = absl::Now() + absl::Seconds(60);
  while (absl::Now() < patience &&
         !(a.journal().CheckpointCovering(0).ok() && b.journal().CheckpointCovering(0).ok())) {
    std::this_thread::yield();
  }

  EXPECT_EQ(a.journal().CheckpointCovering(0)->note, b.journal().CheckpointCovering(0)->note);
}

TEST_F(ReplicasTest, WhileTheKeyChangesThereIsOneCheckpointASizeThatTheOldKeySigned) {
  Options changed = OptionsOf();
  const ledger::NoteSigner old = *changed.signer;
  changed.signer = *old.With(*crypto::Ed25519Key::FromSeed(std::string(32, 'n')));
  auto a = std::make_unique<Replica>(OptionsOf());
  auto b = std::make_unique<Replica>(changed);
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) ASSERT_THAT(a->Count("shared"), IsOk());
  });
  for (int i = 0; i < 100; ++i) ASSERT_THAT(b->Count("shared"), IsOk());
  other.join();
  a.reset();
  ASSERT_THAT(b->Count("shared"), IsOk());
  b.reset();

  Replica again(changed);
  std::string last;
  const auto snapshot = again.journal().Read();
  const auto rows = snapshot->sql().Prepare("SELECT note FROM journal_checkpoints ORDER BY size");
  while ((*rows)->Step().value()) {
    last = std::string((*rows)->Text(0));
    EXPECT_THAT(ledger::OpenCheckpoint(last, old.verifiers()), IsOk());
  }
  EXPECT_EQ(ledger::ParseNote(last)->signatures.size(), 2u);
  EXPECT_EQ(*storage::ReadFile(changed.publication_directory + "/checkpoint"), last);
  // Who still has the old key alone goes on too.
  EXPECT_THAT(Replica(OptionsOf()).journal().Writable(), IsOk());
}

TEST_F(ReplicasTest, SessionsThatAreEndedAllTheTimeLoseAndRepeatNothing) {
  constexpr int kCallers = 4;
  constexpr int kEach = 60;
  Replica a(OptionsOf());
  Replica b(OptionsOf());
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> progress = 0;
  std::thread killer([&] {
    std::int64_t seen = 0;
    while (!stop) {
      // Some get through between two kills.
      while (!stop && progress < seen + 5) std::this_thread::yield();
      seen = progress;
      server_.EndSessions(name_);
    }
  });
  struct {
    absl::Mutex mutex;
    std::map<std::int64_t, std::string> ids ABSL_GUARDED_BY(mutex);
  } told;
  std::vector<std::thread> callers;
  callers.reserve(std::size_t{2} * kCallers);
  for (int caller = 0; caller < 2 * kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      Replica& own = caller % 2 == 0 ? a : b;
      for (int i = 0; i < kEach; ++i) {
        const std::string id = absl::StrCat(caller, "-", i);
        const Committed done = own.CountUntilAnswered(id, id);
        ++progress;
        const absl::MutexLock lock(&told.mutex);
        EXPECT_TRUE(told.ids.emplace(done.revision, id).second) << "two answers for one revision";
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  stop = true;
  killer.join();

  constexpr std::int64_t kAll = std::int64_t{2} * kCallers * kEach;
  const absl::MutexLock lock(&told.mutex);
  EXPECT_EQ(static_cast<std::int64_t>(told.ids.size()), kAll);
  Replica after(OptionsOf());
  ExpectWhole(after.journal(), kAll);
  for (const auto& [revision, id] : told.ids) {
    EXPECT_EQ(after.journal().VersionAt("counter", id, revision).value()->revision, revision);
    EXPECT_EQ(after.Value(id), 1);
  }
  EXPECT_THAT(a.journal().Writable(), IsOk());
  EXPECT_THAT(b.journal().Writable(), IsOk());
}

TEST_F(ReplicasTest, ACommitWhoseAnswerWasLostIsAnsweredAsWhatItWas) {
  testing::CuttingProxy proxy(server_.port(), std::string("COMMIT\0", 7));
  // No commit but those of batches: a checkpoint's must not be lost in their place.
  Options options = OptionsOf(proxy.port());
  options.checkpoint_interval = absl::Hours(1);
  Replica a(options);
  Replica b(OptionsOf());
  ASSERT_THAT(a.Count("one"), IsOk());
  for (int i = 2; i <= 10; ++i) {
    proxy.Cut();

    const auto done = a.Count("one");

    ASSERT_TRUE(proxy.cut());
    ASSERT_THAT(done, IsOk());
    EXPECT_FALSE(done->replayed);
    EXPECT_EQ(done->revision, i);
    EXPECT_EQ(a.Value("one"), i);
  }
  b.AwaitRevision(10);
  EXPECT_EQ(b.Value("one"), 10);
  ExpectWhole(b.journal(), 10);
}

TEST_F(ReplicasTest, ACommitThatDidNotHappenIsAnsweredSo) {
  Replica a(OptionsOf());
  ASSERT_THAT(a.Count("one"), IsOk());
  // The session dies in its commit, before anything is durable.
  server_.RunIn(name_,
                "CREATE SEQUENCE doom; CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN IF nextval('doom') = 1 THEN PERFORM "
                "pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$; "
                "CREATE CONSTRAINT TRIGGER dying AFTER INSERT ON journal_mutations DEFERRABLE "
                "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()");

  EXPECT_THAT(a.Count("one", "r1"), FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));

  EXPECT_EQ(a.Value("one"), 1);
  const auto again = a.Count("one", "r1");
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->replayed);
  EXPECT_EQ(again->revision, 2);
  EXPECT_EQ(a.Value("one"), 2);
}

// A full volume or a broken one, at the statement or only at the commit: said as what it is,
// nothing of it is kept, reads go on, and once it is put right writes do.
TEST_F(ReplicasTest, AServerThatCannotWriteSaysWhyAndIsWrittenOnAfterwards) {
  const struct {
    const char* state;
    absl::StatusCode code;
    const char* reason;
  } cases[] = {{"53100", absl::StatusCode::kResourceExhausted, "DISK_FULL"},
               {"58030", absl::StatusCode::kUnavailable, "STORAGE_IO"},
               {"53200", absl::StatusCode::kUnavailable, "STORAGE_IO"}};
  Replica a(OptionsOf());
  ASSERT_THAT(a.Count("one"), IsOk());
  std::int64_t written = 1;
  for (const auto& [state, code, reason] : cases) {
    for (const char* const moment : {"IMMEDIATE", "DEFERRED"}) {
      SCOPED_TRACE(absl::StrCat(state, " ", moment));
      server_.RunIn(name_,
                    absl::StrCat("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ "
                                 "BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '",
                                 state,
                                 "'; END $$; CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON "
                                 "journal_entries DEFERRABLE INITIALLY ",
                                 moment, " FOR EACH ROW EXECUTE FUNCTION fail()"));
      const std::string id = absl::StrCat(state, moment);

      EXPECT_THAT(a.Count("one", id), FailsWith(code, reason));
      EXPECT_THAT(a.journal().RecordLeaf([](absl::Time) { return "{}"; }), FailsWith(code, reason))
          << "what needs evidence is not answered";

      EXPECT_EQ(a.Value("one"), written);
      EXPECT_EQ(a.journal().head().revision, written);
      EXPECT_THAT(a.journal().ReadEntry(written - 1), IsOk());
      EXPECT_THAT(a.journal().ReadFeed(0, 10), IsOk());
      EXPECT_THAT(a.journal().Writable(), IsOk());
      server_.RunIn(name_, "DROP TRIGGER failing ON journal_entries; DROP FUNCTION fail()");
      const auto again = a.Count("one", id);
      ASSERT_THAT(again, IsOk());
      EXPECT_FALSE(again->replayed);
      EXPECT_EQ(again->revision, ++written);
      EXPECT_EQ(a.Value("one"), written);
    }
  }
  ExpectWhole(a.journal(), written);
}

TEST_F(ReplicasTest, ADatabaseThatLostWhatWasAcknowledgedIsOnlyRead) {
  const auto allow = [&](bool yes) {
    server_.Run(absl::StrCat("ALTER DATABASE ", name_, " ALLOW_CONNECTIONS ", yes ? "on" : "off"));
    if (!yes) server_.EndSessions(name_);
  };
  Replica a(OptionsOf());
  ASSERT_THAT(a.Count("one"), IsOk());
  allow(false);
  server_.CopyDatabase(name_, name_ + "_backup");
  allow(true);
  const Committed second = a.CountUntilAnswered("one", "r2");
  EXPECT_EQ(second.revision, 2);

  // What a standby that was behind, and was promoted, looks like.
  allow(false);
  server_.CopyDatabase(name_ + "_backup", name_);

  absl::Status refused = absl::UnavailableError("");
  while (absl::IsUnavailable(refused)) refused = a.Count("one").status();
  EXPECT_THAT(refused,
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_THAT(a.journal().Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_FALSE(a.journal().stats().writable);
  EXPECT_EQ(a.Value("one"), 2);
  EXPECT_THAT(a.journal().ReadEntry(0), IsOk());
}

}  // namespace
}  // namespace comity::journal
