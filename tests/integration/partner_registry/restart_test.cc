#include <gmock/gmock.h>

#include "absl/time/clock.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using Stub = v1::PartnerRegistryService::Stub;

TEST(RestartTest, EverythingIsThereAfterwardsByteForByte) {
  RegistryServer server;
  ASSERT_THAT(server.ImportData(), IsOk());
  ASSERT_THAT(server.PublishKey(kTbilisi), IsOk());
  v1::RecordDecisionRequest record;
  record.mutable_decision()->set_kind(v1::DECISION_KIND_AUTHORISATION);
  record.mutable_decision()->set_partner("partners/france");
  record.mutable_decision()->set_valid_from("2026-11-01");
  record.mutable_decision()->set_evidence("letter 12");
  record.mutable_decision()->set_grounds("mutual assistance");
  record.set_request_id("01900000-0000-7000-8000-000000000004");
  const auto decision = Call(&Stub::RecordDecision, server.As(kFrance), record);
  ASSERT_THAT(decision, IsOk());
  v1::GetPartnerStandingRequest standing;
  standing.set_name("partners/armenia");
  standing.set_day("2026-11-23");
  const auto before = Call(&Stub::GetPartnerStanding, server.As(kDesk), standing);
  const std::string store_id = server.application().store().store_id();

  server.Restart();

  EXPECT_EQ(server.application().store().store_id(), store_id);
  const auto after = Call(&Stub::GetPartnerStanding, server.As(kDesk), standing);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->DebugString(), before->DebugString());
  const auto repeated = Call(&Stub::RecordDecision, server.As(kFrance), record);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(repeated->DebugString(), decision->DebugString()) << "grounds were sealed and opened";
  v1::ListKeyStatementsRequest keys;
  keys.set_authority("partners/georgia/authorities/prosecution-service");
  EXPECT_EQ(Call(&Stub::ListKeyStatements, server.As(kDesk), keys)->key_statements_size(), 1);
}

absl::StatusOr<v1::Contact> Suspend(RegistryServer& server,
                                    absl::Duration within = absl::Seconds(10)) {
  v1::SuspendContactRequest suspend;
  suspend.set_name("partners/georgia/contacts/tbilisi-1");
  suspend.set_reason("test");
  suspend.set_request_id("01900000-0000-7000-8000-000000000007");
  return Call(&Stub::SuspendContact, server.As(kOperator), suspend, within);
}

TEST(RestartTest, ABarrierAfterARestartWaitsForNobodyIfNobodyHadALease) {
  RegistryServer server(absl::Minutes(1));
  ASSERT_THAT(server.ImportData(), IsOk());
  server.Restart();

  EXPECT_THAT(Suspend(server), IsOk());
}

TEST(RestartTest, ABarrierAfterARestartWaitsForALeaseOfTheProcessBefore) {
  RegistryServer server(absl::Minutes(1));
  ASSERT_THAT(server.ImportData(), IsOk());
  server.Renew(std::string(32, 'a'), 1);
  server.Restart();
  EXPECT_THAT(Suspend(server, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));

  server.Renew(std::string(32, 'a'), 2);

  EXPECT_THAT(Suspend(server), IsOk()) << "the replica is back and has confirmed";
}

TEST(RestartTest, ALeaseThatRanOutMeanwhileIsNotWaitedForAfterARestart) {
  RegistryServer server(absl::Seconds(3));
  ASSERT_THAT(server.ImportData(), IsOk());
  server.Renew(std::string(32, 'a'), 1);
  const absl::Time renewed = absl::Now();
  server.Restart();

  EXPECT_THAT(Suspend(server), IsOk());

  EXPECT_GT(absl::Now() - renewed, absl::Milliseconds(3900)) << "a lease and a second";
  EXPECT_LT(absl::Now() - renewed, absl::Seconds(8)) << "counted from its renewal";
}

// What a registry is that was restored from a backup, and whose ledger was not succeeded yet.
class RestoredTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(server_.ImportData(), IsOk());
    server_.Stop();
    const journal::Options options = server_.JournalOptions();
    const journal::Backend backend =
        options.database.empty() ? journal::SqliteBackend() : journal::PostgresBackend();
    backend.save(options, folder_.path());
    server_.Start();
    ASSERT_THAT(Suspend(server_), IsOk());
    server_.Stop();
    backend.restore(options, folder_.path());
    server_.Start();
    ASSERT_EQ(server_.application().store().View().revision(), 1) << "the suspension is lost";
  }

  const comity::testing::TempDirectory folder_;
  RegistryServer server_;
};

TEST_F(RestoredTest, NobodyFollowsIt) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kExchange).Replicate(&context);
  v1::ReplicateRequest request;
  request.set_replica_id(std::string(32, '1'));
  request.set_renewal(1);
  stream->Write(request);
  v1::ReplicateResponse response;

  EXPECT_FALSE(stream->Read(&response)) << "neither a lease nor what it knows";
  EXPECT_THAT(rpc::ToAbslStatus(stream->Finish()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

TEST_F(RestoredTest, ItIsReadButAnswersNothingToActOn) {
  v1::GetPartnerRequest get;
  get.set_name("partners/georgia");
  EXPECT_THAT(Call(&Stub::GetPartner, server_.As(kDesk), get), IsOk());

  v1::ListKeyStatementsRequest keys;
  keys.set_authority("partners/georgia/authorities/prosecution-service");
  EXPECT_THAT(Call(&Stub::ListKeyStatements, server_.As(kDesk), keys),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_EQ(Call(&Stub::GetPartner, server_.As(kTbilisi), get).status().code(),
            absl::StatusCode::kFailedPrecondition)
      << "its contact was suspended after the backup";
}

}  // namespace
}  // namespace comity::partner_registry
