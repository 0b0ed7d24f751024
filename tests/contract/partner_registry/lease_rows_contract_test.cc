#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/storage/database_lease_rows.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const LeaseHolder kA = {.caller = "exchange", .replica = "a"};
const LeaseHolder kB = {.caller = "exchange", .replica = "b"};

class LeaseRowsContractTest : public journal::JournalContract {
 protected:
  LeaseRowsContractTest() { options_.migrations = Migrations(); }

  void SetUp() override { Reopen(); }
  void TearDown() override { rows_.reset(); }

  void Reopen() {
    rows_.reset();
    Open();
    rows_ = OpenRows(*journal_);
  }

  static std::unique_ptr<DatabaseLeaseRows> OpenRows(journal::Journal& journal) {
    auto rows = DatabaseLeaseRows::Open(&journal);
    EXPECT_THAT(rows, IsOk());
    return *std::move(rows);
  }

  void Mutate(const std::string& id) { ASSERT_THAT(journal_->Mutate(Try(), Put(id, "x")), IsOk()); }

  // "caller/replica:confirmed" of all rows but that for whoever was before.
  std::vector<std::string> Holders() {
    std::vector<std::string> holders;
    for (const LeaseRow& row : AllRows()) {
      if (row.holder.caller.empty()) continue;
      holders.push_back(
          absl::StrCat(row.holder.caller, "/", row.holder.replica, ":", row.confirmed));
    }
    return holders;
  }

  std::vector<LeaseRow> AllRows() {
    auto rows = rows_->Read();
    EXPECT_THAT(rows, IsOk());
    std::sort(rows->begin(), rows->end(),
              [](const LeaseRow& a, const LeaseRow& b) { return a.holder < b.holder; });
    return *std::move(rows);
  }

  // What the row for whoever was before has confirmed.
  std::int64_t BeforeConfirmed() {
    std::int64_t confirmed = -1;
    for (const LeaseRow& row : AllRows()) {
      if (row.holder == LeaseHolder{.caller = "", .replica = journal_->head().store_id}) {
        confirmed = row.confirmed;
      }
    }
    return confirmed;
  }

  std::unique_ptr<DatabaseLeaseRows> rows_;
};

TEST_P(LeaseRowsContractTest, RowsAreOneAHolderAndThereAfterARestart) {
  ASSERT_THAT(rows_->Store({{.holder = kA, .confirmed = 3}, {.holder = kB, .confirmed = 4}}),
              IsOk());
  ASSERT_THAT(rows_->Store({{.holder = kA, .confirmed = 5}}), IsOk());
  EXPECT_THAT(Holders(), ElementsAre("exchange/a:5", "exchange/b:4"));

  Reopen();

  EXPECT_THAT(Holders(), ElementsAre("exchange/a:5", "exchange/b:4"));
}

TEST_P(LeaseRowsContractTest, AProgramThatDoesNotKnowSealedContactsOpensNoSuchStore) {
  rows_.reset();
  journal_.reset();
  options_.migrations.resize(1);

  EXPECT_THAT(journal::Journal::Open(options_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "DATABASE_NEWER"));
}

TEST_P(LeaseRowsContractTest, ARowHasAnAgeThatGrowsAlsoOverARestart) {
  ASSERT_THAT(rows_->Store({{.holder = kA}}), IsOk());
  const LeaseRow first = AllRows().back();
  ASSERT_TRUE(first.age.has_value());
  EXPECT_GE(*first.age, absl::ZeroDuration());
  EXPECT_LT(*first.age, absl::Minutes(1));

  Reopen();

  const LeaseRow second = AllRows().back();
  EXPECT_GT(*second.age, *first.age);
  EXPECT_EQ(second.renewed, first.renewed);
}

TEST_P(LeaseRowsContractTest, TheAgeOfARowOfAnotherEraIsNotKnown) {
  ASSERT_THAT(rows_->Store({{.holder = kA}}), IsOk());
  const auto sql = journal_->database().OpenWriter(absl::Seconds(5));
  ASSERT_THAT((*sql)->Execute("UPDATE replica_leases SET era = 'another boot'"), IsOk());

  EXPECT_FALSE(AllRows().back().age.has_value());
}

TEST_P(LeaseRowsContractTest, AStoredRenewalIsAnsweredWithTheRevisionOfThen) {
  EXPECT_EQ(*rows_->Store({{.holder = kA}}), 0);
  Mutate("one");
  Mutate("two");
  EXPECT_EQ(*rows_->Store({{.holder = kA}}), 2);
  EXPECT_EQ(journal_->head().revision, 2) << "a renewal is no mutation";
  EXPECT_EQ(journal_->head().leaf_count, 2) << "nor evidence";
}

TEST_P(LeaseRowsContractTest, OnlyTheVersionThatWasReadIsForgotten) {
  ASSERT_THAT(rows_->Store({{.holder = kA}, {.holder = kB}}), IsOk());
  const std::vector<LeaseRow> read = AllRows();
  ASSERT_THAT(rows_->Store({{.holder = kB}}), IsOk());

  ASSERT_THAT(rows_->Forget(read), IsOk());

  EXPECT_THAT(Holders(), ElementsAre("exchange/b:0"));
}

TEST_P(LeaseRowsContractTest, BeforeANewStoreNobodyWas) {
  EXPECT_EQ(BeforeConfirmed(), kEverything);
  Mutate("one");
  Reopen();
  EXPECT_EQ(BeforeConfirmed(), kEverything);
}

TEST_P(LeaseRowsContractTest, WhoeverWasBeforeAStoreThatHadNoRowsIsWaitedForOnce) {
  Mutate("one");
  const auto sql = journal_->database().OpenWriter(absl::Seconds(5));
  ASSERT_THAT((*sql)->Execute("DELETE FROM replica_leases"), IsOk());

  Reopen();

  EXPECT_EQ(BeforeConfirmed(), 0);
  ASSERT_THAT(rows_->Forget(AllRows()), IsOk());
  EXPECT_EQ(BeforeConfirmed(), kEverything);
  Reopen();
  EXPECT_EQ(BeforeConfirmed(), kEverything) << "the restart knows";
}

TEST_P(LeaseRowsContractTest, ARestoredStoreGivesNoLease) {
  Mutate("one");
  rows_.reset();
  journal_.reset();
  GetParam().save(options_, root_.path());
  Reopen();
  Mutate("two");
  rows_.reset();
  journal_.reset();
  GetParam().restore(options_, root_.path());

  Reopen();

  EXPECT_THAT(rows_->Usable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_THAT(rows_->Store({{.holder = kA}}).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_THAT(Holders(), IsEmpty());
}

TEST_P(LeaseRowsContractTest, RenewalsAndMutationsDoNotHoldEachOtherUp) {
  std::atomic<bool> over = false;
  std::thread writing([&] {
    for (int i = 0; i < 200; ++i) Mutate(absl::StrCat("n", i));
    over = true;
  });
  std::int64_t last = 0;
  while (!over) {
    const auto reached = rows_->Store({{.holder = kA, .confirmed = last}});
    ASSERT_THAT(reached, IsOk());
    EXPECT_GE(*reached, last);
    last = *reached;
  }
  writing.join();
  EXPECT_EQ(*rows_->Store({{.holder = kA}}), 200);
}

INSTANTIATE_TEST_SUITE_P(Backends, LeaseRowsContractTest, journal::AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

// Two processes of one registry.
class SharedLeaseRowsTest : public LeaseRowsContractTest {};

TEST_P(SharedLeaseRowsTest, WhatOneStoresTheOtherHearsOfAndReads) {
  auto second = journal::Journal::Open(options_);
  ASSERT_THAT(second, IsOk());
  const auto others = OpenRows(**second);
  EXPECT_TRUE(others->shared());
  absl::Mutex mutex;
  int heard = 0;
  const auto subscription = others->Subscribe([&] {
    const absl::MutexLock lock(&mutex);
    ++heard;
  });
  const auto hears = [&](int before) {
    const auto more = [&] { return heard > before; };
    const absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&more));
    return heard;
  };
  const int listening = hears(0);

  Mutate("one");
  ASSERT_THAT(rows_->Store({{.holder = kA, .confirmed = 1}}), IsOk());

  hears(listening);
  const auto read = others->Read();
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(std::count_if(read->begin(), read->end(),
                          [](const LeaseRow& row) { return row.holder == kA; }),
            1);
  EXPECT_EQ(*others->Store({{.holder = kB}}), 1)
      << "whether or not its journal has followed, it knows what was committed";
}

TEST_P(SharedLeaseRowsTest, TheRevisionIsReadOnceTheRowIsThereAndNotBefore) {
  ASSERT_THAT(rows_->Store({{.holder = kA}}), IsOk());
  const auto sql = journal_->database().OpenWriter(absl::Seconds(60));
  auto holding = storage::Transaction::Begin(sql->get());
  ASSERT_THAT((*sql)->Execute("UPDATE replica_leases SET confirmed = 0"), IsOk());
  std::int64_t reached = -1;
  std::thread storing([&] { reached = rows_->Store({{.holder = kA}}).value(); });
  const auto& server = comity::testing::PostgresServer::Shared();
  while (server.Run("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") ==
         "0") {
    std::this_thread::yield();
  }

  Mutate("one");
  ASSERT_THAT(holding->Commit(), IsOk());

  storing.join();
  EXPECT_EQ(reached, 1) << "a barrier of then may not have seen the row";
}

INSTANTIATE_TEST_SUITE_P(Backends, SharedLeaseRowsTest,
                         ::testing::Values(journal::PostgresBackend()),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::partner_registry
