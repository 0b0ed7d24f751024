#pragma once

#include <grpc/grpc.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/client/receive_document.h"
#include "common/client/send_document.h"
#include "common/client/session.h"
#include "common/crypto/random.h"
#include "common/sealing/age_key.h"
#include "common/sealing/cades.h"
#include "common/sealing/key_statement.h"
#include "common/sealing/manifest.h"
#include "tests/integration/client/fake_services.h"
#include "tests/testing/read_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_server.h"

// Sending and receiving over real mutual TLS, against services that fail as the tests want.
namespace comity::client {

inline constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/fr/desk-1";
inline constexpr char kOne[] = "spiffe://georgia.example/partner/georgia/contact/c1";
inline constexpr char kTwo[] = "spiffe://georgia.example/partner/georgia/contact/c2";
inline constexpr char kAuthority[] = "partners/georgia/authorities/prosecution-service";
inline constexpr char kRegistryName[] = "comity.partner_registry.v1.PartnerRegistryService";
inline constexpr char kExchangeName[] = "comity.document_exchange.v1.DocumentExchangeService";
inline constexpr absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;

using testing::Read;

// A table that lets everybody with a certificate do everything.
inline std::string OpenTable(const std::string& service, const std::vector<std::string>& methods) {
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
    ASSERT_THAT(signer, testing::IsOk());
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
    EXPECT_THAT(Send(), testing::FailsWith(absl::StatusCode::kCancelled, "CANCELLED_BY_CALLER"));
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
  testing::FakeRegistry registry_;
  testing::FakeExchange exchange_;
  testing::TestServer registry_server_{
      pki_,
      {.name = "partner-registry",
       .services = {kRegistryName},
       .table = OpenTable(kRegistryName, {"ListKeyStatements"})},
      [this](rpc::GateCore&) -> std::vector<grpc::Service*> { return {&registry_}; }};
  testing::TestServer exchange_server_{
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

}  // namespace comity::client
