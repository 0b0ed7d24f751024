// Receiving: what is not as it was signed is not shown.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/sealing/age_header.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/cades.h"
#include "common/sealing/description.h"
#include "tests/integration/client/pipelines_fixture.h"

namespace comity::client {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
namespace v1 = document_exchange::v1;

class ReceivingTest : public PipelinesTest {
 protected:
  void SetUp() override {
    options_.patience = absl::Seconds(20);
    content_.resize(300'000);
    testing::WriteFile(options_.file, content_);
    ASSERT_THAT(Send(), IsOk());
  }

  void NothingIsShown() {
    EXPECT_FALSE(std::filesystem::exists(folder_ / "received.bin"));
    EXPECT_TRUE(exchange_.confirmations.empty());
  }

  // Signs a changed manifest as the sender would.
  void Resign(const sealing::Manifest& manifest, const std::string& signer_id = kDesk) {
    const std::string folder = folders_[signer_id];
    const auto signer =
        sealing::Signer::FromPem(Read(folder + "/sign.pem"), Read(folder + "/sign.key"));
    exchange_.document.set_manifest(*sealing::BuildManifest(manifest));
    exchange_.document.set_signature(*signer->Sign(exchange_.document.manifest(), absl::Now()));
  }

  sealing::Manifest TheManifest() { return *sealing::ParseManifest(exchange_.document.manifest()); }
};

TEST_F(ReceivingTest, WhatIsNotSeenInANameIsWrittenOutInTheFiles) {
  // A sender whose client is not ours, and no service can read what it sealed.
  const std::string bytes = absl::StrReplaceAll(
      *sealing::BuildDescription({.title = "HERE",
                                  .file_name = "invoiceHEREfdp.exe",
                                  .media_type = "application/pdf",
                                  .content_plaintext_length = 300'000,
                                  .content_plaintext_sha256 = crypto::Sha256(content_)}),
      {{"HERE", "\u202E"}});
  const auto key = sealing::AgeIdentity::ParseFile(Read(folders_[kOne] + "/age.key"));
  std::string sealed;
  for (const v1::RecipientHeader& header : exchange_.submissions[0].headers()) {
    if (header.recipient() != kOne) continue;
    const auto file_key = sealing::OpenHeader(header.description_header(), *key);
    ASSERT_THAT(file_key, IsOk());
    const auto append = [&sealed](absl::string_view part) {
      sealed.append(part.data(), part.size());
      return absl::OkStatus();
    };
    sealing::PayloadSealer sealer(*file_key, sealing::NewPayloadNonce());
    ASSERT_THAT(sealer.Write(bytes, append), IsOk());
    ASSERT_THAT(sealer.Finish(append), IsOk());
  }
  exchange_.description = sealed;
  sealing::Manifest manifest = TheManifest();
  sealing::PayloadDigester digester;
  digester.Update(sealed);
  manifest.description = digester.Peek();
  manifest.description_plaintext_sha256 = crypto::Sha256(bytes);
  Resign(manifest);
  std::filesystem::create_directory(folder_ / "in");

  const auto received = Receive(folder_ / "in/");

  ASSERT_THAT(received, IsOk());
  EXPECT_EQ(received->file, folder_ / "in/invoice[U+202E]fdp.exe");
  EXPECT_EQ(Read(received->file), content_);
}

TEST_F(ReceivingTest, OtherStoredBytesAreNotOpened) {
  exchange_.content[200'000] = static_cast<char>(exchange_.content[200'000] ^ 1);

  EXPECT_THAT(Receive(folder_ / "received.bin"),
              FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_MISMATCH"));

  NothingIsShown();
  EXPECT_EQ(exchange_.releases, 0);
}

TEST_F(ReceivingTest, AManifestOfAnotherSignerIsNotBelieved) {
  Resign(TheManifest(), kTwo);

  EXPECT_THAT(Receive(folder_ / "received.bin"),
              FailsWith(absl::StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));

  NothingIsShown();
}

TEST_F(ReceivingTest, HeadersOfAnotherRecipientAreNotTaken) {
  exchange_.released_to = kTwo;

  EXPECT_THAT(Receive(folder_ / "received.bin"),
              FailsWith(absl::StatusCode::kInvalidArgument, "RECIPIENTS_MISMATCH"));

  NothingIsShown();
}

TEST_F(ReceivingTest, ATextThatWasNotSignedForIsKeptAsEvidenceAndNotShown) {
  sealing::Manifest manifest = TheManifest();
  manifest.description_plaintext_sha256[0] ^= 1;
  Resign(manifest);

  EXPECT_THAT(Receive(folder_ / "received.bin"),
              FailsWith(absl::StatusCode::kDataLoss, "PLAINTEXT_MISMATCH"));

  NothingIsShown();
  const std::string kept = folder_ / absl::StrCat(manifest.document_id, ".mismatch");
  EXPECT_TRUE(std::filesystem::exists(kept + "/description.age"));
  EXPECT_TRUE(std::filesystem::exists(kept + "/content.age"));
}

TEST_F(ReceivingTest, AnInterruptedDownloadGoesOnWhereItWas) {
  const std::string id(absl::StripPrefix(exchange_.document.name(), "documents/"));
  testing::WriteFile(folder_ / absl::StrCat(".", id, ".sealed"),
                     exchange_.content.substr(0, 250'000));

  ASSERT_THAT(Receive(folder_ / "received.bin"), IsOk());

  EXPECT_LT(exchange_.bytes_sent, 60'000);
  EXPECT_EQ(Read(folder_ / "received.bin"), content_);
}

TEST_F(ReceivingTest, WhatAnotherDownloadLeftBehindDoesNotSpoilThis) {
  const std::string id(absl::StripPrefix(exchange_.document.name(), "documents/"));
  testing::WriteFile(folder_ / absl::StrCat(".", id, ".sealed"), std::string(250'000, 'x'));

  ASSERT_THAT(Receive(folder_ / "received.bin"), IsOk());

  EXPECT_EQ(Read(folder_ / "received.bin"), content_);
}

TEST_F(ReceivingTest, TheSendersNameIsUsedWithinAFolderAndNothingIsOverwritten) {
  std::filesystem::create_directory(folder_ / "in");

  const auto received = Receive(folder_ / "in/");

  ASSERT_THAT(received, IsOk());
  EXPECT_EQ(received->file, folder_ / "in/evidence.bin");
  EXPECT_THAT(Receive(folder_ / "in/evidence.bin"),
              FailsWith(absl::StatusCode::kAlreadyExists, "FILE_EXISTS"));
  EXPECT_THAT(Receive(folder_ / "in/"), FailsWith(absl::StatusCode::kAlreadyExists, "FILE_EXISTS"));
}

TEST_F(ReceivingTest, RestrictionsAreSeenFirstAndMayStopIt) {
  const auto session = SessionOf(kOne);
  const auto refused =
      ReceiveDocument(*session, {.document = exchange_.document.name(),
                                 .to = folder_ / "received.bin",
                                 .purpose = "execution",
                                 .before_opening = [](const v1::ReleaseHeadersResponse&) {
                                   return absl::CancelledError("not under these restrictions");
                                 }});

  EXPECT_THAT(refused, testing::StatusIs(absl::StatusCode::kCancelled));
  NothingIsShown();
}

}  // namespace
}  // namespace comity::client
