#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/storage/migrations.h"
#include "tests/contract/storage/storage_backend.h"

namespace comity::storage {
namespace {

using testing::FailsWith;
using testing::IsOk;

const Migration kFirst{.version = 1, .needs_reader = 1, .sql = "CREATE TABLE a (x INTEGER)"};
const Migration kExpand{
    .version = 2, .needs_reader = 1, .sql = "ALTER TABLE a ADD COLUMN y INTEGER"};
const Migration kContract{.version = 3, .needs_reader = 2, .sql = "ALTER TABLE a DROP COLUMN x"};

class MigrationsContractTest : public StorageContract {
 protected:
  absl::Status Run(const std::vector<Migration>& migrations, absl::string_view component = "test") {
    return Migrate(sql(), component, migrations, absl::FromUnixSeconds(1'800'000'000));
  }
};

TEST_P(MigrationsContractTest, EachIsAppliedOnce) {
  ASSERT_THAT(Run({kFirst}), IsOk());
  ASSERT_THAT(Run({kFirst, kExpand}), IsOk());
  Open();

  ASSERT_THAT(Run({kFirst, kExpand}), IsOk());

  EXPECT_EQ(Number(sql(), "SELECT COUNT(*) FROM migrations WHERE component = 'test'"), 2);
  EXPECT_THAT(sql().Execute("INSERT INTO a (x, y) VALUES (1, 2)"), IsOk());
}

TEST_P(MigrationsContractTest, ComponentsHaveVersionsOfTheirOwn) {
  ASSERT_THAT(Run({kFirst, kExpand}), IsOk());

  EXPECT_THAT(
      Run({{.version = 1, .needs_reader = 1, .sql = "CREATE TABLE b (x INTEGER)"}}, "other"),
      IsOk());
}

TEST_P(MigrationsContractTest, AnOlderBinaryRunsOnAnExpandedDatabase) {
  ASSERT_THAT(Run({kFirst, kExpand}), IsOk());

  EXPECT_THAT(Run({kFirst}), IsOk());
}

TEST_P(MigrationsContractTest, ABinaryOlderThanTheDatabaseNeedsIsRefusedByBothVersions) {
  ASSERT_THAT(Run({kFirst, kExpand, kContract}), IsOk());

  const absl::Status refused = Run({kFirst});

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "DATABASE_NEWER"));
  EXPECT_EQ(DetailsOf(refused).metadata.at("needs_reader"), "2");
  EXPECT_EQ(DetailsOf(refused).metadata.at("program_version"), "1");
  EXPECT_THAT(Run({kFirst, kExpand}), IsOk());
}

TEST_P(MigrationsContractTest, AFailedMigrationLeavesNothingBehind) {
  const Migration broken{.version = 2,
                         .needs_reader = 1,
                         .sql = "CREATE TABLE c (x INTEGER); INSERT INTO nowhere VALUES (1)"};

  EXPECT_THAT(Run({kFirst, broken}), FailsWith(absl::StatusCode::kInternal, "MIGRATION_FAILED"));

  EXPECT_FALSE(sql().Prepare("SELECT x FROM c").ok());
  EXPECT_EQ(Number(sql(), "SELECT COUNT(*) FROM migrations"), 1);
  EXPECT_THAT(Run({kFirst, kExpand}), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Engines, MigrationsContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::storage
