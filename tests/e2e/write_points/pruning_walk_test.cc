// A process is killed at every point where it writes while it prunes: no key goes without a record,
// no record lies, and the next start finishes what was begun.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/journal/holds.h"
#include "common/journal/journal.h"
#include "common/journal/pruning.h"
#include "common/json/canonical.h"
#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "common/storage/files.h"
#include "tests/e2e/write_points/walk.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {
namespace {

namespace faults = testing::faults;

constexpr std::int64_t kHeld = 1;
constexpr std::int64_t kGone = 2;  // Entries.
constexpr std::size_t kKeySize = 32;

// Each n-th point is tried; `.ci/run` tries more.
std::int64_t Stride() { return faults::StrideOr(4); }

class PruningWalkTest : public ::testing::TestWithParam<faults::Death> {
 protected:
  std::unique_ptr<Journal> Open() {
    Options options = testing::TestJournalOptions(store());
    options.clock = &clock_;
    options.expiry_months = 1;
    auto journal = Journal::Open(std::move(options));
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : nullptr;
  }

  std::string store() const { return root_ / "store"; }
  std::string keys() const { return store() + "/keys"; }

  // Three entries, one of them held, whose month is over by the clock.
  void Prepare() {
    testing::ForgetTestStore(store());
    const int code = faults::InChild([&] {
      const auto journal = Open();
      for (const char* const resource : {"notes/1", "notes/2", "notes/1"}) {
        const auto done = journal->Mutate({.caller = "-", .method = "test"}, [&](Turn& turn) {
          return turn.AddLeaf({.kind = kMutationEntry, .resource = resource}).status();
        });
        EXPECT_TRUE(done.ok()) << done.status();
      }
      EXPECT_TRUE(journal
                      ->Mutate({.caller = "-", .method = "test"},
                               [](Turn& turn) { return PlaceHold(turn, "notes/2").status(); })
                      .ok());
    });
    ASSERT_EQ(code, 0);
    month_ = absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone()) + 1;
    std::filesystem::rename(store(), root_ / "prepared");
    testing::SaveTestStore(store());
    clock_.Advance(absl::Hours(24 * 62));
  }

  // The intent, and a day later the deed. (Of a child: the next one begins at the same time.)
  void Prune() {
    const auto journal = Open();
    const auto pruner = Pruner::Open(journal.get(), keys());
    ASSERT_TRUE(pruner.ok()) << pruner.status();
    for (const absl::Duration wait : {absl::ZeroDuration(), kErasureDelay}) {
      clock_.Advance(wait);
      const auto pruned = (*pruner)->Prune(clock_.Now());
      ASSERT_TRUE(pruned.ok()) << pruned.status();
    }
  }

  std::string KeyFile() const {
    return keys() + "/expires-" + absl::FormatCivilTime(month_) + ".key";
  }

  // The key as it is on the medium; "" if nobody can find it.
  std::string Key() const {
    const auto key = storage::ReadFile(KeyFile());
    return key.ok() ? *key : "";
  }

  // How many entries of a pruning there are, by outcome.
  static std::map<std::string, int> Records(Journal& journal) {
    std::map<std::string, int> records;
    const auto entries = journal.ReadEntries(0, 1000);
    EXPECT_TRUE(entries.ok()) << entries.status();
    for (const Entry& entry : *entries) {
      if (!entry.body) continue;
      const json::Json body = *json::ParseCanonical(*entry.body);
      if (body.value("kind", "") != "PRUNING") continue;
      EXPECT_EQ(body["count"], kGone);
      EXPECT_EQ(body["detail"]["kept"], 1);
      ++records[body["outcome"]];
    }
    return records;
  }

  void ExpectTruth() {
    const auto journal = Open();
    ASSERT_TRUE(journal != nullptr);
    auto records = Records(*journal);
    if (Key() != key_) {
      EXPECT_EQ(records["BEGUN"], 1) << "a key went without a record";
    }
    if (records["DONE"] > 0) {
      EXPECT_EQ(Key(), "") << "the record lies";
    }
  }

  // After the next start, whatever was before it.
  void ExpectDone() {
    const auto journal = Open();
    EXPECT_EQ(storage::ReadFile(KeyFile()).value_or("none"), "");
    EXPECT_FALSE(std::filesystem::exists(KeyFile() + ".destroyed"));
    EXPECT_EQ(Records(*journal), (std::map<std::string, int>{{"BEGUN", 1}, {"DONE", 1}}));
    const auto entries = journal->ReadEntries(0, 1000);
    ASSERT_TRUE(entries.ok()) << entries.status();
    ledger::Tree tree;
    for (const Entry& entry : *entries) {
      EXPECT_EQ(entry.body.has_value(), entry.leaf_index == kHeld || entry.leaf_index > kGone);
      tree.Append(entry.commitment);
    }
    EXPECT_EQ(ledger::RootAt(*journal->Tiles(), journal->head().leaf_count).value(), tree.root());
  }

  const testing::TempDirectory root_;
  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  absl::CivilMonth month_;
  std::string key_;
};

TEST_P(PruningWalkTest, NoKeyGoesWithoutARecordAndNoRecordLies) {
  Prepare();
  std::int64_t kills = 0;
  faults::Walk({.death = GetParam(),
                .stride = Stride(),
                .store = store(),
                .prepare =
                    [&] {
                      std::filesystem::remove_all(store());
                      std::filesystem::copy(root_ / "prepared", store(),
                                            std::filesystem::copy_options::recursive);
                      testing::RestoreTestStore(store());
                      key_ = Key();
                      ASSERT_EQ(key_.size(), kKeySize);
                    },
                .work = [&] { Prune(); },
                .after = {[&] { ExpectTruth(); }, [&] { Prune(); }, [&] { ExpectDone(); }}},
               kills);
  EXPECT_GE(kills * Stride(), 50) << "a pruning writes more than that";
}

INSTANTIATE_TEST_SUITE_P(Walks, PruningWalkTest, faults::EveryDeath(), faults::NameOf);

}  // namespace
}  // namespace comity::journal
