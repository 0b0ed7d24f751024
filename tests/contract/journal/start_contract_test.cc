// What a start sees of damage, and what only CheckStore does: a start reads tiles and the entries
// behind the last one, and looks below one tile that it draws.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/journal/entry.h"
#include "common/status/macros.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/contract/journal/tampering.h"

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

  // What a start says: whether it writes.
  absl::Status Start() {
    Open();
    absl::Status writable = journal_ == nullptr ? absl::InternalError("") : journal_->Writable();
    journal_.reset();
    return writable;
  }

  // Without what was published.
  std::vector<std::string> Places() const {
    return PlacesIn(Check({.directory = options_.directory,
                           .database = options_.database,
                           .expiry_keys = options_.expiry_key_directory}));
  }

  struct Damage {
    const char* what;
    Hand hand;
    const char* where;
  };

  // Does each by itself to the saved store: a start says `start`, and the check where it is.
  void ExpectOfEach(const std::vector<Damage>& damages,
                    const ::testing::Matcher<absl::Status>& start) {
    for (const auto& [what, hand, where] : damages) {
      Tamper(options_, hand);

      EXPECT_THAT(Start(), start) << what;
      EXPECT_THAT(Places(), Contains(where)) << what;

      GetParam().restore(options_, root_.path());
    }
  }
};

TEST_P(StartContractTest, SeesWhatIsWrongWithTilesAndWithTheEntriesBehindThem) {
  Write(30, 10);
  ASSERT_THAT(Start(), IsOk());

  ExpectOfEach(
      {{"an entry behind the tiles", FlipEntry("commitment", 299), "entry 299"},
       {"a tile", Flip("SELECT hashes FROM journal_tiles", "UPDATE journal_tiles SET hashes = ?1"),
        "tile 0/0"},
       {"an entry under the only tile", FlipEntry("commitment", 8), "entry 8"},
       {"an entry under it that is gone",
        Executing("DELETE FROM journal_entries WHERE leaf_index = 8"), "entry 8"}},
      FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

TEST_P(StartContractTest, LeavesToTheCheckWhatNeitherTilesNorCommitmentsSay) {
  Write(30, 10);

  ExpectOfEach(
      {{"a sealed body", FlipEntry("sealed", 8), "entry 8"},
       {"a version",
        Flip("SELECT body FROM journal_versions WHERE id = '7'",
             "UPDATE journal_versions SET body = ?1 WHERE id = '7'"),
        "revision 7"},
       {"a time", Executing("UPDATE journal_mutations SET commit_micros = 1 WHERE revision = 7"),
        "revision 7"},
       {"a revision", Executing("DELETE FROM journal_mutations WHERE revision = 7"), "revision 7"}},
      IsOk());
}

// One of four tiles a start: that a hundred starts miss it has a chance of 3 in 10^13.
TEST_P(StartContractTest, LooksBelowOneOfManyTilesEachTime) {
  Write(11, 100);
  Tamper(options_, FlipEntry("commitment", 300));
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
