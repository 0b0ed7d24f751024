#include "common/storage/sqlite_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::storage {
namespace {

using testing::FailsWith;
using testing::IsOk;

class SqliteDatabaseTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Database>> Open(std::int64_t max_pages = 0) {
    return OpenSqlite({.directory = root_ / "data", .max_pages = max_pages});
  }

  const testing::TempDirectory root_;
};

TEST_F(SqliteDatabaseTest, EverythingInTheDirectoryIsForItsOwnerOnly) {
  const auto database = Open();
  ASSERT_THAT(database, IsOk());
  ASSERT_THAT((*database)->writer().Execute("CREATE TABLE a (x INTEGER)"), IsOk());

  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(root_ / "data")) {
    struct stat found {};
    ASSERT_EQ(stat(file.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 4);  // Database, log, index of the log, lock.
}

TEST_F(SqliteDatabaseTest, ASecondHolderIsRefused) {
  const auto database = Open();

  EXPECT_THAT(Open(), FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"));
}

TEST_F(SqliteDatabaseTest, AFileThatIsNoDatabaseIsNamedSo) {
  std::filesystem::create_directories(root_ / "data");
  std::ofstream(root_ / "data/journal.db") << std::string(10'000, 'x');

  EXPECT_THAT(Open(), FailsWith(absl::StatusCode::kDataLoss, "DATABASE_CORRUPT"));
}

TEST_F(SqliteDatabaseTest, AFullDatabaseSaysSoUndoesTheTransactionAndIsStillRead) {
  const auto database = Open(/*max_pages=*/16);
  ASSERT_THAT(database, IsOk());
  Connection& sql = (*database)->writer();
  ASSERT_THAT(sql.Execute("CREATE TABLE a (x BLOB); INSERT INTO a VALUES ('kept')"), IsOk());

  auto transaction = Transaction::Begin(&sql);
  ASSERT_THAT(transaction, IsOk());
  auto insert = sql.Prepare("INSERT INTO a VALUES (?1)");
  absl::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    status = (*insert)->BindBlob(1, std::string(4096, 'x')).Run();
  }
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kResourceExhausted, "DISK_FULL"));
  insert->reset();

  EXPECT_FALSE(transaction->Commit().ok());
  const auto snapshot = (*database)->Read();
  auto select = snapshot->sql().Prepare("SELECT COUNT(*) FROM a");
  ASSERT_TRUE((*select)->Step().value());
  EXPECT_EQ((*select)->Int64(0), 1);
}

}  // namespace
}  // namespace comity::storage
