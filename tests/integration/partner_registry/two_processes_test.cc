// Two processes of one registry, over one PostgreSQL.

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/journal/participant.h"
#include "common/registry_replica/replica.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Not;
using Stub = v1::PartnerRegistryService::Stub;

constexpr absl::Duration kPatience = absl::Seconds(20);
// Shorter than what is waited for if a notification is lost, and than a lease.
constexpr absl::Duration kSoon = absl::Milliseconds(1500);

absl::StatusOr<v1::Contact> Suspend(RegistryServer& server, absl::Duration within = kPatience) {
  v1::SuspendContactRequest suspend;
  suspend.set_name("partners/georgia/contacts/tbilisi-1");
  suspend.set_reason("test");
  suspend.set_request_id("01900000-0000-7000-8000-000000000007");
  return Call(&Stub::SuspendContact, server.As(kOperator), suspend, within);
}

absl::StatusOr<v1::ListKeyStatementsResponse> KeysOf(RegistryServer& server) {
  v1::ListKeyStatementsRequest keys;
  keys.set_authority("partners/georgia/authorities/prosecution-service");
  return Call(&Stub::ListKeyStatements, server.As(kDesk), keys);
}

identity::Principal Tbilisi() { return identity::Principal::Parse(kTbilisi).value(); }

class TwoProcessesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!first_.application().journal().database().shared()) {
      GTEST_SKIP() << "an embedded store is one process's";
    }
    ASSERT_THAT(first_.ImportData(), IsOk());
    second_ = std::make_unique<RegistryServer>(first_);
  }

  std::unique_ptr<registry_replica::RegistryReplica> ReplicaOf(RegistryServer& server) {
    return registry_replica::RegistryReplica::Start({.channel = server.ChannelOf(kExchange)});
  }

  RegistryServer first_;
  std::unique_ptr<RegistryServer> second_;
};

TEST_F(TwoProcessesTest, AWithdrawalAtOneHoldsAtOnceAtAReplicaOfTheOther) {
  const auto replica = ReplicaOf(*second_);
  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  ASSERT_THAT(replica->CheckContact(Tbilisi()), IsOk());
  const absl::Time before = absl::Now();

  ASSERT_THAT(Suspend(first_), IsOk());

  EXPECT_THAT(replica->CheckContact(Tbilisi()),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
  EXPECT_THAT(second_->application().Standing(Tbilisi()),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
  EXPECT_LT(absl::Now() - before, kSoon) << "it was told of the confirmation";
  EXPECT_TRUE(replica->LeaseValid());
}

TEST_F(TwoProcessesTest, AReplicaOfTheOtherThatDoesNotConfirmIsWaitedFor) {
  second_->Renew(std::string(32, 'a'), 1);
  EXPECT_THAT(Suspend(first_, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));

  second_->Renew(std::string(32, 'a'), 2);

  EXPECT_THAT(Suspend(first_), IsOk());
}

TEST_F(TwoProcessesTest, AProcessThatEndedIsNotWaitedFor) {
  while (first_.application().leases().live() == 0) std::this_thread::yield();
  second_ = nullptr;
  const absl::Time before = absl::Now();

  EXPECT_THAT(Suspend(first_), IsOk());

  EXPECT_LT(absl::Now() - before, kSoon);
}

TEST_F(TwoProcessesTest, AnAnswerOfOneIsGivenAgainByTheOtherThoughAChangeCameBetween) {
  const auto update = [](RegistryServer& server, const std::string& region,
                         const std::string& request_id) {
    v1::UpdatePartnerRequest request;
    request.mutable_partner()->set_name("partners/georgia");
    request.mutable_partner()->set_region(region);
    request.mutable_update_mask()->add_paths("region");
    request.set_reason("as the strategy has it");
    request.set_request_id(request_id);
    return Call(&Stub::UpdatePartner, server.As(kOperator), request, kPatience);
  };
  constexpr char kRequest[] = "01900000-0000-7000-8000-000000000018";
  const auto first = update(first_, "ASIA", kRequest);
  ASSERT_THAT(first, IsOk());
  const auto later = update(first_, "CAUCASUS", "");
  ASSERT_THAT(later, IsOk());
  ASSERT_EQ(later->region(), "CAUCASUS");

  const auto again = update(*second_, "ASIA", kRequest);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(update(*second_, "EUROPE", kRequest),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  const auto head = first_.application().journal().ReadHead();
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->revision, later->revision().number()) << "the repetition changed nothing";
}

TEST_F(TwoProcessesTest, AListBegunAtOneGoesOnAtTheOtherAndOnlyThatList) {
  v1::ListPartnersRequest request;
  request.set_page_size(10);
  const auto begun = Call(&Stub::ListPartners, first_.As(kDesk), request);
  ASSERT_THAT(begun, IsOk());
  request.set_page_token(begun->next_page_token());
  auto here = Call(&Stub::ListPartners, first_.As(kDesk), request);
  auto there = Call(&Stub::ListPartners, second_->As(kDesk), request);

  ASSERT_THAT(here, IsOk());
  ASSERT_THAT(there, IsOk());
  ASSERT_EQ(there->partners_size(), 10);
  EXPECT_NE(there->partners(0).name(), begun->partners(0).name());
  // Tokens name their time.
  here->clear_next_page_token();
  there->clear_next_page_token();
  EXPECT_EQ(there->SerializeAsString(), here->SerializeAsString());

  request.set_query("a");
  EXPECT_THAT(Call(&Stub::ListPartners, second_->As(kDesk), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

// Lets its journal show one more change, and then no other until it is released.
class Brake final : public journal::Participant {
 public:
  explicit Brake(std::int64_t revision) : revision_(revision) {}

  void Accept() override {}
  void Refuse() override {}
  std::int64_t revision() const override { return revision_; }
  absl::Status Follow(const journal::CommittedMutation&) override { return absl::OkStatus(); }
  void Publish(const journal::CommitRange& range) override {
    revision_ = range.last_revision;
    if (!reached.HasBeenNotified()) reached.Notify();
    released.WaitForNotification();
  }
  void Settle() override {}
  void Discard() override {}

  absl::Notification reached;
  absl::Notification released;

 private:
  std::int64_t revision_;
};

// The second process does not learn of the barrier: its journal is stuck.
class LaggingProcessTest : public TwoProcessesTest {
 protected:
  void SetUp() override {
    TwoProcessesTest::SetUp();
    if (IsSkipped()) return;
    second_->application().journal().Attach(&brake_);
    v1::CreateContactRequest create;
    create.set_parent("partners/georgia");
    create.set_contact_id("tbilisi-2");
    create.mutable_contact()->set_spiffe_id(
        "spiffe://georgia.example/partner/georgia/contact/tbilisi-2");
    create.mutable_contact()->set_function("deputy contact point");
    create.mutable_contact()->set_authority("partners/georgia/authorities/prosecution-service");
    ASSERT_THAT(Call(&Stub::CreateContact, first_.As(kOperator), create), IsOk());
    brake_.reached.WaitForNotification();
    ASSERT_EQ(second_->application().store().View().revision(), 2);
  }
  void TearDown() override {
    if (!brake_.released.HasBeenNotified()) brake_.released.Notify();
    second_ = nullptr;  // Before the brake.
  }

  // What a replica sends first that has everything up to `confirmed`.
  v1::ReplicateRequest Renewal(std::int64_t confirmed) {
    v1::ReplicateRequest request;
    request.set_replica_id(std::string(32, '1'));
    request.set_renewal(1);
    request.mutable_confirmed()->set_store_id(first_.application().store().store_id());
    request.mutable_confirmed()->set_number(confirmed);
    return request;
  }

  Brake brake_{1};
};

TEST_F(LaggingProcessTest, IsWaitedForUntilItsOwnLeaseIsOverAndAnswersNothingThen) {
  EXPECT_THAT(KeysOf(*second_), IsOk());
  EXPECT_THAT(Suspend(first_, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"))
      << "it may answer from before";

  ASSERT_THAT(Suspend(first_), IsOk());

  EXPECT_THAT(KeysOf(*second_), FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_THAT(second_->application().Standing(Tbilisi()),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));

  brake_.released.Notify();

  const absl::Time patience = absl::Now() + kPatience;
  while (!second_->application().leases().MayAnswer().ok() && absl::Now() < patience) {
    std::this_thread::yield();
  }
  EXPECT_THAT(second_->application().Standing(Tbilisi()),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
}

TEST_F(LaggingProcessTest, GivesAReplicaNoLeaseOnWhatWasBefore) {
  ASSERT_THAT(Suspend(first_), IsOk());
  const auto replica = ReplicaOf(*second_);
  EXPECT_THAT(replica->WaitFor(1, absl::Seconds(1)), Not(IsOk()));
  ASSERT_THAT(replica->Latest(), IsOk()) << "it has a state";
  EXPECT_THAT(replica->CheckContact(Tbilisi()),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_FALSE(replica->LeaseValid());

  brake_.released.Notify();

  ASSERT_THAT(replica->WaitFor(1, kPatience), IsOk());
  EXPECT_THAT(replica->CheckContact(Tbilisi()),
              FailsWith(absl::StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
}

TEST_F(LaggingProcessTest, KeepsWhatAReplicaConfirmsThatItWasSentAhead) {
  EXPECT_THAT(Suspend(first_, absl::Seconds(1)), Not(IsOk()));
  grpc::ClientContext context;
  RegistryServer::Prepare(context, kPatience);
  const auto stream = second_->As(kExchange).Replicate(&context);
  v1::ReplicateRequest request = Renewal(1);
  ASSERT_TRUE(stream->Write(request));
  v1::ReplicateResponse response;
  while (response.renewed() == 0) {
    ASSERT_TRUE(stream->Read(&response));
    if (response.has_bookmark()) *request.mutable_confirmed() = response.bookmark();
  }
  ASSERT_EQ(request.confirmed().number(), 3);
  ASSERT_EQ(second_->application().store().View().revision(), 2);
  request.set_renewal(2);
  ASSERT_TRUE(stream->Write(request));
  while (response.renewed() != 2) ASSERT_TRUE(stream->Read(&response));

  const auto snapshot = first_.application().journal().Read();
  const auto row =
      snapshot->sql().Prepare("SELECT confirmed FROM replica_leases WHERE replica LIKE '1111%'");
  ASSERT_TRUE((*row)->Step().value());
  EXPECT_EQ((*row)->Int64(0), 3);
  context.TryCancel();
}

TEST_F(LaggingProcessTest, TakesNothingFromAReplicaThatKnowsMore) {
  ASSERT_THAT(Suspend(first_), IsOk());
  grpc::ClientContext context;
  RegistryServer::Prepare(context, kPatience);
  const auto stream = second_->As(kExchange).Replicate(&context);
  const v1::ReplicateRequest request = Renewal(3);
  ASSERT_TRUE(stream->Write(request));
  // Its row is there, so the stream was looked at.
  while (second_->application().leases().live() < 2) std::this_thread::yield();
  ASSERT_EQ(second_->application().store().View().revision(), 2) << "it knows less";

  brake_.released.Notify();

  v1::ReplicateResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_FALSE(response.reset());
  EXPECT_EQ(response.renewed(), 1);
  context.TryCancel();
}

}  // namespace
}  // namespace comity::partner_registry
