#include "common/ledger_files/witness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger_files {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ledger::Hash;

constexpr absl::string_view kOrigin = "ledger.example/document-exchange/1";
constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class WitnessTest : public ::testing::Test {
 protected:
  std::string Note(std::int64_t size, const ledger::TestLog& log) const {
    return *ledger::SignCheckpoint(
        {.origin = std::string(kOrigin), .size = size, .root = *ledger::RootAt(log.tiles(), size)},
        log_key_);
  }
  std::string Note(std::int64_t size) const { return Note(size, log_); }
  std::vector<Hash> Proof(std::int64_t first, std::int64_t second) const {
    return *ledger::ProveConsistency(log_.tiles(), first, second);
  }
  absl::StatusOr<std::string> Cosign(const std::string& note, const std::vector<Hash>& proof) {
    return witness_->Cosign(note, proof, log_key_.verifiers(), now_);
  }
  void Open() {
    witness_.reset();
    witness_.emplace(*Witness::Open(folder_ / "seen", key_));
  }
  void SetUp() override { Open(); }

  const testing::TempDirectory folder_;
  const ledger::TestLog log_{600};
  const ledger::NoteSigner log_key_ =
      *ledger::NoteSigner::Create(kOrigin, *crypto::Ed25519Key::FromSeed(std::string(32, 'l')));
  const ledger::CosignatureSigner key_ = *ledger::CosignatureSigner::Create(
      "witness.example", *crypto::Ed25519Key::FromSeed(std::string(32, 'w')));
  const absl::Time now_ = absl::FromUnixSeconds(1793491200);
  std::optional<Witness> witness_;
};

TEST_F(WitnessTest, ItsSignatureSaysWhenItSawTheCheckpoint) {
  const auto line = Cosign(Note(300), {});

  ASSERT_THAT(line, IsOk());
  const auto note = ledger::ParseNote(Note(300) + *line);
  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(key_.verifier().Verify(note->text, note->signatures.back().signature), now_);
}

TEST_F(WitnessTest, ALogThatGrowsIsCosignedAlsoAfterARestart) {
  ASSERT_THAT(Cosign(Note(300), {}), IsOk());
  Open();

  EXPECT_EQ(witness_->Seen(kOrigin).value()->size, 300);
  EXPECT_THAT(Cosign(Note(600), Proof(300, 600)), IsOk());
  EXPECT_THAT(Cosign(Note(600), {}), IsOk());
}

TEST_F(WitnessTest, AnOlderCheckpointIsNotCosigned) {
  ASSERT_THAT(Cosign(Note(600), {}), IsOk());

  EXPECT_THAT(Cosign(Note(599), {}), FailsWith(kInvalid, "CHECKPOINT_STALE"));
  EXPECT_EQ(witness_->Seen(kOrigin).value()->size, 600);
}

TEST_F(WitnessTest, AForkIsNotCosignedAndIsKept) {
  ASSERT_THAT(Cosign(Note(300), {}), IsOk());
  ledger::Checkpoint fork{.origin = std::string(kOrigin), .size = 300, .root = crypto::Sha256("x")};
  const std::string note = *ledger::SignCheckpoint(fork, log_key_);

  EXPECT_THAT(Cosign(note, {}), FailsWith(kInvalid, "CHECKPOINT_FORKED"));
  Open();
  EXPECT_EQ(witness_->Seen(kOrigin).value()->root, *ledger::RootAt(log_.tiles(), 300));
  int kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "seen")) {
    if (entry.path().extension() == ".refused") ++kept;
  }
  EXPECT_EQ(kept, 1);
}

TEST_F(WitnessTest, AProofThatDoesNotShowGrowthIsRefused) {
  ASSERT_THAT(Cosign(Note(300), {}), IsOk());

  EXPECT_THAT(Cosign(Note(600), {}), FailsWith(kInvalid, "PROOF_INVALID"));
  EXPECT_THAT(Cosign(Note(600), Proof(299, 600)), FailsWith(kInvalid, "PROOF_INVALID"));
}

TEST_F(WitnessTest, AnotherKeysCheckpointIsRefused) {
  const auto other =
      *ledger::NoteSigner::Create(kOrigin, *crypto::Ed25519Key::FromSeed(std::string(32, 'o')));
  const std::string note =
      *ledger::SignCheckpoint({.origin = std::string(kOrigin), .size = 1, .root = {}}, other);

  EXPECT_THAT(Cosign(note, {}), FailsWith(kInvalid, "NOTE_NOT_SIGNED"));
}

TEST_F(WitnessTest, ALogThatChangesItsKeyIsStillHeldToWhatWasSeen) {
  ASSERT_THAT(Cosign(Note(300), {}), IsOk());
  const auto next =
      *ledger::NoteSigner::Create(kOrigin, *crypto::Ed25519Key::FromSeed(std::string(32, 'n')));
  const auto note = [&](std::int64_t size, const Hash& root) {
    return *ledger::SignCheckpoint({.origin = std::string(kOrigin), .size = size, .root = root},
                                   next);
  };

  EXPECT_THAT(witness_->Cosign(note(300, crypto::Sha256("x")), {}, next.verifiers(), now_).status(),
              FailsWith(kInvalid, "CHECKPOINT_FORKED"));
  EXPECT_THAT(witness_->Cosign(note(600, *ledger::RootAt(log_.tiles(), 600)), Proof(300, 600),
                               next.verifiers(), now_),
              IsOk());
  EXPECT_EQ(witness_->Seen(kOrigin).value()->size, 600);
}

TEST_F(WitnessTest, ALogThatSignsWithAFurtherKeyIsCosignedByWhoKnowsOne) {
  const auto both = log_key_.With(*crypto::Ed25519Key::FromSeed(std::string(32, 'n')));
  const std::string note = *ledger::SignCheckpoint(
      {.origin = std::string(kOrigin), .size = 300, .root = *ledger::RootAt(log_.tiles(), 300)},
      *both);

  EXPECT_THAT(Cosign(note, {}), IsOk());
}

TEST_F(WitnessTest, ItsMemoryHoldsTheLogsSignatureAndNobodyElses) {
  const std::string wrong = *Cosign(Note(300), {});
  ASSERT_THAT(Cosign(Note(600) + wrong, Proof(300, 600)), IsOk());
  Open();

  EXPECT_EQ(witness_->Seen(kOrigin).value()->size, 600);
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "seen")) {
    if (entry.path().extension() != ".checkpoint") continue;
    const std::string kept = *storage::ReadFile(entry.path().string());
    EXPECT_EQ(ledger::ParseNote(kept)->signatures.size(), 2U);
    EXPECT_THAT(ledger::OpenCheckpoint(kept, log_key_.verifiers()), IsOk());
  }
}

TEST_F(WitnessTest, ADamagedMemoryIsNoEmptyMemory) {
  ASSERT_THAT(Cosign(Note(300), {}), IsOk());
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "seen")) {
    if (entry.path().extension() == ".checkpoint") std::ofstream(entry.path()) << "nothing\n";
  }

  EXPECT_THAT(Cosign(Note(600), {}),
              FailsWith(absl::StatusCode::kDataLoss, "WITNESS_STATE_DAMAGED"));
}

TEST_F(WitnessTest, ASecondProcessOnItsMemoryIsRefused) {
  EXPECT_THAT(Witness::Open(folder_ / "seen", key_).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"));
}

}  // namespace
}  // namespace comity::ledger_files
