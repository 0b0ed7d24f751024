// Sending and receiving over real mutual TLS, against services that fail as the tests want.
#include <grpc/grpc.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/client/receive_document.h"
#include "common/client/send_document.h"
#include "common/client/session.h"
#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/evidence.h"
#include "common/sealing/key_statement.h"
#include "common/sealing/manifest.h"
#include "common/sealing/recipients.h"
#include "common/sealing/sealed_document.h"
#include "common/sealing/signer_trust.h"
#include "tests/integration/client/fake_services.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_server.h"

namespace comity::client {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::FakeExchange;
using ::comity::testing::FakeRegistry;
using ::comity::testing::IsOk;
using ::comity::testing::TestServer;
namespace v1 = document_exchange::v1;

constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/fr/desk-1";
constexpr char kOne[] = "spiffe://georgia.example/partner/georgia/contact/c1";
constexpr char kTwo[] = "spiffe://georgia.example/partner/georgia/contact/c2";
constexpr char kAuthority[] = "partners/georgia/authorities/prosecution-service";
constexpr char kRegistryName[] = "comity.partner_registry.v1.PartnerRegistryService";
constexpr char kExchangeName[] = "comity.document_exchange.v1.DocumentExchangeService";
constexpr absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A table that lets everybody with a certificate do everything.
std::string OpenTable(const std::string& service, const std::vector<std::string>& methods) {
  std::map<std::string, std::string> rows;
  for (const std::string& method : methods) {
    const bool stream = method == "UploadPieces" || method == "Download";
    rows[absl::StrCat(service, "/", method)] =
        absl::StrCat("callers = [\"*\"]\nevidence = \"none\"\nadmission = \"",
                     stream ? "bulk" : "write", "\"\n");
  }
  return testing::TableToml({service}, rows);
}

class PipelinesTest : public ::testing::Test {
 protected:
  // Held to the end of the process: the library's own shutdown between tests waits for ten seconds
  // now and then.
  static void SetUpTestSuite() { grpc_init(); }

  PipelinesTest() {
    for (const auto& [name, id] : {std::pair{"desk", kDesk}, {"one", kOne}, {"two", kTwo}}) {
      const std::string folder = pki_.IssueFolder(name, id);
      const sealing::AgeIdentity key = sealing::AgeIdentity::Generate();
      testing::WriteFile(folder + "/age.key", key.ToFile().view());
      folders_[id] = folder;
      Publish(id, key.recipient().ToString(), 1, "");
    }
    registry_.AddOpener(kAuthority, kOne);
    registry_.AddOpener(kAuthority, kTwo);
    options_.file = folder_ / "evidence.bin";
    options_.title = "Bank records";
    options_.authorities = {kAuthority};
    options_.question.set_data_kind(partner_registry::v1::DATA_KIND_OPERATIONAL);
    options_.patience = absl::Seconds(20);
    content_ = crypto::RandomBytes(5'000'000);
    testing::WriteFile(options_.file, content_);
    exchange_.released_to = kOne;
  }

  void Publish(const std::string& holder, const std::string& recipient, std::int64_t serial,
               const std::string& previous) {
    const std::string folder = folders_[holder];
    const auto signer =
        sealing::Signer::FromPem(Read(folder + "/sign.pem"), Read(folder + "/sign.key"));
    ASSERT_THAT(signer, IsOk());
    sealing::KeyStatement statement{.holder = holder,
                                    .age_recipient = recipient,
                                    .serial = serial,
                                    .not_before = absl::Now() - absl::Hours(1),
                                    .not_after = absl::Now() + absl::Hours(24)};
    if (serial > 1) statement.previous_sha256 = crypto::Sha256(previous);
    last_statement_ = *sealing::BuildKeyStatement(statement);
    registry_.Publish(holder, last_statement_, *signer->Sign(last_statement_, absl::Now()));
  }

  std::unique_ptr<Session> SessionOf(const std::string& id) {
    return std::make_unique<Session>(folders_[id],
                                     Endpoints{.trust_domain = "agency.example",
                                               .partner_registry = registry_server_.address(),
                                               .engagement_scheduling = "127.0.0.1:1",
                                               .document_exchange = exchange_server_.address()});
  }

  absl::StatusOr<SentDocument> Send() {
    const auto session = SessionOf(kDesk);
    return SendDocument(*session, options_);
  }

  absl::StatusOr<ReceivedDocument> Receive(const std::string& to) {
    const auto session = SessionOf(kOne);
    return ReceiveDocument(*session, {.document = exchange_.document.name(),
                                      .to = to,
                                      .purpose = "execution of the request",
                                      .keep_sealed = keep_sealed_,
                                      .patience = absl::Seconds(20)});
  }

  // Sends until `bytes` are on the server's disk, and stops there as if the client was killed.
  void SendAPart(std::int64_t bytes) {
    Cancellation cancellation;
    options_.cancellation = &cancellation;
    options_.progress = [&](Stage stage, std::int64_t done, std::int64_t) {
      // On another thread in a program; Cancel may be called from here too.
      if (stage == Stage::kUploading && done >= bytes) cancellation.Cancel();
    };
    EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kCancelled, "CANCELLED_BY_CALLER"));
    options_.cancellation = nullptr;
    options_.progress = nullptr;
  }

  std::size_t UnfinishedUploads() const {
    const std::filesystem::path uploads = folders_.at(kDesk) + "/uploads";
    if (!std::filesystem::exists(uploads)) return 0;
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(uploads), {}));
  }

  testing::TempDirectory folder_;
  testing::TestPki pki_;
  std::map<std::string, std::string> folders_;
  std::string last_statement_;
  FakeRegistry registry_;
  FakeExchange exchange_;
  TestServer registry_server_{
      pki_,
      {.name = "partner-registry",
       .services = {kRegistryName},
       .table = OpenTable(kRegistryName, {"ListKeyStatements"})},
      [this](rpc::GateCore&) -> std::vector<grpc::Service*> { return {&registry_}; }};
  TestServer exchange_server_{
      pki_,
      {.name = "document-exchange",
       .services = {kExchangeName},
       .table = OpenTable(kExchangeName,
                          {"CreateUpload", "GetUpload", "UploadPieces", "SubmitDocument",
                           "GetDocument", "Download", "ReleaseHeaders", "ConfirmRetrieval"})},
      [this](rpc::GateCore&) -> std::vector<grpc::Service*> { return {&exchange_}; }};
  SendOptions options_;
  std::string content_;
  std::string keep_sealed_;
};

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
