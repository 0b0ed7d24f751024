#include "services/partner-registry/domain/lease_table.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

namespace comity::partner_registry {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const char kService[] = "spiffe://agency.example/service/document-exchange";
constexpr absl::Duration kStart = absl::Hours(1);

LeaseRow Row(const std::string& replica, std::int64_t confirmed, std::int64_t renewed = 1,
             std::optional<absl::Duration> age = absl::ZeroDuration()) {
  return {.holder = {.caller = kService, .replica = replica},
          .confirmed = confirmed,
          .renewed = renewed,
          .age = age};
}

class LeaseTableTest : public ::testing::Test {
 protected:
  void Look(const std::vector<LeaseRow>& rows, absl::Duration at = kStart) {
    table_.Merge(rows, at);
  }

  // How long a barrier at `revision` may have to wait.
  absl::Duration Left(std::int64_t revision, absl::Duration at = kStart) const {
    return table_.Outstanding(revision, at);
  }

  LeaseTable table_{absl::Seconds(10), {.caller = "-", .replica = "own"}};
};

TEST_F(LeaseTableTest, WithoutRowsNobodyActsOnAnything) {
  Look({});
  EXPECT_EQ(Left(5), absl::ZeroDuration());
}

TEST_F(LeaseTableTest, WhoHasNotConfirmedIsWaitedForUntilItsLeaseAndASecondAreOver) {
  Look({Row("a", 4)});
  EXPECT_EQ(Left(4), absl::ZeroDuration());
  EXPECT_EQ(Left(5), absl::Seconds(11)) << "the clocks may differ by a second";
  EXPECT_EQ(Left(5, kStart + absl::Seconds(10)), absl::Seconds(1));
  EXPECT_LE(Left(5, kStart + absl::Seconds(11)), absl::ZeroDuration());
}

TEST_F(LeaseTableTest, TwoReplicasOfOneServiceAreTwo) {
  Look({Row("a", 5), Row("b", 4)});
  EXPECT_EQ(Left(5), absl::Seconds(11));
  EXPECT_EQ(table_.live(kStart), 2);
  EXPECT_EQ(table_.behind(7, kStart), 3);
  Look({Row("a", 5), Row("b", 5, 2)});
  EXPECT_EQ(Left(5), absl::ZeroDuration());
}

TEST_F(LeaseTableTest, AProcessThatStartsWaitsOnlyForWhatIsLeft) {
  Look({Row("a", 4, 1, absl::Seconds(4))});
  EXPECT_EQ(Left(5), absl::Seconds(7));
  Look({Row("a", 4, 1, absl::Seconds(6))}, kStart + absl::Seconds(2));
  EXPECT_EQ(Left(5, kStart + absl::Seconds(2)), absl::Seconds(5));
}

TEST_F(LeaseTableTest, AnAgeThatIsUnknownOrInTheFutureIsNone) {
  Look({Row("a", 4, 1, std::nullopt)});
  EXPECT_EQ(Left(5), absl::Seconds(11));
  Look({Row("a", 4, 1, std::nullopt), Row("b", 4, 1, -absl::Hours(1))});
  EXPECT_EQ(Left(5), absl::Seconds(11));
}

TEST_F(LeaseTableTest, ADatabaseClockThatJumpsEndsNoLease) {
  Look({});
  const absl::Duration later = kStart + absl::Seconds(2);
  Look({Row("a", 4, 1, absl::Hours(1))}, later);
  EXPECT_EQ(Left(5, later), absl::Seconds(11)) << "it may have been renewed just now";
  // Read again, it does not become younger.
  Look({Row("a", 4, 1, absl::Hours(2))}, later + absl::Seconds(2));
  EXPECT_EQ(Left(5, later + absl::Seconds(2)), absl::Seconds(9));
}

TEST_F(LeaseTableTest, ARowThatTheDatabaseLostCountsUntilItsLeaseIsOver) {
  Look({Row("a", 4)});
  Look({}, kStart + absl::Seconds(5));
  EXPECT_EQ(Left(5, kStart + absl::Seconds(5)), absl::Seconds(6));
  Look({}, kStart + absl::Seconds(11));
  EXPECT_EQ(Left(5, kStart + absl::Seconds(11)), absl::ZeroDuration());
  EXPECT_THAT(table_.Lapsed(kStart + absl::Hours(1)), IsEmpty());
}

TEST_F(LeaseTableTest, NobodyWaitsForItselfOrForWhoStopped) {
  LeaseRow own = Row("own", 1);
  own.holder.caller = "-";
  LeaseRow stopped = Row("stopped", kEverything);
  stopped.holder.caller = "-";
  Look({own, stopped});
  EXPECT_EQ(Left(5), absl::ZeroDuration());
  EXPECT_EQ(table_.live(kStart), 0);
}

TEST_F(LeaseTableTest, WhatIsOverIsForgottenOnceAndWhoeverWasBeforeStaysKnown) {
  LeaseRow before = Row("store-1", 0);
  before.holder.caller = "";
  Look({Row("a", 4), before});
  EXPECT_EQ(Left(5), absl::Seconds(11));
  EXPECT_EQ(table_.live(kStart), 1) << "who that is nobody knows";
  EXPECT_THAT(table_.Lapsed(kStart + absl::Seconds(10)), IsEmpty());
  const absl::Duration over = kStart + absl::Seconds(11);
  EXPECT_THAT(table_.Lapsed(over), SizeIs(2));

  before.confirmed = kEverything;
  Look({before}, over);

  EXPECT_THAT(table_.Lapsed(over + absl::Hours(1)), IsEmpty());
  EXPECT_EQ(Left(5, over), absl::ZeroDuration());
}

}  // namespace
}  // namespace comity::partner_registry
