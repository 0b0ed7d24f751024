// The signed snapshot of a real registry, and a replica that starts from it.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/crypto/digest.h"
#include "common/facts_csv/facts_csv.h"
#include "common/facts_csv/json_lines.h"
#include "common/ids/uuid.h"
#include "common/registry_replica/replica.h"
#include "common/registry_snapshot/snapshot_files.h"
#include "common/registry_snapshot/snapshot_folder.h"
#include "common/sealing/registry_snapshot.h"
#include "services/partner-registry/transport/signed_snapshot.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Stub = v1::PartnerRegistryService::Stub;

constexpr char kRegistry[] = "spiffe://agency.example/service/partner-registry";
constexpr char kAuditor[] = "spiffe://agency.example/agency/auditor/-/a1";
constexpr char kGrounds[] = "grounds that are nobody else's business";

struct Received {
  std::string facts;
  std::string statement;
  std::string signature;
  std::size_t largest = 0;
};

class SnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<Received> Get(const std::string& caller, int valid_hours = 0,
                               const std::string& purpose = "a replica in a new site") {
    v1::GetSnapshotRequest request;
    request.set_valid_hours(valid_hours);
    request.set_purpose(purpose);
    grpc::ClientContext context;
    RegistryServer::Prepare(context);
    const auto reader = server_.ReportsAs(caller).GetSnapshot(&context, request);
    Received received;
    v1::GetSnapshotResponse part;
    while (reader->Read(&part)) {
      received.largest = std::max(received.largest, part.facts().size());
      received.facts += part.facts();
      received.statement = part.statement();
      received.signature = part.signature();
    }
    if (const grpc::Status status = reader->Finish(); !status.ok()) {
      return rpc::ToAbslStatus(status);
    }
    return received;
  }

  // Saves a snapshot, and returns where.
  std::string Save() {
    std::string path = folder_ / "snapshot";
    const auto received = Get(kExchange);
    EXPECT_THAT(received, IsOk());
    auto folder = registry_snapshot::SnapshotFolder::Create(path);
    EXPECT_THAT(folder, IsOk());
    EXPECT_THAT(folder->Append(received->facts), IsOk());
    const absl::Time now = absl::Now();
    EXPECT_THAT(folder->Finish(received->statement, received->signature,
                               registry_snapshot::SignedBy(kRegistry, &verifier_, now), now),
                IsOk());
    return path;
  }

  void Suspend() {
    v1::SuspendContactRequest suspend;
    suspend.set_name("partners/panama/contacts/panama-1");
    suspend.set_reason("test");
    ASSERT_THAT(Call(&Stub::SuspendContact, server_.As(kOperator), suspend), IsOk());
  }

  // A change that withdraws nothing.
  void Reinstate() {
    v1::ReinstateContactRequest reinstate;
    reinstate.set_name("partners/panama/contacts/panama-1");
    reinstate.set_reason("test");
    ASSERT_THAT(Call(&Stub::ReinstateContact, server_.As(kOperator), reinstate), IsOk());
  }

  // The facts of a replica's snapshot over the wire.
  std::vector<v1::Fact> Replicated() {
    grpc::ClientContext context;
    RegistryServer::Prepare(context);
    const auto stream = server_.As(kExchange).Replicate(&context);
    v1::ReplicateRequest request;
    request.set_replica_id(std::string(32, 'a'));
    stream->Write(request);
    std::vector<v1::Fact> facts;
    v1::ReplicateResponse response;
    do {
      EXPECT_TRUE(stream->Read(&response));
      for (v1::Change& change : *response.mutable_changes()) {
        for (v1::Fact& fact : *change.mutable_facts()) facts.push_back(std::move(fact));
      }
    } while (!response.has_bookmark());
    context.TryCancel();
    (void)stream->Finish();
    return facts;
  }

  const testing::TempDirectory folder_;
  RegistryServer server_;
  const identity::ChainVerifier verifier_{server_.pki().bundles()};
};

TEST_F(SnapshotTest, HasNothingThatWasRetracted) {
  const auto before = Get(kOperator);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(before->facts, HasSubstr("partners/georgia/instruments/cooperation-agreement"));
  v1::RetractInstrumentRequest retract;
  retract.set_name("partners/georgia/instruments/cooperation-agreement");
  retract.set_evidence("note");
  ASSERT_THAT(Call(&Stub::RetractInstrument, server_.As(kOperator), retract), IsOk());

  const auto received = Get(kOperator);
  ASSERT_THAT(received, IsOk());
  EXPECT_THAT(received->facts, Not(HasSubstr("partners/georgia/instruments/")));
  for (const v1::Fact& fact : Replicated()) {
    EXPECT_NE(fact.instrument().name(), retract.name());
  }
}

TEST_F(SnapshotTest, HoldsWhatAReplicaIsGivenAndNoMore) {
  v1::RecordDecisionRequest record;
  v1::Decision& decision = *record.mutable_decision();
  decision.set_kind(v1::DECISION_KIND_ORIGINATOR_PERMISSION);
  decision.set_partner("partners/france");
  decision.set_valid_from("2026-01-01");
  decision.set_evidence("FR-2026-1");
  decision.set_grounds(kGrounds);
  ASSERT_THAT(Call(&Stub::RecordDecision, server_.As(kFrance), record), IsOk());
  ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());

  const auto received = Get(kOperator);
  ASSERT_THAT(received, IsOk());
  std::vector<v1::Fact> facts;
  for (const absl::string_view line : absl::StrSplit(received->facts, '\n', absl::SkipEmpty())) {
    auto fact = facts_csv::ReadFactLine(line);
    ASSERT_THAT(fact, IsOk()) << line;
    facts.push_back(*std::move(fact));
  }
  std::vector<v1::Fact> replicated = Replicated();
  ASSERT_EQ(facts.size(), replicated.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (replicated[i].has_decision()) {
      replicated[i].mutable_decision()->clear_evidence();
      replicated[i].mutable_decision()->clear_recorded_by();
    }
    EXPECT_EQ(facts_csv::FactLine(facts[i]).value(), facts_csv::FactLine(replicated[i]).value());
  }
  for (const char* const secret : {kGrounds, kFrance, "FR-2026-1", kOperator}) {
    EXPECT_THAT(received->facts, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(received->facts, HasSubstr("ORIGINATOR_PERMISSION"));
  EXPECT_TRUE(Get(kOperator)->facts == received->facts) << "in a stable order";
}

TEST_F(SnapshotTest, IsSignedWithADayOfExpiryForWhoMayHaveIt) {
  for (const char* const caller : {kExchange, kOperator, kAuditor, kDpo}) {
    const auto received = Get(caller, 48);
    ASSERT_THAT(received, IsOk()) << caller;
    EXPECT_LE(received->largest, std::size_t{1} << 20);
    const absl::Time now = absl::Now();
    EXPECT_THAT(sealing::VerifySignature(received->statement, received->signature,
                                         registry_snapshot::SignedBy(kRegistry, &verifier_, now)),
                IsOk());
    const auto statement = sealing::ParseRegistrySnapshot(received->statement);
    ASSERT_THAT(statement, IsOk());
    EXPECT_EQ(statement->store_id, server_.application().store().store_id());
    EXPECT_EQ(statement->revision, 1);
    EXPECT_EQ(statement->facts_sha256, crypto::Sha256(received->facts));
    EXPECT_EQ(statement->facts, std::count(received->facts.begin(), received->facts.end(), '\n'));
    EXPECT_EQ(statement->expires - statement->made, absl::Hours(48));
    EXPECT_LE(statement->made, now);
    EXPECT_THAT(statement->notice, HasSubstr("Sample data"));
  }
  const auto day = sealing::ParseRegistrySnapshot(Get(kDpo)->statement);
  EXPECT_EQ(day->expires - day->made, absl::Hours(24));
  for (const char* const caller : {kTbilisi, kDesk, kEeas}) {
    EXPECT_FALSE(Get(caller).ok()) << caller;
  }
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  for (const char* const caller : {kOperator, kAuditor, kDpo}) {
    EXPECT_THAT(Get(caller, 0, ""), FailsWith(kInvalid, "PURPOSE_MISSING")) << caller;
  }
  EXPECT_THAT(Get(kDpo, 0, std::string(501, 'x')), FailsWith(kInvalid, "PURPOSE_MISSING"));
  EXPECT_THAT(Get(kExchange, 0, ""), IsOk()) << "what it is says why";
  EXPECT_THAT(Get(kDpo, 721), FailsWith(kInvalid, "FIELD_INVALID"));
  EXPECT_THAT(Get(kDpo, -1), FailsWith(kInvalid, "FIELD_INVALID"));
}

TEST_F(SnapshotTest, WhomItWasGivenToIsInTheLedger) {
  journal::Journal& journal = server_.application().journal();
  const std::int64_t leaves = journal.head().leaf_count;

  const auto received = Get(kDpo);

  ASSERT_THAT(received, IsOk());
  ASSERT_EQ(journal.head().leaf_count, leaves + 1);
  const auto entry = journal.ReadEntry(leaves);
  ASSERT_THAT(entry, IsOk());
  const auto facts = sealing::ParseRegistrySnapshot(received->statement)->facts;
  EXPECT_THAT(*entry->body,
              AllOf(HasSubstr("DISCLOSURE"), HasSubstr(kDpo), HasSubstr("GetSnapshot"),
                    HasSubstr("\"purpose\":\"a replica in a new site\""),
                    HasSubstr(absl::StrCat("\"count\":", facts))));
}

TEST_F(SnapshotTest, NamesTheLedgersLatestCheckpoint) {
  const auto published = [&] { return server_.application().store().LatestCheckpoint(); };
  const absl::Time patience = absl::Now() + absl::Seconds(10);
  while (published().empty() && absl::Now() < patience) absl::SleepFor(absl::Milliseconds(10));
  ASSERT_FALSE(published().empty());
  EXPECT_EQ(sealing::ParseRegistrySnapshot(Get(kDpo)->statement)->checkpoint_sha256,
            crypto::Sha256(published()));
}

// Takes parts, and does something when the first has come.
class Taker final : public rpc::Writer<v1::GetSnapshotResponse> {
 public:
  explicit Taker(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}

  absl::Status Push(v1::GetSnapshotResponse part) override {
    if (parts_++ == 0) meanwhile_();
    facts_ += part.facts();
    statement_ = part.statement();
    return absl::OkStatus();
  }

  int parts() const { return parts_; }
  const std::string& facts() const { return facts_; }
  const std::string& statement() const { return statement_; }

 private:
  const std::function<void()> meanwhile_;
  int parts_ = 0;
  std::string facts_;
  std::string statement_;
};

rpc::Call AuditorsCall() {
  identity::VerifiedCertificate auditor;
  auditor.principal = identity::Principal::Parse(kAuditor).value();
  rpc::Call::Facts caller;
  caller.certificate = std::make_shared<const identity::VerifiedCertificate>(auditor);
  caller.method = "comity.partner_registry.v1.RegistryReportService/GetSnapshot";
  caller.request_id = NewUuid(absl::Now());
  return rpc::Call(std::move(caller));
}

v1::GetSnapshotRequest AuditorsRequest() {
  v1::GetSnapshotRequest request;
  request.set_purpose("yearly review");
  return request;
}

TEST_F(SnapshotTest, IsOfOneRevisionThoughSomethingIsCommittedMeanwhile) {
  std::string partners = "id,display_name,kind\n";
  for (int i = 0; i < 2'000; ++i) absl::StrAppend(&partners, "a-", i, ",Partner ", i, ",STATE\n");
  ASSERT_THAT(server_.Import(kOperator, facts_csv::ReadFile("partners.csv", partners).value()),
              IsOk());
  const std::string identity = server_.pki().IssueFolder("signer", kRegistry);
  const auto signer =
      sealing::SignerFiles::Open(identity + "/sign.pem", identity + "/sign.key", kRegistry);
  ASSERT_THAT(signer, IsOk());
  const SignedSnapshot snapshot(&server_.application().store(), &server_.application().leases(),
                                &SystemClock(), signer->get(), &server_.application().journal());
  const rpc::Call call = AuditorsCall();
  const v1::GetSnapshotRequest request = AuditorsRequest();
  Taker before([] {});
  ASSERT_THAT(snapshot.Get(call, request, before), IsOk());

  // Contacts come after partners: none has been sent when the first part has.
  Taker during([this] { Suspend(); });
  ASSERT_THAT(snapshot.Get(call, request, during), IsOk());

  EXPECT_GT(during.parts(), 2);
  EXPECT_TRUE(during.facts() == before.facts());
  EXPECT_EQ(sealing::ParseRegistrySnapshot(during.statement())->revision, 2);
  EXPECT_EQ(server_.application().store().View().revision(), 3);
  EXPECT_FALSE(Get(kDpo)->facts == before.facts());
}

TEST_F(SnapshotTest, WithoutASigningCertificateThereIsNone) {
  const SignedSnapshot snapshot(&server_.application().store(), &server_.application().leases(),
                                &SystemClock(), nullptr, &server_.application().journal());
  Taker taker([] {});
  EXPECT_THAT(snapshot.Get(AuditorsCall(), AuditorsRequest(), taker),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SIGNING_NOT_CONFIGURED"));
  EXPECT_EQ(taker.parts(), 0);
}

TEST_F(SnapshotTest, AReplicaStartsFromItAndIsSentTheRestOnly) {
  const std::string seed = Save();
  Suspend();
  Reinstate();
  std::vector<std::int64_t> seen;
  const auto start = [&] {
    return registry_replica::RegistryReplica::Start(
        {.channel = server_.ChannelOf(kExchange),
         .folder = folder_.path(),
         .seed = {.folder = seed, .verifier = &verifier_, .registry = kRegistry},
         .on_change = [&](const registry_replica::Snapshot& snapshot, bool /*barrier*/) {
           seen.push_back(snapshot.revision().number);
         }});
  };
  {
    const auto replica = start();
    ASSERT_THAT(replica->WaitFor(3, absl::Seconds(10)), IsOk());
    EXPECT_TRUE(replica->LeaseValid());
  }
  EXPECT_EQ(seen.front(), 1);
  EXPECT_EQ(seen.back(), 3);

  // From now on it has something of its own.
  seen.clear();
  Suspend();
  const auto replica = start();
  ASSERT_THAT(replica->WaitFor(4, absl::Seconds(10)), IsOk());
  EXPECT_EQ(seen.front(), 3);
}

}  // namespace
}  // namespace comity::partner_registry
