#include "common/ledger_files/cosignature_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "common/ledger/checkpoint.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::ledger_files {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class CosignatureFolderTest : public ::testing::Test {
 protected:
  static ledger::CosignatureSigner Key(char seed) {
    return *ledger::CosignatureSigner::Create(std::string("witness-") + seed,
                                              *crypto::Ed25519Key::FromSeed(std::string(32, seed)));
  }
  std::string Note(std::int64_t size) const {
    return *ledger::SignCheckpoint(
        {.origin = log_.name(), .size = size, .root = crypto::Sha256("root")}, log_);
  }
  void Leave(const ledger::CosignatureSigner& as, const std::string& content) const {
    std::ofstream(CosignatureFolder::FileOf(folder_.path(), as.verifier())) << content;
  }
  std::string Line(const ledger::CosignatureSigner& witness, const std::string& note) const {
    return witness.Line(ledger::ParseNote(note)->text, absl::FromUnixSeconds(1));
  }

  const testing::TempDirectory folder_;
  const ledger::NoteSigner log_ =
      *ledger::NoteSigner::Create("log/1", *crypto::Ed25519Key::FromSeed(std::string(32, 'l')));
  const ledger::CosignatureSigner a_ = Key('a');
  const ledger::CosignatureSigner b_ = Key('b');
  const ledger::CosignatureSigner c_ = Key('c');
  const ledger::WitnessPolicy policy_ =
      *ledger::WitnessPolicy::Create({a_.verifier(), b_.verifier(), c_.verifier()}, 2);
  const CosignatureFolder collector_{policy_, folder_.path()};
};

TEST_F(CosignatureFolderTest, TheQuorumsCosignaturesCompleteTheNote) {
  Leave(a_, Line(a_, Note(5)));
  Leave(c_, Line(c_, Note(5)));

  const auto cosigned = collector_.Collect(Note(5));

  ASSERT_THAT(cosigned, IsOk());
  EXPECT_THAT(ledger::OpenCheckpoint(*cosigned, log_.verifiers(), policy_), IsOk());
  EXPECT_TRUE(collector_.IsComplete(*cosigned));
  EXPECT_FALSE(collector_.IsComplete(Note(5) + Line(a_, Note(5))));
}

TEST_F(CosignatureFolderTest, OnlyRightSignaturesOfTheirOwnWitnessCount) {
  Leave(a_, Line(a_, Note(5)));
  for (const std::string& wrong :
       {Line(b_, Note(4)), Line(a_, Note(5)), Line(b_, Note(5)) + Line(b_, Note(5)),
        Line(b_, Note(5)) + "x", std::string("x"), std::string(), std::string("\n"),
        Line(c_, Note(5)) + Line(b_, Note(5))}) {
    Leave(b_, wrong);

    EXPECT_THAT(collector_.Collect(Note(5)),
                FailsWith(absl::StatusCode::kUnavailable, "WITNESSES_MISSING"))
        << wrong;
  }
}

}  // namespace
}  // namespace comity::ledger_files
