// A replica that starts from a signed snapshot, against a registry's side of the stream.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/facts_csv/json_lines.h"
#include "common/registry_replica/replica.h"
#include "common/registry_replica/replica_file.h"
#include "common/rpc/channel.h"
#include "common/rpc/tls.h"
#include "tests/integration/registry_replica/fake_registry.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"
#include "tests/testing/test_snapshot.h"

namespace comity::registry_replica {
namespace {

using comity::testing::FailsWith;
using comity::testing::FlipByte;
using comity::testing::IsOk;
using comity::testing::TestSnapshot;

namespace fs = std::filesystem;
namespace v1 = ::comity::partner_registry::v1;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kRegistry[] = "spiffe://agency.example/service/partner-registry";
constexpr char kContact[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
const std::string& StoreId() {
  static const std::string& id = *new std::string(32, 'a');
  return id;
}

v1::Change Parse(const char* text) {
  v1::Change change;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &change)) << text;
  return change;
}

v1::Change Georgia() {
  return Parse(R"pb(
    facts {
      partner {
        name: "partners/georgia"
        display_name: "Georgia"
        legal_classes { legal_class: LEGAL_CLASS_THIRD_COUNTRY certainty: CERTAINTY_FOUND }
      }
    }
  )pb");
}

v1::Change Contact(v1::Contact::State state) {
  v1::Change change = Parse(R"pb(
    facts {
      contact {
        name: "partners/georgia/contacts/tbilisi-1"
        spiffe_id: "spiffe://georgia.example/partner/georgia/contact/tbilisi-1"
        authority: "partners/georgia/authorities/prosecution"
      }
    }
  )pb");
  change.mutable_facts(0)->mutable_contact()->set_state(state);
  change.set_barrier(state == v1::Contact::STATE_SUSPENDED);
  return change;
}

// What the registry has after its first two changes.
std::string FactsOfTwo() {
  return absl::StrCat(*facts_csv::FactLine(Georgia().facts(0)),
                      *facts_csv::FactLine(Contact(v1::Contact::STATE_ACTIVE).facts(0)));
}

class SeedTest : public ::testing::Test {
 protected:
  SeedTest() {
    registry_.emplace(pki_, StoreId());
    registry_->Commit(Georgia());
    registry_->Commit(Contact(v1::Contact::STATE_ACTIVE));
  }

  void WriteSeed(const TestSnapshot& says, const std::string& signer = kRegistry) {
    comity::testing::WriteSnapshot(seed_, FactsOfTwo(), says, pki_.agency().IssueSigning(signer));
  }
  void WriteSeed() { WriteSeed({.store_id = StoreId(), .revision = 2}); }

  std::unique_ptr<RegistryReplica> Start() { return StartAt(registry_->port()); }

  // Where no registry is.
  std::unique_ptr<RegistryReplica> StartAlone() { return StartAt(1); }

  std::unique_ptr<RegistryReplica> StartAt(int port) {
    EXPECT_THAT(rpc::HardenTls(), IsOk());
    const std::string own = pki_.IssueFolder(absl::StrCat("replica-", ++started_),
                                             "spiffe://agency.example/service/document-exchange");
    auto channel = rpc::Connect({.address = absl::StrCat("127.0.0.1:", port),
                                 .certificate_file = own + "/tls.pem",
                                 .key_file = own + "/tls.key",
                                 .bundles_folder = pki_.bundles_folder(),
                                 .expected_service = "partner-registry",
                                 .trust_domain = "agency.example"});
    EXPECT_THAT(channel, IsOk());
    metrics_.emplace();
    return RegistryReplica::Start(
        {.channel = *channel,
         .folder = folder_.path(),
         .seed = {.folder = seed_, .verifier = &verifier_, .registry = kRegistry},
         .metrics = &*metrics_,
         .renewal = absl::Milliseconds(20),
         .first_backoff = absl::Milliseconds(5),
         .longest_backoff = absl::Milliseconds(20)});
  }

  absl::Status CheckContact(const RegistryReplica& replica) {
    return replica.CheckContact(identity::Principal::Parse(kContact).value());
  }
  bool Refused() {
    return absl::StrContains(metrics_->Text(), "comity_registry_replica_seed_refused 1");
  }
  std::int64_t RevisionOf(const RegistryReplica& replica) {
    const auto snapshot = replica.Latest();
    return snapshot.ok() ? (*snapshot)->revision().number : 0;
  }

  comity::testing::TestPki pki_;
  const identity::ChainVerifier verifier_{pki_.bundles()};
  const comity::testing::TempDirectory folder_;
  const comity::testing::TempDirectory temporary_;
  const std::string seed_ = temporary_ / "seed";
  std::optional<metrics::Metrics> metrics_;
  int started_ = 0;
  std::optional<FakeRegistry> registry_;
};

TEST_F(SeedTest, IsSentOnlyWhatCameSince) {
  WriteSeed();
  const std::int64_t since = registry_->Commit(Contact(v1::Contact::STATE_SUSPENDED));
  const auto replica = Start();

  ASSERT_THAT(replica->WaitFor(since, kPatience), IsOk());
  EXPECT_EQ(registry_->snapshots(), 0);
  EXPECT_TRUE(replica->LeaseValid());
  EXPECT_THAT(CheckContact(*replica),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
  EXPECT_FALSE(Refused());
}

TEST_F(SeedTest, WithoutTheRegistryItIsAsAReplicaThatIsCutOff) {
  WriteSeed();
  const auto replica = StartAlone();

  const auto snapshot = replica->Latest();
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ((*snapshot)->revision(), (legal::Revision{StoreId(), 2}));
  EXPECT_THAT(CheckContact(*replica),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_FALSE(replica->LeaseValid());
  EXPECT_THAT(replica->PermitRelease((*snapshot)->revision(), /*operational=*/true),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_THAT(replica->PermitRelease({StoreId(), 1}, /*operational=*/false),
              FailsWith(absl::StatusCode::kAborted, "REGISTRY_CHANGED"));
}

TEST_F(SeedTest, WhatIsNotGoodIsRefusedAndTheReplicaStartsEmpty) {
  const auto write = [this](const std::function<void()>& spoil) {
    return [this, spoil] {
      WriteSeed();
      spoil();
    };
  };
  const auto says = [this](TestSnapshot snapshot) {
    return [this, snapshot] { WriteSeed(snapshot); };
  };
  const std::map<std::string, std::function<void()>> spoiled = {
      {"expired", says({.store_id = StoreId(),
                        .revision = 2,
                        .made = absl::Now() - absl::Hours(2),
                        .valid = absl::Hours(1)})},
      {"of nothing", says({.store_id = StoreId(), .revision = 0})},
      {"of another service",
       [this] {
         WriteSeed({.store_id = StoreId(), .revision = 2},
                   "spiffe://agency.example/service/document-exchange");
       }},
      {"foreign",
       [this] {
         comity::testing::TestCa other("agency.example");
         comity::testing::WriteSnapshot(seed_, FactsOfTwo(), {.store_id = StoreId(), .revision = 2},
                                        other.IssueSigning(kRegistry));
       }},
      {"of a newer registry",
       [this] {
         comity::testing::WriteSnapshot(seed_, "{\"partner\":{\"colour\":\"red\"}}\n",
                                        {.store_id = StoreId(), .revision = 2},
                                        pki_.agency().IssueSigning(kRegistry));
       }},
      {"facts damaged", write([this] { FlipByte(seed_ + "/facts.jsonl"); })},
      {"statement damaged", write([this] { FlipByte(seed_ + "/statement.json"); })},
      {"signature damaged", write([this] { FlipByte(seed_ + "/statement.p7s"); })},
      {"not signed", write([this] { fs::remove(seed_ + "/statement.p7s"); })},
      {"not there", write([this] { fs::remove_all(seed_); })},
  };
  int snapshots = 0;
  for (const auto& [what, spoil] : spoiled) {
    spoil();
    {
      const auto alone = StartAlone();
      EXPECT_TRUE(Refused()) << what;
      EXPECT_THAT(alone->Latest(), FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_UNKNOWN"))
          << what;
      EXPECT_THAT(CheckContact(*alone),
                  FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_UNKNOWN"))
          << what;
    }
    {
      const auto replica = Start();
      ASSERT_THAT(replica->WaitFor(2, kPatience), IsOk()) << what;
      EXPECT_EQ(registry_->snapshots(), ++snapshots) << what;
    }
    fs::remove(folder_ / "registry-replica");
    fs::remove(folder_ / "registry-replica.kept");
  }
}

TEST_F(SeedTest, WhoHasSomethingOfItsOwnDoesNotGoBackToTheSeed) {
  WriteSeed();
  const std::int64_t since = registry_->Commit(Contact(v1::Contact::STATE_SUSPENDED));
  {
    const auto replica = Start();
    ASSERT_THAT(replica->WaitFor(since, kPatience), IsOk());
  }
  {
    const auto again = StartAlone();
    EXPECT_EQ(RevisionOf(*again), since);
    EXPECT_THAT(CheckContact(*again),
                FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
  }
  // Nor if that is lost: it may have known of a withdrawal that the seed lacks.
  ReplicaFile(folder_ / "registry-replica").Forget();
  const auto lost = StartAlone();
  EXPECT_THAT(lost->Latest(), FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_UNKNOWN"));
  EXPECT_FALSE(Refused()) << "it was not looked at";
}

TEST_F(SeedTest, ASeedOfAStoreThatIsNoMoreIsDroppedWhenTheRegistryAnswers) {
  WriteSeed({.store_id = std::string(32, 'b'), .revision = 9});
  const auto replica = Start();
  ASSERT_TRUE(registry_->AwaitConfirmed(2));
  EXPECT_EQ((*replica->Latest())->revision(), (legal::Revision{StoreId(), 2}));
  EXPECT_EQ(registry_->snapshots(), 1);
}

TEST_F(SeedTest, WithoutAFolderOfItsOwnItIsNotUsed) {
  WriteSeed();
  const std::string own =
      pki_.IssueFolder("memory", "spiffe://agency.example/service/document-exchange");
  const auto channel = rpc::Connect({.address = "127.0.0.1:1",
                                     .certificate_file = own + "/tls.pem",
                                     .key_file = own + "/tls.key",
                                     .bundles_folder = pki_.bundles_folder(),
                                     .expected_service = "partner-registry",
                                     .trust_domain = "agency.example"});
  ASSERT_THAT(channel, IsOk());
  const auto replica = RegistryReplica::Start(
      {.channel = *channel,
       .seed = {.folder = seed_, .verifier = &verifier_, .registry = kRegistry}});
  EXPECT_THAT(replica->Latest(), FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_UNKNOWN"));
}

}  // namespace
}  // namespace comity::registry_replica
