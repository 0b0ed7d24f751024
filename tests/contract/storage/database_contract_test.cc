#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/contract/storage/storage_backend.h"

namespace comity::storage {
namespace {

using testing::FailsWith;
using testing::IsOk;

class DatabaseContractTest : public StorageContract {
 protected:
  void SetUp() override {
    StorageContract::SetUp();
    ASSERT_THAT(sql().Execute("CREATE TABLE things (id INTEGER PRIMARY KEY, words TEXT, "
                              "bytes BLOB); "
                              "CREATE TABLE parts (thing INTEGER NOT NULL REFERENCES things (id))"),
                IsOk());
  }

  absl::Status Insert(std::int64_t id) {
    auto insert = sql().Prepare("INSERT INTO things VALUES (?1, 'w', NULL)");
    return (*insert)->BindInt64(1, id).Run();
  }

  std::int64_t Count() { return Number(sql(), "SELECT COUNT(*) FROM things"); }
};

TEST_P(DatabaseContractTest, ValuesComeBackAsTheyWereBound) {
  const std::string bytes("\0\xff\x01 and a quote '", 16);
  auto insert = sql().Prepare("INSERT INTO things VALUES (?1, ?2, ?3)");
  ASSERT_THAT(insert, IsOk());
  ASSERT_THAT((*insert)
                  ->BindInt64(1, std::numeric_limits<std::int64_t>::max())
                  .BindText(2, "Īū'; DROP")
                  .BindBlob(3, bytes)
                  .Run(),
              IsOk());

  auto select = sql().Prepare("SELECT id, words, bytes FROM things");
  ASSERT_TRUE((*select)->Step().value());

  EXPECT_EQ((*select)->Int64(0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ((*select)->Text(1), "Īū'; DROP");
  EXPECT_EQ((*select)->Blob(2), bytes);
  EXPECT_FALSE((*select)->Step().value());
}

TEST_P(DatabaseContractTest, EmptyIsNotNull) {
  auto insert = sql().Prepare("INSERT INTO things VALUES (?1, ?2, ?3)");
  ASSERT_THAT((*insert)->BindInt64(1, 1).BindText(2, {}).BindBlob(3, {}).Run(), IsOk());
  ASSERT_THAT((*insert)->BindInt64(1, 2).BindNull(2).BindNull(3).Run(), IsOk());

  auto select = sql().Prepare("SELECT words, bytes FROM things ORDER BY id");
  ASSERT_TRUE((*select)->Step().value());
  EXPECT_FALSE((*select)->IsNull(0));
  EXPECT_FALSE((*select)->IsNull(1));
  ASSERT_TRUE((*select)->Step().value());
  EXPECT_TRUE((*select)->IsNull(0));
  EXPECT_TRUE((*select)->IsNull(1));
  EXPECT_EQ((*select)->Text(0), "");
}

TEST_P(DatabaseContractTest, AStatementSaysHowManyRowsItTouched) {
  ASSERT_THAT(Insert(1), IsOk());
  ASSERT_THAT(Insert(2), IsOk());

  auto update = sql().Prepare("UPDATE things SET words = ?1");
  ASSERT_THAT((*update)->BindText(1, "x").Step(), IsOk());

  EXPECT_EQ((*update)->RowsAffected(), 2);
}

TEST_P(DatabaseContractTest, TwoStatementsOfOneTextDoNotDisturbEachOther) {
  for (int id = 1; id <= 3; ++id) ASSERT_THAT(Insert(id), IsOk());

  auto outer = sql().Prepare("SELECT id FROM things ORDER BY id");
  ASSERT_TRUE((*outer)->Step().value());
  auto inner = sql().Prepare("SELECT id FROM things ORDER BY id");
  ASSERT_TRUE((*inner)->Step().value());
  ASSERT_TRUE((*outer)->Step().value());

  EXPECT_EQ((*outer)->Int64(0), 2);
  EXPECT_EQ((*inner)->Int64(0), 1);
}

TEST_P(DatabaseContractTest, ATransactionIsKeptByItsCommitOnly) {
  {
    auto lost = Transaction::Begin(&sql());
    ASSERT_THAT(lost, IsOk());
    ASSERT_THAT(Insert(1), IsOk());
  }
  EXPECT_EQ(Count(), 0);
  auto kept = Transaction::Begin(&sql());
  ASSERT_THAT(Insert(2), IsOk());
  ASSERT_THAT(kept->Commit(), IsOk());

  Open();

  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseContractTest, ASavepointUndoesItsPartOnly) {
  auto transaction = Transaction::Begin(&sql());
  ASSERT_THAT(Insert(1), IsOk());
  {
    auto lost = Savepoint::Begin(&sql());
    ASSERT_THAT(Insert(2), IsOk());
    auto inner = Savepoint::Begin(&sql());
    ASSERT_THAT(Insert(3), IsOk());
    ASSERT_THAT(inner->Release(), IsOk());
  }
  auto kept = Savepoint::Begin(&sql());
  ASSERT_THAT(Insert(4), IsOk());
  ASSERT_THAT(kept->Release(), IsOk());
  ASSERT_THAT(transaction->Commit(), IsOk());

  EXPECT_EQ(Count(), 2);
  EXPECT_EQ(Number(sql(), "SELECT SUM(id) FROM things"), 5);
}

TEST_P(DatabaseContractTest, AFailedStatementIsUndoneByItsSavepoint) {
  auto transaction = Transaction::Begin(&sql());
  ASSERT_THAT(Insert(1), IsOk());
  auto part = Savepoint::Begin(&sql());
  EXPECT_THAT(Insert(1), FailsWith(absl::StatusCode::kAlreadyExists, "CONSTRAINT_VIOLATED"));
  ASSERT_THAT(part->RollBack(), IsOk());
  ASSERT_THAT(Insert(2), IsOk());
  ASSERT_THAT(transaction->Commit(), IsOk());

  EXPECT_EQ(Count(), 2);
}

TEST_P(DatabaseContractTest, BrokenRulesAndBrokenStatementsAreToldApart) {
  EXPECT_THAT(sql().Execute("INSERT INTO parts VALUES (7)"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONSTRAINT_VIOLATED"));
  EXPECT_THAT(sql().Prepare("SELECT nothing FROM nowhere"),
              FailsWith(absl::StatusCode::kInternal, "STATEMENT_FAILED"));
}

TEST_P(DatabaseContractTest, AnErrorNamesNoValues) {
  auto insert = sql().Prepare("INSERT INTO things VALUES (?1, ?2, NULL)");
  (void)(*insert)->BindInt64(1, 4711).BindText(2, "secret").Run();
  const absl::Status again = (*insert)->BindInt64(1, 4711).BindText(2, "secret").Run();

  EXPECT_FALSE(again.ok());
  EXPECT_THAT(again.ToString(), ::testing::Not(::testing::HasSubstr("4711")));
  EXPECT_THAT(again.ToString(), ::testing::Not(::testing::HasSubstr("secret")));
}

TEST_P(DatabaseContractTest, TextsAreInTheOrderOfTheirBytes) {
  for (const char* const words : {"b", "B", "ä", "a b", "ab", "_"}) {
    auto insert = sql().Prepare("INSERT INTO things VALUES (?1, ?2, NULL)");
    ASSERT_THAT((*insert)->BindInt64(1, Count()).BindText(2, words).Run(), IsOk());
  }
  std::string order;
  auto select = sql().Prepare("SELECT words FROM things ORDER BY words");
  while ((*select)->Step().value()) order += std::string((*select)->Text(0)) + ",";

  EXPECT_EQ(order, "B,_,a b,ab,b,ä,");
}

TEST_P(DatabaseContractTest, WhatIsRunLaterIsSeenByWhatFollows) {
  auto transaction = Transaction::Begin(&sql());
  for (int id = 1; id <= 100; ++id) {
    auto insert = sql().Prepare("INSERT INTO things VALUES (?1, 'w', NULL)");
    ASSERT_THAT((*insert)->BindInt64(1, id).RunLater(), IsOk());
  }

  EXPECT_EQ(Count(), 100);
  {
    auto part = Savepoint::Begin(&sql());
    auto erase = sql().Prepare("DELETE FROM things");
    ASSERT_THAT((*erase)->RunLater(), IsOk());
    ASSERT_THAT(part->RollBack(), IsOk());
  }
  ASSERT_THAT(transaction->Commit(), IsOk());
  EXPECT_EQ(Count(), 100);
}

TEST_P(DatabaseContractTest, AStatementMayHaveManyRows) {
  constexpr int kRows = 1000;
  std::string text = "INSERT INTO things VALUES (?1, ?2, ?3)";
  for (int row = 1; row < kRows; ++row) {
    absl::StrAppend(&text, ", (?", 3 * row + 1, ", ?", 3 * row + 2, ", ?", 3 * row + 3, ")");
  }
  auto insert = sql().Prepare(text);
  ASSERT_THAT(insert, IsOk());
  for (int row = 0; row < kRows; ++row) {
    (*insert)->BindInt64(3 * row + 1, row).BindText(3 * row + 2, absl::StrCat("w", row));
    if (row % 2 == 0) {
      (*insert)->BindNull(3 * row + 3);
    } else {
      (*insert)->BindBlob(3 * row + 3, "b");
    }
  }

  ASSERT_THAT((*insert)->Run(), IsOk());

  EXPECT_EQ(Count(), kRows);
  EXPECT_EQ(Number(sql(), "SELECT COUNT(*) FROM things WHERE words = 'w999'"), 1);
}

TEST_P(DatabaseContractTest, SeveralQuestionsMayBeUnderWay) {
  for (int id = 1; id <= 3; ++id) ASSERT_THAT(Insert(id), IsOk());
  auto transaction = Transaction::Begin(&sql());
  std::vector<std::unique_ptr<Statement>> questions;
  for (int id = 0; id <= 3; ++id) {
    questions.push_back(*sql().Prepare("SELECT id FROM things WHERE id > ?1 ORDER BY id"));
    ASSERT_THAT(questions.back()->BindInt64(1, id).Start(), IsOk());
  }
  questions[1].reset();  // Not of interest any more.
  ASSERT_THAT(Insert(4), IsOk());

  ASSERT_TRUE(questions[0]->Step().value());
  EXPECT_EQ(questions[0]->Int64(0), 1);
  ASSERT_TRUE(questions[2]->Step().value());
  EXPECT_EQ(questions[2]->Int64(0), 3);
  questions.clear();
  ASSERT_THAT(transaction->Commit(), IsOk());
}

TEST_P(DatabaseContractTest, ASnapshotSeesOneStateWhateverIsWritten) {
  ASSERT_THAT(Insert(1), IsOk());
  auto snapshot = database_->Read();
  ASSERT_THAT(snapshot, IsOk());

  ASSERT_THAT(Insert(2), IsOk());

  EXPECT_EQ(Number(snapshot->sql(), "SELECT COUNT(*) FROM things"), 1);
  auto later = database_->Read();
  EXPECT_EQ(Number(later->sql(), "SELECT COUNT(*) FROM things"), 2);
}

TEST_P(DatabaseContractTest, ASnapshotDoesNotSeeAnUncommittedTransaction) {
  auto transaction = Transaction::Begin(&sql());
  ASSERT_THAT(Insert(1), IsOk());
  {
    auto snapshot = database_->Read();
    ASSERT_THAT(snapshot, IsOk());
    EXPECT_EQ(Number(snapshot->sql(), "SELECT COUNT(*) FROM things"), 0);
  }
  ASSERT_THAT(transaction->Commit(), IsOk());
}

TEST_P(DatabaseContractTest, AFurtherWriterIsSeenByAllOnceItCommits) {
  auto further = database_->OpenWriter(absl::Seconds(5));
  ASSERT_THAT(further, IsOk());
  {
    auto transaction = Transaction::Begin(further->get());
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT((*further)->Execute("INSERT INTO things VALUES (7, 'w', NULL)"), IsOk());
    EXPECT_EQ(Number(database_->Read()->sql(), "SELECT COUNT(*) FROM things"), 0);
    ASSERT_THAT(transaction->Commit(), IsOk());
  }
  EXPECT_EQ(Number(database_->Read()->sql(), "SELECT COUNT(*) FROM things"), 1);
  EXPECT_EQ(Count(), 1);
  further->reset();
  Open();
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseContractTest, AFurtherWriterWaitsForALockNoLongerThanItsPatience) {
  ASSERT_THAT(Insert(1), IsOk());
  auto further = database_->OpenWriter(absl::Milliseconds(50));
  ASSERT_THAT(further, IsOk());
  auto held = Transaction::Begin(&sql());
  ASSERT_THAT(sql().Execute("UPDATE things SET words = 'held'"), IsOk());

  absl::Status refused;
  {
    auto waiting = Transaction::Begin(further->get());
    refused = waiting.status();
    if (refused.ok()) refused = (*further)->Execute("UPDATE things SET words = 'further'");
  }
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kUnavailable, "STORAGE_BUSY"));

  ASSERT_THAT(held->Commit(), IsOk());
  EXPECT_THAT((*further)->Execute("UPDATE things SET words = 'further'"), IsOk());
}

TEST_P(DatabaseContractTest, AllConnectionsAndProcessesReadOneClockThatOnlyCounts) {
  auto further = database_->OpenWriter(absl::Seconds(5));
  const auto first = sql().ReadClock();
  ASSERT_THAT(first, IsOk());
  const auto second = (*further)->ReadClock();
  ASSERT_THAT(second, IsOk());
  const auto third = database_->Read()->sql().ReadClock();
  ASSERT_THAT(third, IsOk());
  further->reset();
  Open();
  const auto fourth = sql().ReadClock();
  ASSERT_THAT(fourth, IsOk());

  EXPECT_FALSE(first->era.empty());
  EXPECT_EQ(second->era, first->era);
  EXPECT_EQ(third->era, first->era);
  EXPECT_EQ(fourth->era, first->era);
  EXPECT_GE(second->micros, first->micros);
  EXPECT_GE(third->micros, second->micros);
  EXPECT_GT(fourth->micros, third->micros);
}

TEST_P(DatabaseContractTest, ASnapshotCannotWrite) {
  auto snapshot = database_->Read();

  EXPECT_FALSE(snapshot->sql().Execute("INSERT INTO things VALUES (1, 'w', NULL)").ok());
}

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::storage
