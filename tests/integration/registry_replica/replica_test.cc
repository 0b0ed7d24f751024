// The replica against a registry's side of the stream, over real mutual TLS.
#include "common/registry_replica/replica.h"

#include <google/protobuf/text_format.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/tls.h"
#include "tests/integration/registry_replica/fake_registry.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::registry_replica {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;

namespace v1 = ::comity::partner_registry::v1;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr auto kAWhile = std::chrono::milliseconds(200);
constexpr char kContact[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";

v1::Change Parse(const std::string& text) {
  v1::Change change;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &change)) << text;
  return change;
}

v1::Change Georgia(bool suspended = false) {
  v1::Change change = Parse(R"pb(
    facts {
      partner {
        name: "partners/georgia"
        display_name: "Georgia"
        legal_classes { legal_class: LEGAL_CLASS_THIRD_COUNTRY certainty: CERTAINTY_FOUND }
      }
    }
  )pb");
  change.mutable_facts(0)->mutable_partner()->set_exchanges_suspended(suspended);
  change.set_barrier(suspended);
  return change;
}

v1::Change Contact(v1::Contact::State state) {
  v1::Change change = Parse(R"pb(
    facts {
      contact {
        name: "partners/georgia/contacts/tbilisi-1"
        spiffe_id: "spiffe://georgia.example/partner/georgia/contact/tbilisi-1"
        authority: "partners/georgia/authorities/prosecution"
        opener: true
      }
    }
  )pb");
  change.mutable_facts(0)->mutable_contact()->set_state(state);
  change.set_barrier(state == v1::Contact::STATE_SUSPENDED);
  return change;
}

class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest() { registry_.emplace(pki_, "store-1"); }

  std::unique_ptr<RegistryReplica> Start() {
    EXPECT_THAT(rpc::HardenTls(), IsOk());
    const std::string own = pki_.IssueFolder(absl::StrCat("replica-", ++started_),
                                             "spiffe://agency.example/service/document-exchange");
    auto channel = rpc::Connect({.address = absl::StrCat("127.0.0.1:", registry_->port()),
                                 .certificate_file = own + "/tls.pem",
                                 .key_file = own + "/tls.key",
                                 .bundles_folder = pki_.bundles_folder(),
                                 .expected_service = "partner-registry",
                                 .trust_domain = "agency.example"});
    EXPECT_THAT(channel, IsOk());
    return RegistryReplica::Start({.channel = *channel,
                                   .folder = folder_.path(),
                                   .clock = &clock_,
                                   .metrics = &metrics_,
                                   .on_change =
                                       [this](const Snapshot&, bool barrier) {
                                         ++changes_;
                                         if (barrier) ++barriers_;
                                       },
                                   .renewal = absl::Milliseconds(20),
                                   .first_backoff = absl::Milliseconds(5),
                                   .longest_backoff = absl::Milliseconds(20)});
  }

  static identity::Principal Caller(absl::string_view id) {
    return identity::Principal::Parse(id).value();
  }

  comity::testing::TestPki pki_;
  const comity::testing::TempDirectory folder_;
  ManualClock clock_{absl::FromUnixSeconds(1795000000)};
  metrics::Metrics metrics_;
  std::atomic<int> changes_ = 0;
  std::atomic<int> barriers_ = 0;
  int started_ = 0;
  std::optional<FakeRegistry> registry_;
};

TEST_F(ReplicaTest, HoldsWhatTheRegistryHasUnderALease) {
  registry_->Commit(Georgia());
  const std::int64_t latest = registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));
  const auto replica = Start();

  ASSERT_THAT(replica->WaitFor(latest, kPatience), IsOk());
  EXPECT_TRUE(replica->LeaseValid());
  const auto snapshot = replica->Latest();
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ((*snapshot)->revision(), (legal::Revision{"store-1", latest}));
  EXPECT_TRUE(absl::StrContains((*snapshot)->checkpoint(), "checkpoint"));
  EXPECT_NE((*snapshot)->FindContact(kContact), nullptr);

  const std::int64_t next = registry_->Commit(Georgia());
  EXPECT_THAT(replica->WaitFor(next, kPatience), IsOk());
  EXPECT_EQ((*snapshot)->revision().number, latest) << "a snapshot that is held does not change";
}

TEST_F(ReplicaTest, AContactCountsOnlyWhileRegisteredActiveAndNotSuspended) {
  const auto denied = absl::StatusCode::kPermissionDenied;
  registry_->Commit(Georgia());
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), FailsWith(denied, "CONTACT_NOT_REGISTERED"));
  EXPECT_THAT(replica->CheckContact(Caller("spiffe://agency.example/service/cli")), IsOk());

  ASSERT_THAT(replica->WaitFor(registry_->Commit(Contact(v1::Contact::STATE_ACTIVE)), kPatience),
              IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), IsOk());

  ASSERT_TRUE(registry_->AwaitConfirmed(registry_->Commit(Contact(v1::Contact::STATE_SUSPENDED))));
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), FailsWith(denied, "CONTACT_SUSPENDED"));

  registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));
  ASSERT_TRUE(registry_->AwaitConfirmed(registry_->Commit(Georgia(/*suspended=*/true))));
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), FailsWith(denied, "EXCHANGES_SUSPENDED"));
}

// Permits the secondment of liaison prosecutors.
constexpr char kAgreement[] = R"pb(
  facts {
    instrument {
      name: "partners/georgia/instruments/agreement"
      kind: INSTRUMENT_KIND_COOPERATION_AGREEMENT_PRE_2019
      in_force: "2019-11-01"
      allows_secondment: true
      signed: "2018-05-15"
      certainty { key: "signed" value: CERTAINTY_FOUND }
      certainty { key: "in_force" value: CERTAINTY_FOUND }
      certainty { key: "allows_secondment" value: CERTAINTY_FOUND }
    }
  }
)pb";

TEST_F(ReplicaTest, ASecondmentEndsByItsDayWithoutTheRegistry) {
  registry_->Commit(Georgia());
  registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));
  const std::int64_t latest = registry_->Commit(Parse(std::string(kAgreement) + R"pb(
    facts {
      secondment {
        name: "partners/georgia/secondments/s1"
        kind: KIND_LIAISON_PROSECUTOR
        instrument: "partners/georgia/instruments/agreement"
        from: "2026-01-01"
        to: "2026-11-18"
        contact: "partners/georgia/contacts/tbilisi-1"
      }
    }
  )pb"));
  {
    const auto replica = Start();
    ASSERT_THAT(replica->WaitFor(latest, kPatience), IsOk());
    EXPECT_THAT(replica->CheckContact(Caller(kContact)), IsOk());
    registry_->StopAnswering();

    clock_.Advance(absl::Hours(24));
    EXPECT_THAT(replica->CheckContact(Caller(kContact)),
                FailsWith(absl::StatusCode::kPermissionDenied, "SECONDMENT_NOT_IN_EFFECT"));
  }
  const auto again = Start();
  EXPECT_THAT(again->CheckContact(Caller(kContact)),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECONDMENT_NOT_IN_EFFECT"))
      << "from what it kept";
}

TEST_F(ReplicaTest, ALiaisonProsecutorCountsOnlyWhileASecondmentNamesHim) {
  constexpr char kProsecutor[] = "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1";
  const auto denied = absl::StatusCode::kPermissionDenied;
  registry_->Commit(Georgia());
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kProsecutor)),
              FailsWith(denied, "SECONDMENT_NOT_IN_EFFECT"));
  const auto seconded = [](absl::string_view to) {
    v1::Change change = Parse(std::string(kAgreement) + R"pb(
      facts {
        secondment {
          name: "partners/georgia/secondments/s1"
          kind: KIND_LIAISON_PROSECUTOR
          instrument: "partners/georgia/instruments/agreement"
          from: "2026-01-01"
          identity: "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1"
        }
      }
    )pb");
    change.mutable_facts(1)->mutable_secondment()->set_to(std::string(to));
    return change;
  };
  ASSERT_THAT(replica->WaitFor(registry_->Commit(seconded("")), kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kProsecutor)), IsOk());
  EXPECT_THAT(
      replica->CheckContact(Caller("spiffe://agency.example/agency/liaison-prosecutor/georgia/x")),
      FailsWith(denied, "SECONDMENT_NOT_IN_EFFECT"))
      << "another person of the same State";

  const std::int64_t suspended = registry_->Commit(Georgia(/*suspended=*/true));
  ASSERT_THAT(replica->WaitFor(suspended, kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kProsecutor)), FailsWith(denied, "EXCHANGES_SUSPENDED"));
  registry_->Commit(Georgia());
  ASSERT_THAT(replica->WaitFor(registry_->Commit(seconded("2026-11-17")), kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kProsecutor)),
              FailsWith(denied, "SECONDMENT_NOT_IN_EFFECT"));
}

TEST_F(ReplicaTest, AContactStopsCountingByItsDayWithoutTheRegistry) {
  registry_->Commit(Georgia());
  v1::Change change = Contact(v1::Contact::STATE_ACTIVE);
  change.mutable_facts(0)->mutable_contact()->set_valid_to("2026-11-18");
  const std::int64_t latest = registry_->Commit(std::move(change));
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(latest, kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), IsOk());
  registry_->StopAnswering();

  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(replica->CheckContact(Caller(kContact)),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_NOT_VALID"));
}

TEST_F(ReplicaTest, ABarrierWaitsForAPermitAndIsConfirmedOnlyThen) {
  registry_->Commit(Georgia());
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  const legal::Revision decided_at = (*replica->Latest())->revision();

  absl::StatusOr<ReleasePermit> permit = replica->PermitRelease(decided_at, true);
  ASSERT_THAT(permit, IsOk());
  const std::int64_t barrier = registry_->Commit(Georgia(/*suspended=*/true));
  std::future<bool> confirmed =
      std::async(std::launch::async, [&] { return registry_->AwaitConfirmed(barrier); });

  EXPECT_EQ(confirmed.wait_for(kAWhile), std::future_status::timeout);
  EXPECT_LT(replica->LastBarrier().number, barrier);
  *permit = nullptr;
  ASSERT_TRUE(confirmed.get());
  EXPECT_EQ(replica->LastBarrier().number, barrier);
  EXPECT_THAT(replica->PermitRelease(decided_at, true),
              FailsWith(absl::StatusCode::kAborted, "REGISTRY_CHANGED"));
  EXPECT_THAT(replica->PermitRelease((*replica->Latest())->revision(), true), IsOk());
  EXPECT_GT(barriers_, 0);
}

TEST_F(ReplicaTest, ARevisionThatComesInPartsIsShownKeptAndConfirmedAsOne) {
  registry_->Commit(Georgia());
  auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  const legal::Revision decided_at = (*replica->Latest())->revision();

  registry_->SendPart(Georgia(/*suspended=*/true));
  ASSERT_TRUE(registry_->AwaitRenewals(5));  // They confirm what is applied.

  EXPECT_EQ(registry_->confirmed(), 1);
  EXPECT_EQ((*replica->Latest())->revision().number, 1);
  EXPECT_FALSE((*replica->Latest())->ExchangesSuspended("partners/georgia"));
  EXPECT_THAT(replica->PermitRelease(decided_at, true), IsOk());

  const std::int64_t whole = registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));

  ASSERT_TRUE(registry_->AwaitConfirmed(whole));
  EXPECT_EQ(replica->LastBarrier().number, whole) << "its first part was one";
  EXPECT_THAT(replica->PermitRelease(decided_at, true),
              FailsWith(absl::StatusCode::kAborted, "REGISTRY_CHANGED"));
  registry_->StopAnswering();
  for (int start = 0; start < 2; ++start) {
    EXPECT_TRUE((*replica->Latest())->ExchangesSuspended("partners/georgia"));
    EXPECT_NE((*replica->Latest())->FindContact(kContact), nullptr);
    replica = nullptr;
    replica = Start();  // From what it kept.
  }
}

TEST_F(ReplicaTest, APartOfARevisionGoesWithItsStream) {
  registry_->Commit(Georgia());
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  registry_->SendPart(Georgia(/*suspended=*/true));
  ASSERT_TRUE(registry_->AwaitRenewals(5));  // It has come by then.

  registry_->Disconnect();
  const std::int64_t whole = registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));

  ASSERT_THAT(replica->WaitFor(whole, kPatience), IsOk());
  EXPECT_FALSE((*replica->Latest())->ExchangesSuspended("partners/georgia"));
}

TEST_F(ReplicaTest, WithoutAnswersTheLeaseLapsesAndOperationalDataAndPartnersStop) {
  registry_->Commit(Georgia());
  const std::int64_t latest = registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(latest, kPatience), IsOk());
  const legal::Revision decided_at = (*replica->Latest())->revision();
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), IsOk());

  registry_->StopAnswering();
  clock_.Advance(absl::Seconds(11));

  EXPECT_FALSE(replica->LeaseValid());
  EXPECT_THAT(replica->PermitRelease(decided_at, true),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_THAT(replica->PermitRelease(decided_at, false), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kContact)),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_THAT(replica->CheckContact(Caller("spiffe://agency.example/service/cli")), IsOk());

  registry_->AnswerAgain();
  ASSERT_THAT(replica->WaitFor(latest, kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Caller(kContact)), IsOk());
}

TEST_F(ReplicaTest, AStartIsOverWithTheFirstLeaseOrWhenNoneCame) {
  registry_->Commit(Georgia());
  registry_->StopAnswering();
  {
    const auto replica = Start();
    ASSERT_TRUE(registry_->AwaitConfirmed(1));
    EXPECT_FALSE(replica->Settled());

    registry_->AnswerAgain();
    ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
    EXPECT_TRUE(replica->Settled());
    registry_->StopAnswering();
    clock_.Advance(absl::Seconds(11));
    EXPECT_FALSE(replica->LeaseValid());
    EXPECT_TRUE(replica->Settled());
  }
  const auto alone = Start();
  EXPECT_FALSE(alone->Settled());
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(alone->Settled());
}

TEST_F(ReplicaTest, ComesBackWhereItLeftAfterAnInterruption) {
  registry_->Commit(Georgia());
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());

  registry_->Disconnect();
  const std::int64_t next = registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));

  ASSERT_THAT(replica->WaitFor(next, kPatience), IsOk());
  EXPECT_EQ(registry_->snapshots(), 1) << "the changes were enough";
}

TEST_F(ReplicaTest, StartsWithoutTheRegistryFromWhatItKept) {
  registry_->Commit(Georgia());
  const std::int64_t barrier = registry_->Commit(Contact(v1::Contact::STATE_SUSPENDED));
  {
    const auto replica = Start();
    ASSERT_THAT(replica->WaitFor(barrier, kPatience), IsOk());
  }
  const int port = registry_->port();
  const auto replica = [&] {
    auto waiting = Start();
    return waiting;
  }();
  registry_.reset();

  const auto snapshot = replica->Latest();
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ((*snapshot)->revision().number, barrier);
  EXPECT_THAT(replica->CheckContact(Caller(kContact)),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));

  // Another registry, restored from a backup, answers at the same address.
  registry_.emplace(pki_, "store-2", port);
  registry_->Commit(Georgia());
  ASSERT_TRUE(registry_->AwaitConfirmed(1));
  EXPECT_EQ((*replica->Latest())->revision(), (legal::Revision{"store-2", 1}));
  EXPECT_THAT(replica->PermitRelease({"store-1", 99}, false),
              FailsWith(absl::StatusCode::kAborted, "REGISTRY_CHANGED"));
  EXPECT_EQ((*replica->Latest())->FindContact(kContact), nullptr) << "of the store that is no more";
}

TEST_F(ReplicaTest, KnowsNothingBeforeTheFirstSnapshot) {
  const std::string own =
      pki_.IssueFolder("early", "spiffe://agency.example/service/document-exchange");
  const auto channel = rpc::Connect({.address = "127.0.0.1:1",
                                     .certificate_file = own + "/tls.pem",
                                     .key_file = own + "/tls.key",
                                     .bundles_folder = pki_.bundles_folder(),
                                     .expected_service = "partner-registry",
                                     .trust_domain = "agency.example"});
  ASSERT_THAT(channel, IsOk());
  const auto replica = RegistryReplica::Start({.channel = *channel});

  EXPECT_THAT(replica->Latest(), FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_UNKNOWN"));
  EXPECT_THAT(replica->CheckContact(Caller(kContact)),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_UNKNOWN"));
  EXPECT_FALSE(replica->LeaseValid());
  EXPECT_THAT(replica->WaitFor(1, absl::Milliseconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "REGISTRY_NOT_CAUGHT_UP"));
}

TEST_F(ReplicaTest, ShowsItsLeaseAndRevision) {
  registry_->Commit(Georgia());
  const auto replica = Start();
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());

  const std::string text = metrics_.Text();
  EXPECT_TRUE(absl::StrContains(text, "comity_registry_replica_revision 1"));
  EXPECT_TRUE(absl::StrContains(text, "comity_registry_replica_lease_seconds 10"));
  EXPECT_TRUE(absl::StrContains(text, "comity_registry_replica_connected 1"));
}

}  // namespace
}  // namespace comity::registry_replica
