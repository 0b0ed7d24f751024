// The ledger over mutual TLS, behind the access table that README.md gives.
#include "common/ledger_service/ledger_service.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/crypto/digest.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"
#include "tests/testing/test_server.h"

namespace comity::ledger_service {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::SizeIs;
namespace v1 = ::comity::ledger::v1;

constexpr char kServiceName[] = "comity.ledger.v1.LedgerService";
constexpr char kAuditor[] = "spiffe://agency.example/agency/auditor/-/auditor-1";
constexpr char kOperator[] = "spiffe://agency.example/agency/operator/-/operator-1";
constexpr char kGeorgia[] = "spiffe://georgia.example/partner/georgia/contact/c1";

class LedgerServiceTest : public ::testing::Test {
 protected:
  LedgerServiceTest() {
    journal::Options options = testing::TestJournalOptions(root_.path());
    options.checkpoint_interval = absl::Milliseconds(1);
    log_ = options.signer->verifier();
    journal_ = *journal::Journal::Open(std::move(options));
    const std::string anybody = "callers = [\"*\"]\nevidence = \"none\"\nadmission = ";
    server_.emplace(
        pki_,
        testing::TestServer::Options{
            .services = {kServiceName},
            .table = testing::TableToml(
                {kServiceName},
                {{"comity.ledger.v1.LedgerService/GetCheckpoint", anybody + "\"read\"\n"},
                 {"comity.ledger.v1.LedgerService/GetInclusionProof", anybody + "\"write\"\n"},
                 {"comity.ledger.v1.LedgerService/GetConsistencyProof", anybody + "\"write\"\n"},
                 {"comity.ledger.v1.LedgerService/GetTile", anybody + "\"write\"\n"},
                 {"comity.ledger.v1.LedgerService/ListEntries",
                  "callers = [\"agency/auditor\", \"agency/dpo\"]\nevidence = "
                  "\"disclosure\"\nadmission = \"write\"\n"}})},
        [this](rpc::GateCore& gate) -> std::vector<grpc::Service*> {
          service_.emplace(rpc::CallGate(&gate, kServiceName), journal_.get());
          return {&*service_};
        });
  }

  // Adds entries until a checkpoint covers `count` of them.
  void AddLeaves(int count) {
    ASSERT_THAT(journal_->Mutate({.caller = "-", .method = "timer/test"},
                                 [count](journal::Turn& turn) {
                                   for (int i = 0; i < count; ++i) {
                                     if (auto leaf = turn.AddLeaf({}); !leaf.ok()) {
                                       return leaf.status();
                                     }
                                   }
                                   return absl::OkStatus();
                                 }),
                IsOk());
    const absl::Time patience = absl::Now() + absl::Seconds(30);
    while (!journal_->CheckpointCovering(journal_->head().leaf_count - 1).ok() &&
           absl::Now() < patience) {
    }
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::string& caller,
                                grpc::Status (v1::LedgerService::Stub::*method)(
                                    grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    rpc::SetDeadline(context, absl::Seconds(20));
    const auto stub = v1::LedgerService::NewStub(server_->Channel(caller));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::ToAbslStatus(status);
    return response;
  }

  const testing::TempDirectory root_;
  testing::TestPki pki_;
  std::optional<ledger::NoteVerifier> log_;
  std::unique_ptr<journal::Journal> journal_;
  std::optional<LedgerService> service_;
  std::optional<testing::TestServer> server_;
};

using Stub = v1::LedgerService::Stub;

TEST_F(LedgerServiceTest, APartnerChecksALeafWithWhatTheServiceServes) {
  AddLeaves(5);
  v1::GetInclusionProofRequest request;
  request.set_leaf_index(3);

  const auto proof = Call(kGeorgia, &Stub::GetInclusionProof, request);

  ASSERT_THAT(proof, IsOk());
  EXPECT_EQ(proof->leaf_index(), 3);
  EXPECT_EQ(proof->checkpoint().tree_size(), 5);
  EXPECT_GT(proof->checkpoint().publish_time().seconds(), 0);
  const auto proven =
      ledger::VerifyTlogProof(proof->tlog_proof(), crypto::ToDigest(proof->commitment()), {*log_});
  ASSERT_THAT(proven, IsOk());
  EXPECT_EQ(proven->index, 3);
  EXPECT_EQ(proof->hashes_size(), 3);
}

TEST_F(LedgerServiceTest, ACheckpointAndItsConsistencyAreServed) {
  EXPECT_THAT(Call(kGeorgia, &Stub::GetCheckpoint, v1::GetCheckpointRequest()),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
  AddLeaves(2);
  const auto first = Call(kGeorgia, &Stub::GetCheckpoint, v1::GetCheckpointRequest());
  AddLeaves(5);
  const auto second = Call(kGeorgia, &Stub::GetCheckpoint, v1::GetCheckpointRequest());
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  v1::GetConsistencyProofRequest request;
  request.set_first_size(first->tree_size());

  const auto proof = Call(kGeorgia, &Stub::GetConsistencyProof, request);

  ASSERT_THAT(proof, IsOk());
  std::vector<ledger::Hash> hashes;
  for (const std::string& hash : proof->hashes()) hashes.push_back(crypto::ToDigest(hash));
  const auto old_head = ledger::OpenCheckpoint(first->note(), {*log_});
  const auto new_head = ledger::OpenCheckpoint(second->note(), {*log_});
  ASSERT_THAT(old_head, IsOk());
  ASSERT_THAT(new_head, IsOk());
  EXPECT_THAT(ledger::VerifyConsistency(hashes, old_head->size, new_head->size, old_head->root,
                                        new_head->root),
              IsOk());
}

TEST_F(LedgerServiceTest, TilesAreServed) {
  AddLeaves(300);
  v1::GetTileRequest request;
  request.set_index(1);

  const auto tile = Call(kGeorgia, &Stub::GetTile, request);

  ASSERT_THAT(tile, IsOk());
  EXPECT_EQ(tile->index(), 1);
  EXPECT_THAT(tile->hashes(), SizeIs(44 * 32));
}

TEST_F(LedgerServiceTest, TheAuditorReadsEntriesAndLeavesOne) {
  AddLeaves(2);
  v1::ListEntriesRequest request;
  request.set_purpose("yearly review");

  const auto page = Call(kAuditor, &Stub::ListEntries, request);

  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->entries_size(), 2);
  EXPECT_EQ(page->next_leaf_index(), 0);
  const v1::Entry& entry = page->entries(1);
  EXPECT_EQ(entry.leaf_index(), 1);
  EXPECT_EQ(entry.revision().number(), 1);
  EXPECT_EQ(entry.revision().store_id(), journal_->head().store_id);
  EXPECT_EQ(crypto::View(ledger::Commitment(entry.salt(), entry.body())), entry.commitment());
  const auto disclosure = journal_->ReadEntry(2);
  ASSERT_THAT(disclosure, IsOk());
  EXPECT_THAT(*disclosure->body, ::testing::HasSubstr(kAuditor));
}

TEST_F(LedgerServiceTest, NobodyElseReadsEntries) {
  AddLeaves(1);
  v1::ListEntriesRequest request;
  request.set_purpose("curiosity");

  for (const char* const caller : {kOperator, kGeorgia}) {
    EXPECT_THAT(Call(caller, &Stub::ListEntries, request),
                FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  }
  EXPECT_EQ(journal_->head().leaf_count, 1);
}

TEST_F(LedgerServiceTest, AReadingWithoutAPurposeIsRefused) {
  EXPECT_THAT(Call(kAuditor, &Stub::ListEntries, v1::ListEntriesRequest()),
              FailsWith(absl::StatusCode::kInvalidArgument, "PURPOSE_REQUIRED"));
}

}  // namespace
}  // namespace comity::ledger_service
