#include "services/partner-registry/domain/leases.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>

#include "common/time/clock.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

const char kService[] = "spiffe://agency.example/service/document-exchange";

class LeasesTest : public ::testing::Test {
 protected:
  // Whether a barrier at `revision` holds everywhere now.
  static absl::Status Now(Leases& leases, std::int64_t revision) {
    return leases.AwaitEverywhere(revision, absl::ZeroDuration());
  }

  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  Leases leases_{&clock_, {.lease = absl::Seconds(10), .fresh = true}};
};

TEST_F(LeasesTest, WithoutReplicasABarrierHoldsAtOnce) { EXPECT_THAT(Now(leases_, 5), IsOk()); }

TEST_F(LeasesTest, AReplicaThatHasNotConfirmedIsWaitedForUntilItsLeaseAndASecondAreOver) {
  leases_.Renew(kService, "a", 4);
  EXPECT_THAT(Now(leases_, 4), IsOk());
  EXPECT_THAT(Now(leases_, 5),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
  clock_.Advance(absl::Seconds(10));
  EXPECT_FALSE(Now(leases_, 5).ok()) << "the clocks may differ by a second";
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Now(leases_, 5), IsOk());
}

TEST_F(LeasesTest, TwoReplicasOfOneServiceAreTwo) {
  leases_.Renew(kService, "a", 5);
  leases_.Renew(kService, "b", 4);
  EXPECT_FALSE(Now(leases_, 5).ok());
  leases_.Renew(kService, "b", 5);
  EXPECT_THAT(Now(leases_, 5), IsOk());
  EXPECT_EQ(leases_.live(), 2);
  EXPECT_EQ(leases_.behind(7), 2);
}

TEST_F(LeasesTest, AConfirmationWakesWhoWaits) {
  leases_.Renew(kService, "a", 4);
  std::thread waiting([&] { EXPECT_THAT(leases_.AwaitEverywhere(5, absl::Hours(1)), IsOk()); });
  leases_.Renew(kService, "a", 5);
  waiting.join();
}

TEST_F(LeasesTest, AfterARestartLeasesOfTheProcessBeforeMayStillRun) {
  Leases restarted(&clock_, {.lease = absl::Seconds(10), .fresh = false});
  EXPECT_FALSE(Now(restarted, 1).ok());
  clock_.Advance(absl::Seconds(11));
  EXPECT_THAT(Now(restarted, 1), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
