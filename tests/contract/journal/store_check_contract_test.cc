// What CheckStore finds in a store, and what it leaves alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/entry.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/store_check.h"
#include "common/status/macros.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/contract/journal/tampering.h"

namespace comity::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;

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
        return turn.AddLeaf({.kind = kMutationEntry, .revision = turn.revision()}).status();
      };
      ASSERT_THAT(journal_->Mutate(Try(id), body), IsOk());
    }
  }

  // With everything published.
  void Stop() { journal_.reset(); }

  StoreReport CheckIt() const { return Check(TargetOf(options_)); }
  std::vector<std::string> Places() const { return PlacesIn(CheckIt()); }
};

TEST_P(StoreCheckContractTest, FindsNothingInAStoreAsItWasWritten) {
  Write(kEntries);
  ASSERT_THAT(journal_->RecordLeaf([](absl::Time) { return "{\"kind\":\"DISCLOSURE\"}"; }), IsOk());
  Stop();

  const StoreReport report = CheckIt();

  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.head.revision, kEntries);
  EXPECT_EQ(report.head.leaf_count, kEntries + 1);
  EXPECT_EQ(report.versions, kEntries);
  EXPECT_EQ(report.opened, kEntries + 1);
  EXPECT_EQ(report.published, kEntries + 1);
  EXPECT_EQ(report.vouched, kEntries);
  EXPECT_EQ(report.unhashed, 0);
  EXPECT_EQ(report.unvouched, 0);
  EXPECT_GT(report.checkpoints, 0);
}

TEST_P(StoreCheckContractTest, LooksBesideAWritingServiceAndDisturbsNothing) {
  std::atomic<bool> over = false;
  std::jthread writing([&] {
    while (!over) Write(1);
  });
  for (int i = 0; i < 5; ++i) EXPECT_THAT(CheckIt().findings, IsEmpty());
  over = true;
  writing.join();
  Stop();

  EXPECT_THAT(CheckIt().findings, IsEmpty());
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
  const StoreReport both = CheckIt();
  options_.signer = *ledger::NoteSigner::Create(old.name(), *next);
  const StoreReport alone = CheckIt();
  options_.signer =
      *ledger::NoteSigner::Create(old.name(), *crypto::Ed25519Key::FromSeed(std::string(32, 's')));

  const StoreReport strange = CheckIt();

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
    Tamper(options_, Executing(sql));

    EXPECT_THAT(Places(), Contains(where)) << sql;

    GetParam().restore(options_, root_.path());
  }
  EXPECT_THAT(Places(), IsEmpty());
}

// The version `id` gets the body.
absl::Status SetBody(storage::Connection& sql, const std::string& id, const std::string& body) {
  COMITY_ASSIGN_OR_RETURN(const auto update,
                          sql.Prepare("UPDATE journal_versions SET body = ?1 WHERE id = ?2"));
  return update->BindBlob(1, body).BindText(2, id).Run();
}

TEST_P(StoreCheckContractTest, SaysWhichMutationIsNotWhatItsEntryVouchesFor) {
  // More versions than are read at a time; the revisions before and behind must not be blamed.
  constexpr int kMany = 600;
  Write(1);
  ASSERT_THAT(journal_->Mutate(Try(),
                               [](Turn& turn) {
                                 for (int i = 0; i < kMany; ++i) {
                                   const std::string id = absl::StrCat("m", i);
                                   if (auto put = turn.Put("note", id, id); !put.ok()) return put;
                                 }
                                 if (auto gone = turn.Erase("note", "1"); !gone.ok()) return gone;
                                 if (auto put = turn.Put("barrier", "b", ""); !put.ok()) return put;
                                 return turn.AddLeaf({.kind = kMutationEntry}).status();
                               }),
              IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("x", "one")), IsOk());
  ASSERT_THAT(journal_->Mutate(Try(), Put("y", "two")), IsOk());
  ASSERT_THAT(
      journal_->Mutate(Try(),
                       [](Turn& turn) { return turn.AddLeaf({.kind = kMutationEntry}).status(); }),
      IsOk());
  Write(1);
  Stop();
  GetParam().save(options_, root_.path());
  using storage::Connection;
  const struct {
    const char* what;
    Hand hand;
    std::vector<std::string> where;
  } cases[] = {
      {"a byte of a body is flipped",
       [](Connection& sql) { return SetBody(sql, "m599", "m598"); },
       {"revision 2"}},
      {"a body is cut off", [](Connection& sql) { return SetBody(sql, "m0", ""); }, {"revision 2"}},
      {"two bodies of a mutation are swapped",
       [](Connection& sql) {
         COMITY_RETURN_IF_ERROR(SetBody(sql, "m7", "m8"));
         return SetBody(sql, "m8", "m7");
       },
       {"revision 2"}},
      {"two bodies of different mutations are swapped",
       [](Connection& sql) {
         COMITY_RETURN_IF_ERROR(SetBody(sql, "x", "two"));
         return SetBody(sql, "y", "one");
       },
       {"revision 3", "revision 4"}},
      {"a version says that it was erased",
       Executing("UPDATE journal_versions SET body = NULL WHERE id = 'm3'"),
       {"revision 2"}},
      {"what was erased is there again",
       Executing("UPDATE journal_versions SET body = (SELECT v.body FROM journal_versions v "
                 "WHERE v.id = 'b') WHERE body IS NULL"),
       {"revision 2"}},
      {"a version is of another resource",
       Executing("UPDATE journal_versions SET id = 'z' WHERE id = 'x'"),
       {"revision 3"}},
      {"a version is of another kind",
       Executing("UPDATE journal_versions SET kind = 'z' WHERE id = 'x'"),
       {"revision 3"}},
      {"the last version of a mutation is deleted",
       Executing("DELETE FROM journal_versions WHERE id = 'b'"),
       {"revision 2"}},
      {"the only version of a mutation is deleted",
       Executing("DELETE FROM journal_versions WHERE id = 'y'"),
       {"revision 4"}},
      {"a version is added behind the others",
       Executing("INSERT INTO journal_versions SELECT position + 1, kind, 'w', body "
                 "FROM journal_versions WHERE id = 'x'"),
       {"revision 3"}},
      {"a version is added where none was",
       Executing("INSERT INTO journal_versions SELECT 5 * 1048576, kind, id, body "
                 "FROM journal_versions WHERE id = 'x'"),
       {"revision 5"}},
  };
  for (const auto& [what, hand, where] : cases) {
    Tamper(options_, hand);

    EXPECT_EQ(Places(), where) << what;

    GetParam().restore(options_, root_.path());
  }
  EXPECT_THAT(Places(), IsEmpty());
  EXPECT_EQ(CheckIt().vouched, 6);
  EXPECT_EQ(CheckIt().unvouched, 0);
}

TEST_P(StoreCheckContractTest, NamesTheEntryAndNoContent) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("secret-name", "secret-words")), IsOk());
  Stop();
  Tamper(options_, Executing("UPDATE journal_versions SET body = NULL"));

  const StoreReport report = CheckIt();

  ASSERT_EQ(report.found, 1);
  EXPECT_EQ(report.findings.front().where, "revision 1");
  EXPECT_THAT(report.findings.front().what, HasSubstr("entry 0"));
  EXPECT_THAT(report.findings.front().what, Not(HasSubstr("secret")));
}

TEST_P(StoreCheckContractTest, CountsMutationsWhoseEntriesCommitToNoVersions) {
  // As older binaries wrote it: an entry of its own, put under the revision below.
  ASSERT_THAT(journal_->Mutate(Try(), [](Turn& turn) { return turn.Put("note", "a", "1"); }),
              IsOk());
  ASSERT_THAT(journal_->RecordLeaf([](absl::Time time) {
    return FormatEntry({.time = time, .kind = kMutationEntry, .revision = 1});
  }),
              IsOk());
  Write(1);
  Stop();
  Tamper(options_, Executing("UPDATE journal_entries SET revision = 1 WHERE leaf_index = 0"));

  const StoreReport report = CheckIt();

  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.unhashed, 1);
  EXPECT_EQ(report.unvouched, 1);
  EXPECT_EQ(report.vouched, 1);
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
  StoreToCheck without = TargetOf(options_);
  without.expiry_keys = "";

  const auto unopened = CheckStore(without);
  ASSERT_THAT(unopened, IsOk());
  EXPECT_EQ(unopened->unopened, 2);
  EXPECT_EQ(unopened->unvouched, 2);
  EXPECT_TRUE(unopened->ok());

  const auto keys = ExpiryKeys::Open(options_.expiry_key_directory);
  ASSERT_THAT(keys, IsOk());
  const absl::CivilMonth month =
      absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone()) + options_.expiry_months;
  ASSERT_THAT((*keys)->Destroy(month), IsOk());
  EXPECT_EQ(CheckIt().pruned, 2);
  EXPECT_EQ(CheckIt().unvouched, 2);
  EXPECT_EQ(CheckIt().vouched, 0);
  EXPECT_TRUE(CheckIt().ok());
}

TEST_P(StoreCheckContractTest, IsNoProofWhereThereIsNothing) {
  Stop();
  GetParam().drop(options_);

  EXPECT_THAT(CheckStore(TargetOf(options_)),
              FailsWith(absl::StatusCode::kNotFound, "STORE_MISSING"));

  StoreToCheck other = TargetOf(options_);
  other.expiry_keys = root_ / "no-keys";
  EXPECT_THAT(CheckStore(other), FailsWith(absl::StatusCode::kNotFound, "KEYS_MISSING"));
  EXPECT_FALSE(std::filesystem::exists(other.expiry_keys));
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreCheckContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
