#include "services/partner-registry/domain/leases.h"

#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <string>
#include <thread>

#include "common/status/error.h"
#include "common/time/clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/fake_lease_rows.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const LeaseHolder kReplica = {.caller = "spiffe://agency.example/service/document-exchange",
                              .replica = "a"};
constexpr auto kAtOnce = std::chrono::seconds(0);

absl::Status Restored() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "restored",
                   {.reason = "LEDGER_BEHIND_CHECKPOINT"});
}

class LeasesTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override { leases_.Start(); }

  // A barrier that waits as long as it takes.
  std::future<absl::Status> Await(std::int64_t revision) {
    auto waiting = std::async(std::launch::async, [this, revision] {
      return leases_.AwaitEverywhere(revision, absl::Hours(100));
    });
    while (leases_.waiting() == 0 && waiting.wait_for(kAtOnce) != std::future_status::ready) {
      std::this_thread::yield();
    }
    rows_.AwaitLook();
    return waiting;
  }

  // Stores a renewal by way of the leases, and what they answer.
  absl::StatusOr<std::int64_t> Renew(std::int64_t confirmed, const LeaseHolder& holder = kReplica) {
    std::promise<absl::StatusOr<std::int64_t>> answer;
    leases_.Renew({.holder = holder, .confirmed = confirmed},
                  [&](absl::StatusOr<std::int64_t> reached) { answer.set_value(reached); });
    return answer.get_future().get();
  }

  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  FakeLeaseRows rows_{GetParam()};
  Leases leases_{&rows_, &clock_, {.lease = absl::Seconds(10), .renewal = absl::Milliseconds(5)}};
};

TEST_P(LeasesTest, WithoutReplicasABarrierHoldsAtOnce) { EXPECT_THAT(Await(5).get(), IsOk()); }

TEST_P(LeasesTest, ABarrierWaitsForAReplicaUntilItConfirms) {
  ASSERT_THAT(Renew(4), IsOk());
  auto barrier = Await(5);
  EXPECT_NE(barrier.wait_for(kAtOnce), std::future_status::ready);

  ASSERT_THAT(Renew(5), IsOk());

  EXPECT_THAT(barrier.get(), IsOk());
}

TEST_P(LeasesTest, ABarrierWaitsForAReplicaOfAnotherProcess) {
  rows_.StoreElsewhere({.holder = kReplica, .confirmed = 4});
  auto barrier = Await(5);
  EXPECT_NE(barrier.wait_for(kAtOnce), std::future_status::ready);

  rows_.StoreElsewhere({.holder = kReplica, .confirmed = 5});

  EXPECT_THAT(barrier.get(), IsOk());
}

TEST_P(LeasesTest, ABarrierWaitsOutALeaseAlsoIfTheDatabaseIsGoneMeanwhile) {
  rows_.StoreElsewhere({.holder = kReplica, .confirmed = 4});
  auto barrier = Await(5);
  rows_.SetTrouble(absl::UnavailableError("gone"));
  clock_.Advance(absl::Seconds(10));
  rows_.AwaitLook();
  EXPECT_NE(barrier.wait_for(kAtOnce), std::future_status::ready);

  clock_.Advance(absl::Seconds(1));

  EXPECT_THAT(barrier.get(), IsOk());
}

TEST_P(LeasesTest, ABarrierThatCouldNotLookDoesNotHold) {
  rows_.SetTrouble(absl::UnavailableError("gone"));
  auto barrier = Await(5);
  clock_.Advance(absl::Hours(1));
  rows_.AwaitLook();
  EXPECT_NE(barrier.wait_for(kAtOnce), std::future_status::ready);

  clock_.Advance(absl::Hours(100));

  EXPECT_THAT(barrier.get(),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
}

TEST_P(LeasesTest, AReplicaThatRenewsForEverHoldsABarrierUpForOneLease) {
  ASSERT_THAT(Renew(4), IsOk());
  auto barrier = Await(5);
  clock_.Advance(absl::Seconds(6));
  ASSERT_THAT(Renew(4), IsOk());
  rows_.AwaitLook();

  clock_.Advance(absl::Seconds(5));

  EXPECT_THAT(barrier.get(), IsOk()) << "its later lease came with the barrier";
}

TEST_P(LeasesTest, ARenewalIsAnsweredWithWhatTheRegistryHadAfterwardsOrNotAtAll) {
  rows_.SetReached(7);
  const auto reached = Renew(4);
  ASSERT_THAT(reached, IsOk());
  EXPECT_EQ(*reached, 7);

  rows_.SetTrouble(absl::UnavailableError("gone"));

  EXPECT_FALSE(Renew(4).ok());
}

TEST_P(LeasesTest, WhatLapsedIsForgotten) {
  ASSERT_THAT(Renew(4), IsOk());
  rows_.AwaitLook();
  EXPECT_EQ(leases_.live(), 1);

  clock_.Advance(absl::Seconds(11));
  rows_.AwaitLook();
  rows_.AwaitLook();

  EXPECT_EQ(leases_.live(), 0);
  EXPECT_EQ(rows_.rows().size(), GetParam() ? 1 : 0) << "the own one at most";
}

TEST_P(LeasesTest, ARestoredStoreIsAnsweredFromByNobody) {
  EXPECT_THAT(leases_.MayAnswer(), IsOk());
  rows_.SetTrouble(Restored());

  EXPECT_THAT(leases_.MayAnswer(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_THAT(Renew(4).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

INSTANTIATE_TEST_SUITE_P(Databases, LeasesTest, ::testing::Bool(),
                         [](const auto& shared) { return shared.param ? "Shared" : "Embedded"; });

// The process as a holder itself.
class OwnLeaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<Leases> Make(FakeLeaseRows& rows) {
    auto leases = std::make_unique<Leases>(
        &rows, &clock_, Leases::Options{.lease = absl::Seconds(10), .renewal = absl::Hours(1)});
    leases->NoteApplied(3, 0);
    return leases;
  }

  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  FakeLeaseRows shared_{true};
};

TEST_F(OwnLeaseTest, AnEmbeddedStoreNeedsNone) {
  FakeLeaseRows embedded(false);
  const auto leases = Make(embedded);
  leases->Start();
  clock_.Advance(absl::Hours(1));

  EXPECT_THAT(leases->MayAnswer(), IsOk());
  EXPECT_THAT(embedded.rows(), IsEmpty());
}

TEST_F(OwnLeaseTest, AProcessAnswersFromItsStartUntilItsLeaseIsOver) {
  shared_.SetReached(3);
  const auto leases = Make(shared_);
  EXPECT_THAT(leases->MayAnswer(),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  leases->Start();
  EXPECT_THAT(leases->MayAnswer(), IsOk());
  EXPECT_THAT(shared_.rows(), ElementsAre(Field(&LeaseRow::confirmed, 3)));

  clock_.Advance(absl::Seconds(10));

  EXPECT_THAT(leases->MayAnswer(),
              FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
}

TEST_F(OwnLeaseTest, AProcessThatLagsAnswersOnceItHasWhatWasCommittedBefore) {
  shared_.SetReached(5);
  const auto leases = Make(shared_);
  leases->Start();
  EXPECT_FALSE(leases->MayAnswer().ok());
  leases->NoteApplied(4, 0);
  EXPECT_FALSE(leases->MayAnswer().ok());

  leases->NoteApplied(5, 0);

  EXPECT_THAT(leases->MayAnswer(), IsOk());
}

TEST_F(OwnLeaseTest, ABarrierIsConfirmedAtOnceWhenItIsApplied) {
  const auto leases = Make(shared_);
  leases->Start();
  auto other = std::make_unique<Leases>(
      &shared_, &clock_,
      Leases::Options{.lease = absl::Seconds(10), .renewal = absl::Milliseconds(5)});
  other->NoteApplied(4, 4);
  other->Start();
  auto barrier =
      std::async(std::launch::async, [&] { return other->AwaitEverywhere(4, absl::Hours(1)); });
  while (other->waiting() == 0) std::this_thread::yield();
  shared_.AwaitLook();
  EXPECT_NE(barrier.wait_for(kAtOnce), std::future_status::ready);

  leases->NoteApplied(4, 4);

  EXPECT_THAT(barrier.get(), IsOk());
}

TEST_F(OwnLeaseTest, WhoStopsIsWaitedForByNobody) {
  auto leases = Make(shared_);
  leases->Start();

  leases.reset();

  EXPECT_THAT(shared_.rows(), ElementsAre(Field(&LeaseRow::confirmed, kEverything)));
}

}  // namespace
}  // namespace comity::partner_registry
