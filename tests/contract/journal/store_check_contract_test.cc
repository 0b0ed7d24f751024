// What CheckStore finds in a store, and what it leaves alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/store_check.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"
#include "tests/contract/journal/journal_backend.h"

namespace comity::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::IsOk;

class StoreCheckContractTest : public JournalContract {
 protected:
  // More than one tile of entries, in as many revisions.
  static constexpr std::int64_t kEntries = 300;

  StoreCheckContractTest() { Open(); }

  void Write(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string id = absl::StrCat(journal_->head().revision + 1);
      const auto body = [id](Turn& turn) {
        turn.SetResource("notes/" + id);
        if (absl::Status put = turn.Put("note", id, "words"); !put.ok()) return put;
        return turn.AddLeaf(absl::StrCat("{\"revision\":", turn.revision(), "}")).status();
      };
      ASSERT_THAT(journal_->Mutate(Try(id), body), IsOk());
    }
  }

  // With everything published.
  void Stop() { journal_.reset(); }

  StoreToCheck Target() const {
    return {.directory = options_.directory,
            .database = options_.database,
            .expiry_keys = options_.expiry_key_directory,
            .publication = options_.publication_directory,
            .keys = options_.signer->verifiers()};
  }

  StoreReport Check() const {
    const auto report = CheckStore(Target());
    EXPECT_THAT(report, IsOk());
    return report.value_or(StoreReport());
  }

  std::vector<std::string> Places() const {
    std::vector<std::string> places;
    for (const Finding& finding : Check().findings) places.push_back(finding.where);
    return places;
  }

  // What other hands do to a stopped store.
  void Tamper(const std::string& sql) const {
    const auto database = options_.database.empty()
                              ? storage::OpenSqlite({.directory = options_.directory})
                              : storage::OpenPostgres({.url = options_.database});
    ASSERT_THAT(database, IsOk());
    ASSERT_THAT((*database)->writer().Execute(sql), IsOk());
  }
};

TEST_P(StoreCheckContractTest, FindsNothingInAStoreAsItWasWritten) {
  Write(kEntries);
  ASSERT_THAT(journal_->RecordLeaf([](absl::Time) { return "{\"kind\":\"DISCLOSURE\"}"; }), IsOk());
  Stop();

  const StoreReport report = Check();

  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.head.revision, kEntries);
  EXPECT_EQ(report.head.leaf_count, kEntries + 1);
  EXPECT_EQ(report.versions, kEntries);
  EXPECT_EQ(report.opened, kEntries + 1);
  EXPECT_EQ(report.published, kEntries + 1);
  EXPECT_GT(report.checkpoints, 0);
}

TEST_P(StoreCheckContractTest, LooksBesideAWritingServiceAndDisturbsNothing) {
  std::atomic<bool> over = false;
  std::jthread writing([&] {
    while (!over) Write(1);
  });
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Check().findings, IsEmpty());
  over = true;
  writing.join();
  Stop();

  EXPECT_THAT(Check().findings, IsEmpty());
}

TEST_P(StoreCheckContractTest, CountsCheckpointsOfBeforeAChangeOfKeysUnlessTheOldKeyIsAtHand) {
  const ledger::NoteSigner old = *options_.signer;
  const auto next = crypto::Ed25519Key::FromSeed(std::string(32, 'n'));
  Write(1);
  Stop();
  options_.signer = *old.With(*next);
  Open();
  Write(1);
  Stop();
  const StoreReport both = Check();
  options_.signer = *ledger::NoteSigner::Create(old.name(), *next);
  const StoreReport alone = Check();
  options_.signer =
      *ledger::NoteSigner::Create(old.name(), *crypto::Ed25519Key::FromSeed(std::string(32, 's')));

  const StoreReport strange = Check();

  EXPECT_THAT(both.findings, IsEmpty());
  EXPECT_EQ(both.unverified, 0);
  EXPECT_THAT(alone.findings, IsEmpty());
  EXPECT_EQ(alone.unverified, 1);
  EXPECT_EQ(strange.unverified, strange.checkpoints);
  EXPECT_EQ(strange.findings.front().where, "journal_checkpoints");
}

TEST_P(StoreCheckContractTest, SaysWhereAStoreIsNotAsItWasWritten) {
  Write(kEntries);
  Stop();
  GetParam().save(options_, root_.path());
  const struct {
    std::string sql;
    std::string where;
  } cases[] = {
      {"DELETE FROM journal_mutations WHERE revision = 7", "revision 7"},
      {"DELETE FROM journal_mutations WHERE revision = 300", "journal_head"},
      {"UPDATE journal_mutations SET commit_micros = 1 WHERE revision = 9", "revision 9"},
      {"UPDATE journal_versions SET position = position + 1 WHERE id = '5'", "revision 5"},
      {"UPDATE journal_versions SET position = position + 1048576 * 1000 WHERE id = '5'",
       "revision 1005"},
      {"UPDATE journal_requests SET revision = 5000 WHERE revision = 4", "revision 5000"},
      {"UPDATE journal_head SET leaf_count = 299", "journal_head"},
      {"DELETE FROM journal_entries WHERE leaf_index = 299", "journal_head"},
      {"DELETE FROM journal_entries WHERE leaf_index = 8", "entry 8"},
      {"UPDATE journal_entries SET revision = 30 WHERE leaf_index = 8", "entry 8"},
      {"UPDATE journal_entries SET revision = 5000 WHERE leaf_index = 8", "entry 8"},
      {"UPDATE journal_entries SET commit_micros = 1 WHERE leaf_index = 8", "entry 8"},
      {"UPDATE journal_entries SET commitment = (SELECT e.commitment FROM journal_entries e WHERE "
       "e.leaf_index = 3) WHERE leaf_index = 8",
       "entry 8"},
      {"UPDATE journal_entries SET sealed = (SELECT e.sealed FROM journal_entries e WHERE "
       "e.leaf_index = 3) WHERE leaf_index = 8",
       "entry 8"},
      {"UPDATE journal_entries SET commitment = sealed WHERE leaf_index = 8", "journal_entries"},
      {"UPDATE journal_tiles SET hashes = (SELECT commitment FROM journal_entries WHERE "
       "leaf_index = 0)",
       "tile 0/0"},
      {"DELETE FROM journal_tiles", "tile 0/0"},
      {"UPDATE journal_tiles SET tile_index = 1", "tile 0/0"},
      {"INSERT INTO journal_tiles SELECT 1, 0, hashes FROM journal_tiles", "journal_tiles"},
      {"UPDATE journal_checkpoints SET root = (SELECT commitment FROM journal_entries WHERE "
       "leaf_index = 0) WHERE size = 300",
       "checkpoint 300"},
      {"UPDATE journal_checkpoints SET note = (SELECT note FROM journal_checkpoints c ORDER BY "
       "size "
       "LIMIT 1) WHERE size = 300",
       "checkpoint 300"},
      {"UPDATE journal_checkpoints SET note = 'x' WHERE size = 300", "checkpoint 300"},
      {"UPDATE journal_checkpoints SET size = 400 WHERE size = 300", "journal_checkpoints"},
  };
  for (const auto& [sql, where] : cases) {
    Tamper(sql);

    EXPECT_THAT(Places(), Contains(where)) << sql;

    GetParam().restore(options_, root_.path());
  }
  EXPECT_THAT(Places(), IsEmpty());
}

TEST_P(StoreCheckContractTest, MissesWhatWasPublishedAndIsGone) {
  Write(3);
  Stop();
  GetParam().save(options_, root_.path());
  Open();
  Write(3);
  Stop();
  GetParam().restore(options_, root_.path());

  EXPECT_THAT(Places(), ElementsAre("publication"));
}

TEST_P(StoreCheckContractTest, CountsEntriesThatWerePrunedOrHaveNoKeyAtHand) {
  Write(2);
  Stop();
  StoreToCheck without = Target();
  without.expiry_keys = "";

  const auto unopened = CheckStore(without);
  ASSERT_THAT(unopened, IsOk());
  EXPECT_EQ(unopened->unopened, 2);
  EXPECT_TRUE(unopened->ok());

  const auto keys = ExpiryKeys::Open(options_.expiry_key_directory);
  ASSERT_THAT(keys, IsOk());
  const absl::CivilMonth month =
      absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone()) + options_.expiry_months;
  ASSERT_THAT((*keys)->Destroy(month), IsOk());
  EXPECT_EQ(Check().pruned, 2);
  EXPECT_TRUE(Check().ok());
}

TEST_P(StoreCheckContractTest, IsNoProofWhereThereIsNothing) {
  Stop();
  GetParam().drop(options_);

  EXPECT_THAT(CheckStore(Target()), FailsWith(absl::StatusCode::kNotFound, "STORE_MISSING"));

  StoreToCheck other = Target();
  other.expiry_keys = root_ / "no-keys";
  EXPECT_THAT(CheckStore(other), FailsWith(absl::StatusCode::kNotFound, "KEYS_MISSING"));
  EXPECT_FALSE(std::filesystem::exists(other.expiry_keys));
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreCheckContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
