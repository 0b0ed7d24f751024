// A PostgreSQL primary dies and its standby is promoted, while a service writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/journal/journal.h"
#include "tests/integration/journal/replica.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::PostgresServer;

class StandbyTest : public ::testing::Test {
 protected:
  Options BothServers() {
    const std::string url = absl::StrCat("postgresql://postgres@127.0.0.1:", primary_.port(),
                                         ",127.0.0.1:", standby_.port(), "/", name_,
                                         "?target_session_attrs=read-write");
    Options options = testing::TestPostgresJournalOptions(root_.path(), url);
    options.checkpoint_interval = absl::Milliseconds(5);
    return options;
  }

  // Asked again and again: a server tells nobody.
  static void Await(const PostgresServer& server, const std::string& condition) {
    const absl::Time patience = absl::Now() + absl::Seconds(60);
    while (server.Run("SELECT " + condition) != "t") {
      ASSERT_LT(absl::Now(), patience) << condition;
    }
  }

  void AwaitCaughtUp() {
    const std::string written = primary_.Run("SELECT pg_current_wal_lsn()");
    Await(standby_, absl::StrCat("pg_last_wal_replay_lsn() >= '", written, "'"));
  }

  void Promote() {
    primary_.Crash();
    ASSERT_EQ(standby_.Run("SELECT pg_promote(true, 60)"), "t");
  }

  PostgresServer primary_{PostgresServer::Options{}};
  const std::string name_ = PostgresServer::NameOf(primary_.NewDatabase());
  PostgresServer standby_{PostgresServer::Options{.standby_of = &primary_}};
  const testing::TempDirectory root_;
};

TEST_F(StandbyTest, ASynchronousOneHasAllThatWasAnsweredAndTheServiceGoesOnByItself) {
  primary_.Run("ALTER SYSTEM SET synchronous_standby_names = '*'");
  primary_.Run("SELECT pg_reload_conf()");
  Await(primary_, "EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')");
  Replica service(BothServers());
  constexpr std::int64_t kAll = 200;
  std::atomic<std::int64_t> answered = 0;
  std::thread caller([&] {
    for (std::int64_t i = 1; i <= kAll; ++i) {
      EXPECT_EQ(service.CountUntilAnswered("one", absl::StrCat("r", i)).revision, i);
      answered = i;
    }
  });
  while (answered < kAll / 4) std::this_thread::yield();

  Promote();

  caller.join();
  EXPECT_EQ(service.Value("one"), kAll);
  EXPECT_THAT(service.journal().Writable(), IsOk());
  ExpectWhole(service.journal(), kAll);
  Replica another(BothServers());
  EXPECT_EQ(another.Value("one"), kAll);
}

TEST_F(StandbyTest, OneThatWasBehindIsReadAndNeverWrittenOn) {
  Replica service(BothServers());
  for (int i = 0; i < 5; ++i) ASSERT_THAT(service.Count("one"), IsOk());
  AwaitCaughtUp();
  standby_.Run("ALTER SYSTEM SET primary_conninfo = ''");
  standby_.Run("SELECT pg_reload_conf()");
  Await(standby_, "NOT EXISTS (SELECT FROM pg_stat_wal_receiver)");
  ASSERT_THAT(service.Count("one"), IsOk());
  const auto published = [&] { return service.journal().LatestCheckpoint(); };
  while (!published().ok() || published()->size < 6) std::this_thread::yield();

  Promote();

  absl::Status refused = absl::UnavailableError("");
  while (absl::IsUnavailable(refused)) refused = service.Count("one").status();
  EXPECT_THAT(refused,
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_EQ(service.Value("one"), 6);
  // Nor does a process that never saw what is lost: the checkpoint outside the database tells it.
  Replica another(BothServers());
  EXPECT_EQ(another.Value("one"), 5);
  EXPECT_THAT(another.journal().Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

}  // namespace
}  // namespace comity::journal
