#include "common/storage/sqlite_gathered_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/storage/sqlite_connection.h"
#include "tests/testing/file_size_limit.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::storage {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr char kIntact[] =
    "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";

// Of a commit; without the VFS it makes fifty. Sanitizers write, too, to see whether memory is
// there.
#ifdef __SANITIZE_ADDRESS__
constexpr std::int64_t kMostWrites = 5;
#else
constexpr std::int64_t kMostWrites = 1;
#endif

// Writing system calls of this process so far.
std::int64_t Writes() {
  std::ifstream io("/proc/self/io");
  for (std::string name; io >> name;) {
    std::int64_t count = 0;
    io >> count;
    if (name == "syscw:") return count;
  }
  ADD_FAILURE() << "/proc/self/io says nothing of writes";
  return 0;
}

class GatheredLogTest : public ::testing::Test {
 protected:
  GatheredLogTest() {
    sql_ = Open();
    EXPECT_THAT(sql_->Execute("CREATE TABLE a (x BLOB)"), IsOk());
  }

  std::unique_ptr<SqliteConnection> Open() {
    auto opened = SqliteConnection::Open(root_ / "a.db", "PRAGMA journal_mode = WAL", 1000);
    EXPECT_THAT(opened, IsOk());
    return *std::move(opened);
  }

  absl::Status Insert(int rows, int bytes) {
    return sql_->Execute(
        absl::StrCat("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                     "WHERE i < ",
                     rows, ") INSERT INTO a SELECT zeroblob(", bytes, ") FROM n"));
  }

  static std::int64_t Ask(SqliteConnection& sql, const char* question) {
    const auto select = sql.Prepare(question);
    EXPECT_THAT(select, IsOk());
    EXPECT_TRUE((*select)->Step().value_or(false));
    return (*select)->Int64(0);
  }

  std::int64_t Rows() { return Ask(*sql_, "SELECT COUNT(*) FROM a"); }

  const testing::TempDirectory root_;
  std::unique_ptr<SqliteConnection> sql_;
};

TEST_F(GatheredLogTest, ACommitOfManyPagesIsOneWrite) {
  ASSERT_THAT(Insert(1, 10), IsOk());  // The log has its header.

  const std::int64_t before = Writes();
  ASSERT_THAT(Insert(25, 4000), IsOk());

  EXPECT_LE(Writes() - before, kMostWrites);
  EXPECT_EQ(Ask(*Open(), "SELECT COUNT(*) FROM a"), 26);
}

TEST_F(GatheredLogTest, ACommitThatIsLargerThanOneWriteIsWhole) {
  ASSERT_THAT(Insert(3, 1 << 20), IsOk());

  const auto other = Open();
  EXPECT_EQ(Ask(*other, "SELECT SUM(LENGTH(x)) FROM a"), 3 << 20);
  EXPECT_EQ(Ask(*other, kIntact), 1);
}

TEST_F(GatheredLogTest, WhatATransactionDoesNotHoldInMemoryIsReadAgainAndUndone) {
  ASSERT_THAT(sql_->Execute("PRAGMA cache_size = 4"), IsOk());
  ASSERT_THAT(sql_->BeginWrite(), IsOk());
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Insert(100, 3000), IsOk());
    ASSERT_THAT(sql_->Execute("UPDATE a SET x = zeroblob(2000)"), IsOk());
    ASSERT_EQ(Ask(*sql_, "SELECT SUM(LENGTH(x)) FROM a"), 2000 * 100 * (i + 1));
  }
  EXPECT_EQ(Ask(*Open(), "SELECT COUNT(*) FROM a"), 0);

  sql_->Rollback();

  EXPECT_EQ(Rows(), 0);
  ASSERT_THAT(Insert(100, 3000), IsOk());
  EXPECT_EQ(Ask(*Open(), "SELECT SUM(LENGTH(x)) FROM a"), 300'000);
}

TEST_F(GatheredLogTest, WhatWasUndoneIsNotWrittenOverWhatAnotherCommittedSince) {
  ASSERT_THAT(Insert(60, 3000), IsOk());
  ASSERT_THAT(sql_->Execute("PRAGMA wal_checkpoint(TRUNCATE)"), IsOk());
  const auto other = Open();
  sql_ = Open();  // Its pages come from the database, so that to undo them reads none from the log.
  ASSERT_THAT(sql_->Execute("PRAGMA cache_size = 10"), IsOk());
  ASSERT_THAT(sql_->BeginWrite(), IsOk());
  ASSERT_THAT(sql_->Execute("UPDATE a SET x = printf('%.3000c', 'u') WHERE rowid <= 30"), IsOk());
  sql_->Rollback();

  ASSERT_THAT(other->Execute("UPDATE a SET x = printf('%.3000c', 'k') WHERE rowid > 40"), IsOk());
  EXPECT_EQ(Rows(), 60);  // Whatever was left would be written now.

  const auto later = Open();
  EXPECT_EQ(Ask(*later, "SELECT COUNT(*) FROM a WHERE x LIKE 'kk%'"), 20);
  EXPECT_EQ(Ask(*later, "SELECT COUNT(*) FROM a WHERE x LIKE 'uu%'"), 0);
  EXPECT_EQ(Ask(*later, kIntact), 1);
}

TEST_F(GatheredLogTest, ConnectionsSyncEveryCommit) {
  EXPECT_EQ(Ask(*sql_, "PRAGMA synchronous"), 2);
  EXPECT_EQ(Ask(*sql_, "PRAGMA cache_spill"), 0);
}

// As on a full disk: the write fails that the sync of a commit brings about.
TEST_F(GatheredLogTest, WhatCannotBeWrittenFailsTheCommitAndIsForgotten) {
  ASSERT_THAT(Insert(1, 10), IsOk());
  {
    const testing::FileSizeLimit full(64 << 10);
    EXPECT_THAT(Insert(25, 4000), FailsWith(absl::StatusCode::kResourceExhausted, "DISK_FULL"));
  }

  EXPECT_EQ(Rows(), 1);
  ASSERT_THAT(Insert(25, 4000), IsOk());
  EXPECT_EQ(Ask(*Open(), "SELECT COUNT(*) FROM a"), 26);
}

}  // namespace
}  // namespace comity::storage
