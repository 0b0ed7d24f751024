#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "common/crypto/digest.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/server/replica_view.h"
#include "tests/contract/registry_view/replicated_registry.h"
#include "tests/contract/registry_view/seconded_prosecutor.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::engagement_scheduling {
namespace {

using absl::StatusCode;
using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::ListedContact;
using comity::testing::RegistryStart;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr auto kAWhile = std::chrono::milliseconds(100);

// A registry and the view of it.
struct Subject {
  comity::testing::RegistrySteps* registry = nullptr;
  const RegistryView* view = nullptr;
  std::shared_ptr<void> owner;
};

class FixedSteps final : public comity::testing::RegistrySteps {
 public:
  explicit FixedSteps(RegistryStart start)
      : view_(start == RegistryStart::kUnreached
                  ? std::make_unique<FixedRegistry>(FixedRegistry::Unreached{})
                  : std::make_unique<FixedRegistry>()) {
    if (start == RegistryStart::kWithoutCheckpoint) view_->ForgetCheckpoint();
  }

  const RegistryView* view() const { return view_.get(); }

  void List(const ListedContact& contact) override {
    view_->List(contact.spiffe_id, {.partner = contact.partner,
                                    .authority = contact.authority,
                                    .active = contact.active,
                                    .hours = contact.hours,
                                    .secondments = contact.secondments});
  }
  void SuspendExchanges(const std::string& partner, bool suspended) override {
    view_->SuspendExchanges(partner, suspended);
  }
  void Record(const legal::Decision& decision) override { view_->Record(decision); }
  void Second(const legal::Secondment& secondment) override { view_->Second(secondment); }
  void Publish(const std::string& prosecutor, const registry_view::SealingKey& key) override {
    view_->Publish(prosecutor, key);
  }
  void LoseLease() override { view_->LoseLease(); }
  void RegainLease() override { view_->RegainLease(); }
  std::string Checkpoint() const override { return comity::testing::RegistryRecords().checkpoint; }

 private:
  const std::unique_ptr<FixedRegistry> view_;
};

struct Replicated {
  explicit Replicated(RegistryStart start) : registry(start), view(registry.StartReplica()) {}

  comity::testing::ReplicatedRegistry registry;
  const ReplicaView view;
};

struct Implementation {
  std::string name;
  std::function<Subject(RegistryStart start)> make;
};

void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

Implementation Fixed() {
  return {"Fixed", [](RegistryStart start) -> Subject {
            const auto fixed = std::make_shared<FixedSteps>(start);
            return {.registry = fixed.get(), .view = fixed->view(), .owner = fixed};
          }};
}

Implementation Replica() {
  return {"Replica", [](RegistryStart start) -> Subject {
            const auto replicated = std::make_shared<Replicated>(start);
            return {
                .registry = &replicated->registry, .view = &replicated->view, .owner = replicated};
          }};
}

ListedContact Tbilisi() {
  return {.spiffe_id = kTbilisi,
          .partner = "partners/georgia",
          .authority = "partners/georgia/authorities/prosecution",
          .hours = WorkingHours{.time_zone = "Asia/Tbilisi",
                                .days = {1, 2, 3},
                                .start_minute = 540,
                                .end_minute = 1080,
                                .holidays = {"2027-01-07"},
                                .absences = {{"2026-12-24", "2027-01-02"}}}};
}

class RegistryViewContractTest : public ::testing::TestWithParam<Implementation> {
 protected:
  void Start(RegistryStart start = RegistryStart::kServing) {
    subject_ = GetParam().make(start);
    if (start != RegistryStart::kUnreached) registry().List(Tbilisi());
  }

  comity::testing::RegistrySteps& registry() { return *subject_.registry; }
  const RegistryView& view() const { return *subject_.view; }

  std::shared_ptr<const RegistrySnapshot> Latest() const {
    auto latest = view().Latest();
    EXPECT_THAT(latest, IsOk());
    return *std::move(latest);
  }

  Subject subject_;
};

TEST_P(RegistryViewContractTest, BeforeAnythingWasReceivedTheRegistryIsUnknown) {
  Start(RegistryStart::kUnreached);

  EXPECT_THAT(view().Latest(), FailsWith(StatusCode::kUnavailable, "REGISTRY_UNKNOWN"));
}

TEST_P(RegistryViewContractTest, EveryChangeIsALaterRevisionOfTheSameStore) {
  Start();
  const legal::Revision before = Latest()->revision();

  registry().Record(legal::Authorised("france", "georgia"));

  const auto latest = Latest();
  EXPECT_EQ(latest->revision().store_id, before.store_id);
  EXPECT_EQ(latest->revision().number, before.number + 1);
  EXPECT_EQ(latest->facts().revision(), latest->revision());
}

TEST_P(RegistryViewContractTest, WhatIsRecordedIsAmongTheFacts) {
  Start();
  registry().Record(legal::Authorised("france", "georgia"));

  const auto latest = Latest();
  const auto& decisions = latest->facts().DecisionsOfCase("partners/france", "2026/17");
  ASSERT_THAT(decisions, SizeIs(1));
  EXPECT_EQ(decisions[0].kind, legal::DecisionKind::kAuthorisation);
}

TEST_P(RegistryViewContractTest, ASnapshotStaysAsItWas) {
  Start();
  const auto held = Latest();
  const legal::Revision revision = held->revision();

  ListedContact suspended = Tbilisi();
  suspended.active = false;
  registry().List(suspended);
  registry().SuspendExchanges("partners/georgia", true);
  registry().Record(legal::Authorised("france", "georgia"));

  EXPECT_EQ(held->revision(), revision);
  EXPECT_TRUE(held->FindContact(kTbilisi)->active);
  EXPECT_FALSE(held->ExchangesSuspended("partners/georgia"));
  EXPECT_THAT(held->facts().DecisionsOfCase("partners/france", "2026/17"), SizeIs(0));
}

TEST_P(RegistryViewContractTest, TheCheckpointItRestsOnIsNamedByItsDigest) {
  Start();

  EXPECT_EQ(Latest()->checkpoint_sha256(), crypto::Sha256(registry().Checkpoint()));
}

TEST_P(RegistryViewContractTest, WithoutACheckpointThereIsNoDigest) {
  Start(RegistryStart::kWithoutCheckpoint);

  EXPECT_EQ(Latest()->checkpoint_sha256(), std::nullopt);
}

TEST_P(RegistryViewContractTest, AContactIsFoundByItsSpiffeId) {
  Start();

  const auto contact = Latest()->FindContact(kTbilisi);

  ASSERT_TRUE(contact.has_value());
  EXPECT_EQ(contact->partner, "partners/georgia");
  EXPECT_EQ(contact->authority, "partners/georgia/authorities/prosecution");
  EXPECT_TRUE(contact->active);
  ASSERT_TRUE(contact->hours.has_value());
  EXPECT_EQ(contact->hours->time_zone, "Asia/Tbilisi");
  EXPECT_THAT(contact->hours->days, ElementsAre(1, 2, 3));
  EXPECT_EQ(contact->hours->start_minute, 540);
  EXPECT_EQ(contact->hours->end_minute, 1080);
  EXPECT_THAT(contact->hours->holidays, ElementsAre("2027-01-07"));
  EXPECT_THAT(contact->hours->absences, ElementsAre(Absence{"2026-12-24", "2027-01-02"}));
}

TEST_P(RegistryViewContractTest, AContactMayHaveNoHours) {
  Start();
  ListedContact contact = Tbilisi();
  contact.hours.reset();
  registry().List(contact);

  EXPECT_FALSE(Latest()->FindContact(kTbilisi)->hours.has_value());
}

TEST_P(RegistryViewContractTest, AContactComesWithTheSecondmentsThatBindIt) {
  Start();
  EXPECT_THAT(Latest()->FindContact(kTbilisi)->secondments, SizeIs(0));
  ListedContact seconded = Tbilisi();
  seconded.secondments = {{.name = "partners/georgia/secondments/s1",
                           .kind = legal::SecondmentKind::kLiaisonProsecutor,
                           .instrument = "partners/georgia/instruments/cooperation-agreement",
                           .from = PartialDate(absl::CivilDay(2026, 1, 1)),
                           .to = PartialDate(absl::CivilDay(2026, 12, 31))}};
  registry().List(seconded);

  const auto contact = Latest()->FindContact(kTbilisi);
  ASSERT_THAT(contact->secondments, SizeIs(1));
  const legal::Secondment& bound = contact->secondments[0];
  EXPECT_EQ(bound.kind, legal::SecondmentKind::kLiaisonProsecutor);
  EXPECT_EQ(bound.instrument, "partners/georgia/instruments/cooperation-agreement");
  EXPECT_EQ(bound.from.ToString(), "2026-01-01");
  EXPECT_EQ(bound.to.ToString(), "2026-12-31");
}

TEST_P(RegistryViewContractTest, ASuspendedContactIsListedAndNotActive) {
  Start();
  ListedContact suspended = Tbilisi();
  suspended.active = false;
  registry().List(suspended);

  const auto contact = Latest()->FindContact(kTbilisi);
  ASSERT_TRUE(contact.has_value());
  EXPECT_FALSE(contact->active);
}

TEST_P(RegistryViewContractTest, WhoIsNotListedIsNotFound) {
  Start();

  EXPECT_EQ(Latest()->FindContact("spiffe://georgia.example/partner/georgia/contact/tbilisi-2"),
            std::nullopt);
}

TEST_P(RegistryViewContractTest, AProsecutorCountsWhileASecondmentInEffectNamesHim) {
  Start();
  comity::testing::ExpectAProsecutorCountsWhileSeconded(registry(), [this] { return Latest(); });
}

TEST_P(RegistryViewContractTest, AUnitActsForThePartnerOfItsCodeOrItsName) {
  Start();

  EXPECT_EQ(Latest()->PartnerOfUnit("fr"), "partners/france");
  EXPECT_EQ(Latest()->PartnerOfUnit("georgia"), "partners/georgia");
  EXPECT_EQ(Latest()->PartnerOfUnit("atlantis"), "");
  EXPECT_EQ(Latest()->PartnerOfUnit("-"), "");
}

TEST_P(RegistryViewContractTest, ExchangesAreSuspendedWithThatPartnerUntilTheyAreResumed) {
  Start();

  registry().SuspendExchanges("partners/georgia", true);
  EXPECT_TRUE(Latest()->ExchangesSuspended("partners/georgia"));
  EXPECT_FALSE(Latest()->ExchangesSuspended("partners/panama"));
  EXPECT_FALSE(Latest()->ExchangesSuspended("partners/atlantis"));

  registry().SuspendExchanges("partners/georgia", false);
  EXPECT_FALSE(Latest()->ExchangesSuspended("partners/georgia"));
}

TEST_P(RegistryViewContractTest, WhatRestsOnTheLatestRevisionMayBeHandedOver) {
  Start();
  const legal::Revision decided_at = Latest()->revision();

  for (const bool operational : {true, false}) {
    const auto permit = view().PermitRelease(decided_at, operational);
    ASSERT_THAT(permit, IsOk());
    EXPECT_NE(*permit, nullptr);
  }
}

TEST_P(RegistryViewContractTest, ALaterChangeThatIsNoBarrierTakesNothingBack) {
  Start();
  const legal::Revision decided_at = Latest()->revision();

  registry().Record(legal::Authorised("france", "georgia"));

  EXPECT_THAT(view().PermitRelease(decided_at, true), IsOk());
}

TEST_P(RegistryViewContractTest, WhatWasDecidedBeforeABarrierIsDecidedAgain) {
  Start();
  const legal::Revision decided_at = Latest()->revision();

  registry().SuspendExchanges("partners/panama", true);

  for (const bool operational : {true, false}) {
    EXPECT_THAT(view().PermitRelease(decided_at, operational),
                FailsWith(StatusCode::kAborted, "REGISTRY_CHANGED"));
    EXPECT_THAT(view().PermitRelease(Latest()->revision(), operational), IsOk());
  }
}

TEST_P(RegistryViewContractTest, TheSuspensionOfAContactIsABarrier) {
  Start();
  const legal::Revision decided_at = Latest()->revision();

  ListedContact suspended = Tbilisi();
  suspended.active = false;
  registry().List(suspended);

  EXPECT_THAT(view().PermitRelease(decided_at, true),
              FailsWith(StatusCode::kAborted, "REGISTRY_CHANGED"));
}

TEST_P(RegistryViewContractTest, WhatWasDecidedOnAnotherStoreIsDecidedAgain) {
  Start();
  legal::Revision decided_at = Latest()->revision();
  decided_at.store_id = "another";

  EXPECT_THAT(view().PermitRelease(decided_at, false),
              FailsWith(StatusCode::kAborted, "REGISTRY_CHANGED"));
}

TEST_P(RegistryViewContractTest, WithoutALeaseOnlyOperationalDataStop) {
  Start();
  const legal::Revision decided_at = Latest()->revision();

  registry().LoseLease();
  EXPECT_THAT(view().PermitRelease(decided_at, true),
              FailsWith(StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  EXPECT_THAT(view().PermitRelease(decided_at, false), IsOk());
  EXPECT_THAT(view().Latest(), IsOk());

  registry().RegainLease();
  EXPECT_THAT(view().PermitRelease(decided_at, true), IsOk());
}

TEST_P(RegistryViewContractTest, NoBarrierTakesEffectWhileAPermitIsHeld) {
  Start();
  auto permit = view().PermitRelease(Latest()->revision(), true);
  ASSERT_THAT(permit, IsOk());
  ReleasePermit copy = *permit;

  std::future<void> suspended = std::async(
      std::launch::async, [&] { registry().SuspendExchanges("partners/georgia", true); });
  *permit = nullptr;
  EXPECT_EQ(suspended.wait_for(kAWhile), std::future_status::timeout);
  EXPECT_FALSE(Latest()->ExchangesSuspended("partners/georgia"));

  copy = nullptr;
  suspended.get();
  EXPECT_TRUE(Latest()->ExchangesSuspended("partners/georgia"));
}

TEST_P(RegistryViewContractTest, WhoeverIsNoContactCountsWithItsCertificate) {
  Start();

  EXPECT_THAT(view().CheckContact(Who(kDesk)), IsOk());
}

TEST_P(RegistryViewContractTest, AnActiveContactCounts) {
  Start();

  EXPECT_THAT(view().CheckContact(Who(kTbilisi)), IsOk());
}

TEST_P(RegistryViewContractTest, WhoIsNotListedDoesNotCount) {
  Start();

  EXPECT_THAT(
      view().CheckContact(Who("spiffe://georgia.example/partner/georgia/contact/tbilisi-2")),
      FailsWith(StatusCode::kPermissionDenied, "CONTACT_NOT_REGISTERED"));
}

TEST_P(RegistryViewContractTest, ASuspendedContactDoesNotCount) {
  Start();
  ListedContact suspended = Tbilisi();
  suspended.active = false;
  registry().List(suspended);

  EXPECT_THAT(view().CheckContact(Who(kTbilisi)),
              FailsWith(StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
}

TEST_P(RegistryViewContractTest, NobodyCountsOfAPartnerWithWhomExchangesAreSuspended) {
  Start();
  registry().SuspendExchanges("partners/georgia", true);

  EXPECT_THAT(view().CheckContact(Who(kTbilisi)),
              FailsWith(StatusCode::kPermissionDenied, "EXCHANGES_SUSPENDED"));
}

TEST_P(RegistryViewContractTest, NoContactCountsBeforeAnythingWasReceived) {
  Start(RegistryStart::kUnreached);

  EXPECT_THAT(view().CheckContact(Who(kTbilisi)),
              FailsWith(StatusCode::kUnavailable, "REGISTRY_UNKNOWN"));
  EXPECT_THAT(view().CheckContact(Who(kDesk)), IsOk());
}

TEST_P(RegistryViewContractTest, NobodyOfAPartnerCountsWithoutALease) {
  Start();
  ListedContact suspended = Tbilisi();
  suspended.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  suspended.active = false;
  registry().List(suspended);
  registry().Second(
      Seconded(PartialDate(absl::CivilDay(2026, 1, 1)), PartialDate(absl::CivilDay(2026, 12, 31))));
  ListedContact panama = Tbilisi();
  panama.spiffe_id = kPanama;
  panama.partner = "partners/panama";
  panama.authority = "partners/panama/authorities/prosecution";
  registry().List(panama);
  registry().SuspendExchanges("partners/panama", true);
  for (const char* const who : {kTbilisi, kLiaison}) {
    EXPECT_THAT(view().CheckContact(Who(who)), IsOk()) << who;
  }

  registry().LoseLease();

  // Whose exchanges are suspended, too: rows of the access table let him in.
  for (const char* const who : {kTbilisi, kLiaison, kPanama}) {
    EXPECT_THAT(view().CheckContact(Who(who)),
                FailsWith(StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"))
        << who;
  }
  EXPECT_THAT(view().CheckContact(Who(suspended.spiffe_id)),
              FailsWith(StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
  EXPECT_THAT(view().CheckContact(Who(kDesk)), IsOk());

  registry().RegainLease();
  for (const char* const who : {kTbilisi, kLiaison}) {
    EXPECT_THAT(view().CheckContact(Who(who)), IsOk()) << who;
  }
}

INSTANTIATE_TEST_SUITE_P(Implementations, RegistryViewContractTest,
                         ::testing::Values(Fixed(), Replica()),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::engagement_scheduling
