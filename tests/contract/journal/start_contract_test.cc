// What a start sees of damage, and what only CheckStore does: a start reads tiles and the entries
// behind the last one, and looks below one tile that it draws.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/entry.h"
#include "common/journal/store_check.h"
#include "common/status/macros.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"
#include "tests/contract/journal/journal_backend.h"

namespace comity::journal {
namespace {

using ::testing::Contains;
using testing::FailsWith;
using testing::IsOk;

class StartContractTest : public JournalContract {
 protected:
  // Mutations with as many entries each; then stopped, with everything published.
  void Write(int mutations, int entries) {
    Open();
    for (int i = 0; i < mutations; ++i) {
      const auto body = [&](Turn& turn) -> absl::Status {
        COMITY_RETURN_IF_ERROR(turn.Put("note", absl::StrCat(turn.revision()), "words"));
        for (int entry = 0; entry < entries; ++entry) {
          COMITY_RETURN_IF_ERROR(turn.AddLeaf({.kind = kMutationEntry}).status());
        }
        return absl::OkStatus();
      };
      ASSERT_THAT(journal_->Mutate(Try(), body), IsOk());
    }
    journal_.reset();
    GetParam().save(options_, root_.path());
  }

  using Hand = std::function<absl::Status(storage::Connection&)>;

  void Tamper(const Hand& hand) const {
    const auto database = options_.database.empty()
                              ? storage::OpenSqlite({.directory = options_.directory})
                              : storage::OpenPostgres({.url = options_.database});
    ASSERT_THAT(database, IsOk());
    ASSERT_THAT(hand((*database)->writer()), IsOk());
  }

  // Flips a bit of the last byte of what `select` (of one blob) finds, and puts it back by
  // `update`.
  static Hand Flip(std::string select, std::string update) {
    return [select = std::move(select),
            update = std::move(update)](storage::Connection& sql) -> absl::Status {
      std::string bytes;
      {
        COMITY_ASSIGN_OR_RETURN(const auto found, sql.Prepare(select));
        COMITY_RETURN_IF_ERROR(found->Step().status());
        bytes = std::string(found->Blob(0));
      }
      bytes.back() = static_cast<char>(bytes.back() ^ 1);
      COMITY_ASSIGN_OR_RETURN(const auto put, sql.Prepare(update));
      return put->BindBlob(1, bytes).Run();
    };
  }
  static Hand FlipEntry(const std::string& column, int leaf_index) {
    const std::string where = absl::StrCat(" WHERE leaf_index = ", leaf_index);
    return Flip(absl::StrCat("SELECT ", column, " FROM journal_entries", where),
                absl::StrCat("UPDATE journal_entries SET ", column, " = ?1", where));
  }
  static Hand Run(std::string text) {
    return [text = std::move(text)](storage::Connection& sql) { return sql.Execute(text); };
  }

  // What a start says: whether it writes.
  absl::Status Start() {
    Open();
    absl::Status writable = journal_ == nullptr ? absl::InternalError("") : journal_->Writable();
    journal_.reset();
    return writable;
  }

  std::vector<std::string> Places() const {
    const auto report = CheckStore({.directory = options_.directory,
                                    .database = options_.database,
                                    .expiry_keys = options_.expiry_key_directory});
    EXPECT_THAT(report, IsOk());
    std::vector<std::string> places;
    for (const Finding& finding : report->findings) places.push_back(finding.where);
    return places;
  }
};

TEST_P(StartContractTest, SeesWhatIsWrongWithTilesAndWithTheEntriesBehindThem) {
  Write(30, 10);
  const struct {
    const char* what;
    Hand hand;
    const char* where;
  } cases[] = {
      {"an entry behind the tiles", FlipEntry("commitment", 299), "entry 299"},
      {"a tile", Flip("SELECT hashes FROM journal_tiles", "UPDATE journal_tiles SET hashes = ?1"),
       "tile 0/0"},
      {"an entry under the only tile", FlipEntry("commitment", 8), "entry 8"},
      {"an entry under it that is gone", Run("DELETE FROM journal_entries WHERE leaf_index = 8"),
       "entry 8"},
  };
  ASSERT_THAT(Start(), IsOk());
  for (const auto& [what, hand, where] : cases) {
    Tamper(hand);

    EXPECT_THAT(Start(),
                FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"))
        << what;
    EXPECT_THAT(Places(), Contains(where)) << what;

    GetParam().restore(options_, root_.path());
  }
}

TEST_P(StartContractTest, LeavesToTheCheckWhatNeitherTilesNorCommitmentsSay) {
  Write(30, 10);
  const struct {
    const char* what;
    Hand hand;
    const char* where;
  } cases[] = {
      {"a sealed body", FlipEntry("sealed", 8), "entry 8"},
      {"a version",
       Flip("SELECT body FROM journal_versions WHERE id = '7'",
            "UPDATE journal_versions SET body = ?1 WHERE id = '7'"),
       "revision 7"},
      {"a time", Run("UPDATE journal_mutations SET commit_micros = 1 WHERE revision = 7"),
       "revision 7"},
      {"a revision", Run("DELETE FROM journal_mutations WHERE revision = 7"), "revision 7"},
  };
  for (const auto& [what, hand, where] : cases) {
    Tamper(hand);

    EXPECT_THAT(Start(), IsOk()) << what;
    EXPECT_THAT(Places(), Contains(where)) << what;

    GetParam().restore(options_, root_.path());
  }
}

// One of four tiles a start: that a hundred starts miss it has a chance of 3 in 10^13.
TEST_P(StartContractTest, LooksBelowOneOfManyTilesEachTime) {
  Write(11, 100);
  Tamper(FlipEntry("commitment", 300));
  EXPECT_THAT(Places(), Contains("entry 300"));
  int starts = 0;
  while (starts < 100 && Start().ok()) ++starts;

  EXPECT_LT(starts, 100);
  // Nobody wrote on: it is found again as it was.
  EXPECT_THAT(Places(), Contains("entry 300"));
}

INSTANTIATE_TEST_SUITE_P(Engines, StartContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
