#include "common/ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/ledger/reference_tree.h"

namespace comity::ledger {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;

NoteSigner Signer(absl::string_view name, char seed = 'l') {
  return *NoteSigner::Create(name, *crypto::Ed25519Key::FromSeed(std::string(32, seed)));
}

constexpr absl::string_view kOrigin = "comity.example/document-exchange/1";

const Checkpoint kCheckpoint{
    .origin = std::string(kOrigin), .size = 20852163, .root = TestCommitment(1)};

TEST(CheckpointTest, HasOriginSizeAndRootOnALineEach) {
  // sha256("1") in base64.
  EXPECT_EQ(FormatCheckpoint(kCheckpoint),
            "comity.example/document-exchange/1\n20852163\n"
            "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=\n");
}

TEST(CheckpointTest, IsParsedAgain) {
  EXPECT_THAT(ParseCheckpoint(FormatCheckpoint(kCheckpoint)), IsOkAndHolds(kCheckpoint));
  const Checkpoint empty{.origin = "log", .size = 0, .root = EmptyRoot()};
  EXPECT_THAT(ParseCheckpoint(FormatCheckpoint(empty)), IsOkAndHolds(empty));
}

TEST(CheckpointTest, WhatIsNotExactlyACheckpointIsRefused) {
  const std::string root = "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=";
  for (const std::string& bad : std::vector<std::string>{
           "",
           "\n",
           "log\n1\n" + root,
           "log\n1\n",
           "log\n1\n" + root + "\nextension\n",
           "log\n1\n" + root + "\n\n",
           "\n1\n" + root + "\n",
           "a log\n1\n" + root + "\n",
           "log\n01\n" + root + "\n",
           "log\n-1\n" + root + "\n",
           "log\n+1\n" + root + "\n",
           "log\n 1\n" + root + "\n",
           "log\n1 \n" + root + "\n",
           "log\n0x1\n" + root + "\n",
           "log\n9223372036854775808\n" + root + "\n",
           "log\n0\n" + root + "\n",
           "log\n1\n" + root.substr(0, 40) + "\n",
           "log\n1\n" + root.substr(0, root.size() - 1) + "\n",
           std::string(5000, 'l') + "\n1\n" + root + "\n",
       }) {
    EXPECT_THAT(ParseCheckpoint(bad),
                FailsWith(absl::StatusCode::kInvalidArgument, "CHECKPOINT_MALFORMED"))
        << bad;
  }
  EXPECT_THAT(ParseCheckpoint("log\n9223372036854775807\n" + root + "\n"), IsOk());
}

TEST(CheckpointTest, OpensWhatTheLogSigned) {
  const NoteSigner log = Signer(kOrigin);
  const auto message = SignCheckpoint(kCheckpoint, log);

  ASSERT_THAT(message, IsOk());
  EXPECT_THAT(OpenCheckpoint(*message, log.verifiers()), IsOkAndHolds(kCheckpoint));
  EXPECT_EQ(*SignCheckpoint(kCheckpoint, log), *message);
}

TEST(CheckpointTest, OpensWhatAWitnessSignedToo) {
  const NoteSigner log = Signer(kOrigin);
  const auto message = Signer("witness.example", 'w').Cosign(*SignCheckpoint(kCheckpoint, log));

  EXPECT_THAT(OpenCheckpoint(*message, log.verifiers()), IsOkAndHolds(kCheckpoint));
}

TEST(CheckpointTest, IsSignedUnderItsOwnOriginOnly) {
  EXPECT_THAT(SignCheckpoint(kCheckpoint, Signer("another")),
              FailsWith(absl::StatusCode::kInvalidArgument, "CHECKPOINT_MALFORMED"));
}

TEST(CheckpointTest, OfAnotherOriginIsRefusedThoughTheKeySignedIt) {
  const NoteSigner log = Signer("another");
  const auto message = log.Sign(FormatCheckpoint(kCheckpoint));

  EXPECT_THAT(OpenCheckpoint(*message, log.verifiers()),
              FailsWith(absl::StatusCode::kInvalidArgument, "ORIGIN_MISMATCH"));
}

TEST(CheckpointTest, OfAnotherOriginIsRefusedThoughKeysOfSeveralLogsSignedIt) {
  const std::string message = *Signer("another").Sign(FormatCheckpoint(kCheckpoint));
  const std::vector<NoteVerifier> known = {Signer(kOrigin).verifier(),
                                           Signer("another").verifier()};

  EXPECT_THAT(OpenCheckpoint(message, known),
              FailsWith(absl::StatusCode::kInvalidArgument, "ORIGIN_MISMATCH"));
  EXPECT_THAT(OpenCheckpoint(*Signer(kOrigin).Cosign(message), known), IsOkAndHolds(kCheckpoint));
}

TEST(CheckpointTest, OfAnotherKeyIsRefused) {
  const auto message = SignCheckpoint(kCheckpoint, Signer(kOrigin, 'x'));

  EXPECT_THAT(OpenCheckpoint(*message, Signer(kOrigin).verifiers()),
              FailsWith(absl::StatusCode::kInvalidArgument, "NOTE_NOT_SIGNED"));
}

}  // namespace
}  // namespace comity::ledger
