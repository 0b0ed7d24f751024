// What only a database on a server can do: several processes, sessions that end, a server that
// dies.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/storage/migrations.h"
#include "common/storage/postgres_database.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::storage {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::PostgresServer;

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = OpenOnce();
    ASSERT_THAT(sql().Execute("CREATE TABLE things (id INTEGER PRIMARY KEY, words TEXT)"), IsOk());
  }

  std::unique_ptr<Database> OpenOnce() {
    auto opened = OpenPostgres({.url = url_, .patience = absl::Seconds(2)});
    EXPECT_THAT(opened, IsOk());
    return *std::move(opened);
  }

  Connection& sql() { return database_->writer(); }

  absl::Status Insert(std::int64_t id) {
    auto insert = sql().Prepare("INSERT INTO things VALUES (?1, 'w')");
    if (!insert.ok()) return insert.status();
    return (*insert)->BindInt64(1, id).Run();
  }

  std::string Count() const { return server_.RunIn(name_, "SELECT COUNT(*) FROM things"); }

  PostgresServer& server_ = PostgresServer::Shared();
  const std::string url_ = server_.NewDatabase();
  const std::string name_ = PostgresServer::NameOf(url_);
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, ALostSessionIsMadeAnewAtTheNextTransaction) {
  const std::int64_t before = sql().generation();
  { ASSERT_THAT(database_->Read(), IsOk()); }
  server_.EndSessions(name_);

  {
    auto transaction = Transaction::Begin(&sql());
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT(Insert(1), IsOk());
    ASSERT_THAT(transaction->Commit(), IsOk());
  }

  EXPECT_NE(sql().generation(), before);
  EXPECT_THAT(database_->Read(), IsOk());
  EXPECT_EQ(Count(), "1");
}

TEST_F(PostgresTest, ASessionLostInATransactionUndoesItAndSaysSo) {
  {
    auto transaction = Transaction::Begin(&sql());
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT(Insert(1), IsOk());
    server_.EndSessions(name_);

    EXPECT_THAT(Insert(2), FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));
    EXPECT_THAT(transaction->Commit(), FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));
  }
  EXPECT_EQ(Count(), "0");
}

TEST_F(PostgresTest, ASessionThatEndsAtItsCommitLeavesItInDoubt) {
  ASSERT_THAT(Transaction::Begin(&sql())->Commit(), IsOk());
  auto transaction = Transaction::Begin(&sql());
  ASSERT_THAT(Insert(1), IsOk());
  server_.EndSessions(name_);

  EXPECT_THAT(transaction->Commit(), FailsWith(absl::StatusCode::kUnavailable, "COMMIT_IN_DOUBT"));
}

// What the server itself says of the statements of a session: how many of `sql` are prepared, and
// how often they ran.
std::pair<std::int64_t, std::int64_t> PreparedAndRun(Connection& connection,
                                                     absl::string_view sql) {
  auto asked = connection.Prepare(
      "SELECT COUNT(*), COALESCE(MAX(generic_plans + custom_plans), 0) FROM "
      "pg_prepared_statements WHERE statement = ?1");
  EXPECT_THAT(asked, IsOk());
  EXPECT_THAT((*asked)->BindText(1, sql).Step(), testing::IsOkAndHolds(true));
  return {(*asked)->Int64(0), (*asked)->Int64(1)};
}

TEST_F(PostgresTest, AStatementIsPreparedOnceInASessionHoweverOftenItRuns) {
  constexpr absl::string_view kInsert = "INSERT INTO things VALUES ($1, 'w')";
  EXPECT_THAT(PreparedAndRun(sql(), kInsert), ::testing::Pair(0, 0));
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Insert(i), IsOk());
  EXPECT_THAT(PreparedAndRun(sql(), kInsert), ::testing::Pair(1, 5));

  // Sent ahead, too.
  {
    auto transaction = Transaction::Begin(&sql());
    ASSERT_THAT(transaction, IsOk());
    auto insert = sql().Prepare("INSERT INTO things VALUES (?1, 'w')");
    ASSERT_THAT((*insert)->BindInt64(1, 5).RunLater(), IsOk());
    ASSERT_THAT(transaction->Commit(), IsOk());
  }
  EXPECT_THAT(PreparedAndRun(sql(), kInsert), ::testing::Pair(1, 6));

  // A session made anew has none, and prepares it again by itself.
  server_.EndSessions(name_);
  ASSERT_THAT(Transaction::Begin(&sql())->Commit(), IsOk());
  ASSERT_THAT(Insert(6), IsOk());
  EXPECT_THAT(PreparedAndRun(sql(), kInsert), ::testing::Pair(1, 1));
  EXPECT_EQ(Count(), "7");
}

TEST_F(PostgresTest, ReadersAreKeptAndUsedAgainUpToTheirNumber) {
  const auto session_of = [](const Snapshot& snapshot) {
    auto asked = snapshot.sql().Prepare("SELECT pg_backend_pid()");
    EXPECT_THAT((*asked)->Step(), testing::IsOkAndHolds(true));
    return (*asked)->Int64(0);
  };
  const auto sessions = [&] {
    return server_.Run("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '" + name_ +
                       "' AND backend_type = 'client backend'");
  };
  // Its own writer, and that of the fixture.
  const auto database = *OpenPostgres({.url = url_, .idle_readers = 2});
  ASSERT_EQ(sessions(), "2");

  std::set<std::int64_t> used;
  for (int i = 0; i < 20; ++i) {
    const auto snapshot = database->Read();
    ASSERT_THAT(snapshot, IsOk());
    used.insert(session_of(*snapshot));
  }
  EXPECT_EQ(used.size(), 1U) << "one after the other they share a session";
  EXPECT_EQ(sessions(), "3");

  {
    std::vector<Snapshot> at_once;
    for (int i = 0; i < 4; ++i) {
      auto snapshot = database->Read();
      ASSERT_THAT(snapshot, IsOk());
      used.insert(session_of(*snapshot));
      at_once.push_back(*std::move(snapshot));
    }
    EXPECT_EQ(used.size(), 4U) << "each at once has its own, the first that of before";
    EXPECT_EQ(sessions(), "6");
  }

  // Two of the four stay; a session that was closed takes the server a moment to end.
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (sessions() != "4" && absl::Now() < patience) std::this_thread::yield();
  EXPECT_EQ(sessions(), "4");
  for (int i = 0; i < 20; ++i) {
    const auto snapshot = database->Read();
    ASSERT_THAT(snapshot, IsOk());
    used.insert(session_of(*snapshot));
  }
  EXPECT_EQ(used.size(), 4U) << "no other was opened";
  EXPECT_EQ(sessions(), "4");
}

TEST_F(PostgresTest, AServerThatDiesIsSaidAndFoundAgain) {
  testing::PostgresServer own(testing::PostgresServer::Options{.fsync = true});
  auto database = *OpenPostgres({.url = own.NewDatabase()});
  Connection& connection = database->writer();
  ASSERT_THAT(connection.Execute("CREATE TABLE things (id INTEGER PRIMARY KEY)"), IsOk());
  own.Crash();

  EXPECT_THAT(Transaction::Begin(&connection).status(),
              FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));
  EXPECT_THAT(database->Read().status(), FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));
  own.Start();

  auto transaction = Transaction::Begin(&connection);
  ASSERT_THAT(transaction, IsOk());
  EXPECT_THAT(connection.Execute("INSERT INTO things VALUES (1)"), IsOk());
  EXPECT_THAT(transaction->Commit(), IsOk());
}

TEST_F(PostgresTest, AnErrorOfWhatWasSentAheadSpoilsTheTransactionOnly) {
  ASSERT_THAT(Insert(1), IsOk());
  {
    auto transaction = Transaction::Begin(&sql());
    auto again = sql().Prepare("INSERT INTO things VALUES (?1, 'w')");
    EXPECT_THAT((*again)->BindInt64(1, 1).RunLater(), IsOk());

    EXPECT_THAT(Insert(2), FailsWith(absl::StatusCode::kAlreadyExists, "CONSTRAINT_VIOLATED"));
    EXPECT_THAT(Insert(3), FailsWith(absl::StatusCode::kAlreadyExists, "CONSTRAINT_VIOLATED"));
    EXPECT_THAT(transaction->Commit(),
                FailsWith(absl::StatusCode::kAlreadyExists, "CONSTRAINT_VIOLATED"));
  }
  EXPECT_EQ(Count(), "1");
  EXPECT_THAT(Insert(4), IsOk());
}

TEST_F(PostgresTest, ACommitAfterAFailedStatementIsNoSuccess) {
  ASSERT_THAT(Insert(1), IsOk());
  auto transaction = Transaction::Begin(&sql());
  EXPECT_FALSE(Insert(1).ok());

  EXPECT_FALSE(transaction->Commit().ok());
}

TEST_F(PostgresTest, ATextThatTheServerWouldRefuseCostsNothing) {
  auto transaction = Transaction::Begin(&sql());
  for (const std::string& text :
       {std::string("a\0b", 3), std::string("\xc3"), std::string("\xff"),
        std::string("\xed\xa0\x80"), std::string("\xc0\x80"), std::string("\xf4\x90\x80\x80")}) {
    auto insert = sql().Prepare("INSERT INTO things VALUES (9, ?1)");
    EXPECT_THAT((*insert)->BindText(1, text).RunLater(),
                FailsWith(absl::StatusCode::kInvalidArgument, "TEXT_NOT_STORABLE"));
  }
  auto insert = sql().Prepare("INSERT INTO things VALUES (9, ?1)");
  EXPECT_THAT((*insert)->BindText(1, "\xf0\x9f\x8c\x8d ēā").RunLater(), IsOk());
  EXPECT_THAT(transaction->Commit(), IsOk());
  EXPECT_EQ(Count(), "1");
}

TEST_F(PostgresTest, AHolderThatStopsLosesTheLock) {
  ASSERT_THAT(Insert(1), IsOk());
  auto stopped = Transaction::Begin(&sql());
  ASSERT_THAT(sql().Execute("UPDATE things SET words = 'x'"), IsOk());

  // `stopped` does nothing any more, as a process that was stopped.
  const auto other = OpenOnce();
  absl::Status done;
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto transaction = Transaction::Begin(&other->writer());
    done = other->writer().Execute("UPDATE things SET words = 'y'");
    if (done.ok()) done = transaction->Commit();
    if (done.ok()) break;
    EXPECT_THAT(done, FailsWith(absl::StatusCode::kUnavailable, "STORAGE_BUSY"));
  }

  EXPECT_THAT(done, IsOk());
  EXPECT_FALSE(stopped->Commit().ok());
}

TEST_F(PostgresTest, ProcessesThatStartTogetherMigrateOnce) {
  const std::vector<Migration> migrations = {
      {.version = 1, .needs_reader = 1, .sql = "CREATE TABLE a (x INTEGER)"},
      {.version = 2, .needs_reader = 1, .sql = "ALTER TABLE a ADD COLUMN y INTEGER"}};
  std::vector<std::thread> processes;
  for (int i = 0; i < 6; ++i) {
    processes.emplace_back([&] {
      const auto database = OpenOnce();
      EXPECT_THAT(Migrate(database->writer(), "test", migrations, absl::UnixEpoch()), IsOk());
    });
  }
  for (std::thread& process : processes) process.join();

  EXPECT_EQ(server_.RunIn(name_, "SELECT COUNT(*) FROM migrations"), "2");
}

// What a listener heard.
class Heard {
 public:
  void Add(absl::string_view payload) {
    absl::MutexLock lock(&mutex_);
    payloads_.emplace_back(payload);
  }

  void Await(const std::string& payload) {
    EXPECT_TRUE(Await(payload, 0, absl::Seconds(30))) << payload;
  }

  // Whether it was, or is, heard after the first `from`.
  bool Await(const std::string& payload, std::size_t from, absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&] {
      for (std::size_t i = from; i < payloads_.size(); ++i) {
        if (payloads_[i] == payload) return true;
      }
      return false;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), patience);
  }

  std::size_t size() {
    absl::MutexLock lock(&mutex_);
    return payloads_.size();
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> payloads_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(PostgresTest, WhatIsCommittedIsHeardAlsoAfterTheListenersSessionWasLost) {
  Heard heard;
  const auto handle =
      database_->Listen("news", [&](absl::string_view payload) { heard.Add(payload); });
  heard.Await("");  // It listens.
  const auto say = [&](const std::string& what, bool commit) {
    auto transaction = Transaction::Begin(&sql());
    ASSERT_THAT(transaction, IsOk());
    EXPECT_THAT(sql().Notify("news", what), IsOk());
    if (commit) {
      EXPECT_THAT(transaction->Commit(), IsOk());
    }
  };

  say("undone", false);
  say("one", true);
  heard.Await("one");
  const std::size_t before = heard.size();
  server_.EndSessions(name_);

  // It hears what is said from its new session on, and "" once it has one.
  bool again = false;
  for (int attempt = 0; attempt < 60 && !again; ++attempt) {
    say("two", true);
    again = heard.Await("two", before, absl::Milliseconds(500));
  }
  EXPECT_TRUE(again);
  EXPECT_TRUE(heard.Await("", before, absl::ZeroDuration()));
}

TEST_F(PostgresTest, AWrongAddressIsSaidWithoutThePassword) {
  const auto refused = OpenPostgres({.url = "postgresql://postgres:s3cret@127.0.0.1:" +
                                            std::to_string(server_.port()) + "/nowhere"});

  EXPECT_THAT(refused.status(), FailsWith(absl::StatusCode::kUnavailable, "STORAGE_LOST"));
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("nowhere"));
  EXPECT_THAT(std::string(refused.status().message()),
              ::testing::Not(::testing::HasSubstr("s3cret")));
}

}  // namespace
}  // namespace comity::storage
