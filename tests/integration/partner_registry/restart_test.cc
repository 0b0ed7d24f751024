#include <gmock/gmock.h>

#include "absl/time/clock.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

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

TEST(RestartTest, ABarrierAfterARestartWaitsForLeasesOfTheProcessBefore) {
  RegistryServer server(absl::Seconds(3));
  ASSERT_THAT(server.ImportData(), IsOk());
  server.Restart();
  v1::SuspendContactRequest suspend;
  suspend.set_name("partners/georgia/contacts/tbilisi-1");
  suspend.set_reason("test");
  const absl::Time before = absl::Now();

  EXPECT_THAT(Call(&Stub::SuspendContact, server.As(kOperator), suspend), IsOk());

  EXPECT_GE(absl::Now() - before, absl::Seconds(2));
}

}  // namespace
}  // namespace comity::partner_registry
