#include "common/journal/publication.h"

#include <gtest/gtest.h>

#include <string>

#include "common/ledger/checkpoint.h"
#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::journal {
namespace {

using ledger_files::CosignatureFolder;
using testing::FailsWith;
using testing::IsOkAndHolds;

class PublicationTest : public ::testing::Test {
 protected:
  static PublishedCheckpoint Checkpoint(std::int64_t size, const ledger::NoteSigner& log) {
    const auto root = crypto::Sha256(std::to_string(size));
    return {.size = size,
            .root = root,
            .note = *ledger::SignCheckpoint({.origin = "log/1", .size = size, .root = root}, log)};
  }
  PublishedCheckpoint Checkpoint(std::int64_t size) const { return Checkpoint(size, log_); }
  auto Publish(std::int64_t size) {
    return journal::Publish(path_, Checkpoint(size), log_.verifiers(), &folder_, [this] {
      ++prepared_;
      return absl::OkStatus();
    });
  }
  std::string LineOver(std::int64_t size) const {
    return witness_.Line(ledger::ParseNote(Checkpoint(size).note)->text, absl::FromUnixSeconds(7));
  }
  void Cosign(std::int64_t size) const {
    ASSERT_TRUE(storage::WriteFileAtomically(
                    CosignatureFolder::FileOf(root_.path(), witness_.verifier()), LineOver(size))
                    .ok());
  }
  std::string Cosigned(std::int64_t size) const { return Checkpoint(size).note + LineOver(size); }
  std::string Waiting() const { return *storage::ReadFile(PendingFile(path_)); }
  std::string Published() const { return storage::ReadFile(path_).value_or(""); }

  const testing::TempDirectory root_;
  const std::string path_ = root_ / "checkpoint";
  const ledger::NoteSigner log_ =
      *ledger::NoteSigner::Create("log/1", *crypto::Ed25519Key::FromSeed(std::string(32, 'l')));
  const ledger::CosignatureSigner witness_ = *ledger::CosignatureSigner::Create(
      "witness", *crypto::Ed25519Key::FromSeed(std::string(32, 'w')));
  const CosignatureFolder folder_{*ledger::WitnessPolicy::Create({witness_.verifier()}, 1),
                                  root_.path()};
  int prepared_ = 0;
};

const auto kAwaited = FailsWith(absl::StatusCode::kUnavailable, "WITNESSES_MISSING");

TEST_F(PublicationTest, WhatIsShownStaysUntilItIsCosignedAlsoIfAReplicaHasALargerOne) {
  EXPECT_THAT(Publish(1), kAwaited);
  EXPECT_THAT(Publish(2), kAwaited);
  EXPECT_EQ(Waiting(), Checkpoint(1).note);
  Cosign(1);

  EXPECT_THAT(Publish(2), kAwaited);

  EXPECT_EQ(Published(), Cosigned(1));
  EXPECT_EQ(Waiting(), Checkpoint(2).note);
}

TEST_F(PublicationTest, ASlowReplicaPublishesTheLargerOneOfAnother) {
  EXPECT_THAT(Publish(2), kAwaited);
  EXPECT_THAT(Publish(1), kAwaited);
  Cosign(2);

  EXPECT_THAT(Publish(1), IsOkAndHolds(std::nullopt));

  EXPECT_EQ(Published(), Cosigned(2));
}

TEST_F(PublicationTest, NothingIsTakenBack) {
  Cosign(3);
  EXPECT_THAT(Publish(3), IsOkAndHolds(Cosigned(3)));
  EXPECT_EQ(prepared_, 1);

  Cosign(2);
  EXPECT_THAT(Publish(2), IsOkAndHolds(std::nullopt));

  EXPECT_EQ(Published(), Cosigned(3));
  EXPECT_EQ(prepared_, 1);
}

TEST_F(PublicationTest, WhatHasItsQuorumIsNotCosignedAgain) {
  Cosign(3);
  EXPECT_THAT(Publish(3), IsOkAndHolds(Cosigned(3)));
  Cosign(4);

  EXPECT_THAT(Publish(3), IsOkAndHolds(Cosigned(3)));
}

TEST_F(PublicationTest, WhatAnotherKeyShowedIsReplaced) {
  const auto other =
      *ledger::NoteSigner::Create("log/1", *crypto::Ed25519Key::FromSeed(std::string(32, 'o')));
  for (const std::string& foreign : {Checkpoint(9, other).note, std::string("nothing\n")}) {
    ASSERT_TRUE(storage::WriteFileAtomically(PendingFile(path_), foreign).ok());

    EXPECT_THAT(Publish(2), kAwaited);

    EXPECT_EQ(Waiting(), Checkpoint(2).note);
  }
}

}  // namespace
}  // namespace comity::journal
