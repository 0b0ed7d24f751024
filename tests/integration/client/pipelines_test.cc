// Sending, and the way there and back.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/sealing/age_header.h"
#include "common/sealing/evidence.h"
#include "common/sealing/recipients.h"
#include "tests/integration/client/pipelines_fixture.h"

namespace comity::client {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::FakeExchange;
using ::comity::testing::IsOk;
namespace v1 = document_exchange::v1;

TEST_F(PipelinesTest, WhatIsSentIsReceivedVerifiedAndConfirmed) {
  keep_sealed_ = folder_ / "sealed";

  const auto sent = Send();
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->recipients, (std::vector<std::string>{kDesk, kOne, kTwo}));
  EXPECT_EQ(sent->verdicts.size(), 1U);
  EXPECT_EQ(UnfinishedUploads(), 0U);
  const auto received = Receive(folder_ / "received.bin");

  ASSERT_THAT(received, IsOk());
  EXPECT_EQ(Read(folder_ / "received.bin"), content_);
  EXPECT_EQ(received->description.title, "Bank records");
  EXPECT_EQ(received->description.file_name, "evidence.bin");
  EXPECT_EQ(received->manifest.sender, kDesk);
  EXPECT_EQ(received->retrieval.kind(), v1::STATEMENT_KIND_RETRIEVAL);
  ASSERT_EQ(exchange_.confirmations.size(), 1U);
  const auto confirmation =
      sealing::ParseRetrievalConfirmation(exchange_.confirmations[0].confirmation());
  ASSERT_THAT(confirmation, IsOk());
  EXPECT_EQ(confirmation->recipient, kOne);
  EXPECT_EQ(confirmation->content_plaintext_sha256, crypto::Sha256(content_));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "sealed/content.age"));
  EXPECT_EQ(Read(folder_ / "sealed/manifest.json"), exchange_.document.manifest());
  // Nothing sealed or half opened is left beside the file.
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_NE(entry.path().filename().string().front(), '.') << entry.path();
  }
}

TEST_F(PipelinesTest, EveryRecipientGetsItsOwnVerifiableHeaders) {
  ASSERT_THAT(Send(), IsOk());

  const auto manifest = sealing::ParseManifest(exchange_.document.manifest());
  ASSERT_THAT(manifest, IsOk());
  ASSERT_EQ(exchange_.submissions[0].headers_size(), 3);
  for (const v1::RecipientHeader& header : exchange_.submissions[0].headers()) {
    sealing::RecipientProof proof{.salt = header.salt(), .leaf_index = header.leaf_index()};
    for (const std::string& hash : header.path()) proof.path.push_back(crypto::ToDigest(hash));
    EXPECT_THAT(sealing::VerifyRecipient(
                    {header.recipient(), header.content_header(), header.description_header()},
                    proof, manifest->recipients_root, manifest->recipients_size),
                IsOk());
    const auto key =
        sealing::AgeIdentity::ParseFile(Read(folders_[header.recipient()] + "/age.key"));
    EXPECT_THAT(sealing::OpenHeader(header.content_header(), *key), IsOk());
  }
}

TEST_F(PipelinesTest, BrokenStreamsAreGoneOnWithWhereTheyBroke) {
  exchange_.cut_streams_after = 1'500'000;

  ASSERT_THAT(Send(), IsOk());
  EXPECT_LT(exchange_.bytes_received, 6'500'000);
  ASSERT_THAT(Receive(folder_ / "received.bin"), IsOk());

  EXPECT_EQ(Read(folder_ / "received.bin"), content_);
  EXPECT_LT(exchange_.bytes_sent, 5'300'000);
}

TEST_F(PipelinesTest, ARestartedClientSendsOnlyTheRest) {
  SendAPart(2'000'000);
  const auto before = exchange_.uploads;
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(UnfinishedUploads(), 1U);
  const std::string document_id = before.begin()->second.request.document_id();
  exchange_.bytes_received = 0;

  const auto sent = Send();

  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->document.name(), absl::StrCat("documents/", document_id));
  EXPECT_LT(exchange_.bytes_received, 3'500'000);
  ASSERT_THAT(Receive(folder_ / "received.bin"), IsOk());
  EXPECT_EQ(Read(folder_ / "received.bin"), content_);
}

TEST_F(PipelinesTest, AChangedFileIsNeverSentUnderTheOldKeys) {
  SendAPart(1);
  const FakeExchange::StoredUpload before = exchange_.uploads.begin()->second;
  // What was sent before it was cut off must not reach it.
  ASSERT_LT(before.content.size(), 4'900'000U);
  content_.back() = static_cast<char>(content_.back() ^ 1);
  testing::WriteFile(options_.file, content_);

  const auto sent = Send();

  ASSERT_THAT(sent, IsOk());
  EXPECT_NE(sent->document.name(), absl::StrCat("documents/", before.request.document_id()));
  // The pieces before the change were the same; of the changed one nothing came.
  ASSERT_EQ(exchange_.uploads.size(), 1U);
  EXPECT_LT(exchange_.uploads.begin()->second.content.size(), content_.size());
  EXPECT_NE(exchange_.content.substr(0, 100'000), before.content.substr(0, 100'000));
  ASSERT_THAT(Receive(folder_ / "received.bin"), IsOk());
  EXPECT_EQ(Read(folder_ / "received.bin"), content_);
}

TEST_F(PipelinesTest, ALostAnswerToSubmitMakesNoSecondDocument) {
  exchange_.lose_answers_to_submit = 8;

  ASSERT_THAT(Send(), IsOk());

  EXPECT_EQ(exchange_.submissions.size(), 1U);
}

TEST_F(PipelinesTest, AClientThatDiedAfterSubmittingFindsItsDocument) {
  exchange_.lose_answers_to_submit = 1'000'000;
  options_.patience = absl::Seconds(2);
  EXPECT_FALSE(Send().ok());
  exchange_.lose_answers_to_submit = 0;

  const auto sent = Send();

  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->document.name(), exchange_.document.name());
  EXPECT_EQ(exchange_.submissions.size(), 1U);
  EXPECT_EQ(UnfinishedUploads(), 0U);
}

TEST_F(PipelinesTest, ARefusedTransferSealsAndLeavesNothing) {
  exchange_.refuse_transfer = true;

  EXPECT_THAT(Send(), FailsWith(kPrecondition, "TRANSFER_NOT_PERMITTED"));

  EXPECT_EQ(UnfinishedUploads(), 0U);
  EXPECT_TRUE(exchange_.uploads.empty());
}

TEST_F(PipelinesTest, WhatIsNotSeenIsRefusedBeforeAnythingIsSent) {
  options_.title = "Bank records \u202Efdp";
  EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kInvalidArgument, "DESCRIPTION_INVALID"));
  options_.title = "Bank records";
  options_.question.mutable_purpose()->set_stage("investi\u200Bgation");
  EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kInvalidArgument, "MANIFEST_INVALID"));

  EXPECT_TRUE(exchange_.uploads.empty());
  EXPECT_EQ(UnfinishedUploads(), 0U);
}

TEST_F(PipelinesTest, AQuestionIsNoAttempt) {
  options_.validate_only = true;

  const auto answer = Send();

  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdicts.size(), 1U);
  EXPECT_TRUE(exchange_.uploads.empty());
  EXPECT_EQ(UnfinishedUploads(), 0U);
}

TEST_F(PipelinesTest, NobodyIsSentWhatNobodyThereCanOpen) {
  options_.authorities = {"partners/panama/authorities/prosecution-service"};

  EXPECT_THAT(Send(), FailsWith(kPrecondition, "NO_RECIPIENT_KEY"));
}

TEST_F(PipelinesTest, NobodyButContactsOfItsPartnerOpensForAnAuthority) {
  for (const std::string outsider : {"spiffe://agency.example/partner/moldova/contact/c1",
                                     "spiffe://agency.example/agency/desk-officer/fr/desk-2",
                                     "spiffe://agency.example/service/partner-registry"}) {
    folders_[outsider] = pki_.IssueFolder("outsider", outsider);
    Publish(outsider, sealing::AgeIdentity::Generate().recipient().ToString(), 1, "");
    const std::string authority = absl::StrCat("partners/georgia/authorities/a", folders_.size());
    registry_.AddOpener(authority, kOne);
    registry_.AddOpener(authority, outsider);
    options_.authorities = {authority};

    EXPECT_THAT(Send(), FailsWith(kPrecondition, "OPENER_OF_ANOTHER")) << outsider;
  }

  EXPECT_TRUE(exchange_.uploads.empty());
  EXPECT_EQ(UnfinishedUploads(), 0U);
}

TEST_F(PipelinesTest, AChangedKeyIsToldAndAForgedOneRefused) {
  const std::string recipient = sealing::AgeIdentity::Generate().recipient().ToString();
  Publish(kTwo, recipient, 1, "");
  const std::string first = last_statement_;
  ASSERT_THAT(Send(), IsOk());
  std::vector<std::string> warnings;
  options_.warn = [&](const std::string& warning) { warnings.push_back(warning); };

  Publish(kTwo, recipient, 2, first);
  ASSERT_THAT(Send(), IsOk());
  EXPECT_EQ(warnings.size(), 1U);

  Publish(kTwo, sealing::AgeIdentity::Generate().recipient().ToString(), 1, "");
  EXPECT_THAT(Send(), FailsWith(kPrecondition, "KEY_PIN_BROKEN"));
}

}  // namespace
}  // namespace comity::client
