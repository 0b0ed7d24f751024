#include "common/ids/uuid.h"

#include <gtest/gtest.h>

namespace comity {
namespace {

TEST(UuidTest, IdsOfOneMomentAreOrdered) {
  const absl::Time now = absl::FromUnixMillis(1700000000000);
  std::string last = NewUuid(now);

  for (int i = 0; i < 10000; ++i) {
    const std::string next = NewUuid(now);
    ASSERT_LT(last, next);
    ASSERT_TRUE(IsUuid(next));
    ASSERT_EQ(next[14], '7');
    last = next;
  }
}

TEST(UuidTest, TellsWhenItWasMade) {
  EXPECT_EQ(TimeOfUuid("018bcfe5-6800-7000-8000-000000000000"),
            absl::FromUnixMillis(1700000000000));
  const absl::Time later = absl::FromUnixMillis(4000000000123);
  EXPECT_EQ(TimeOfUuid(NewUuid(later)), later);
  EXPECT_EQ(TimeOfUuid("018bcfe5-6800-4000-8000-000000000000"), std::nullopt) << "another version";
  EXPECT_EQ(TimeOfUuid("1"), std::nullopt);
}

TEST(UuidTest, KnowsTheCanonicalForm) {
  EXPECT_TRUE(IsUuid("018bcfe5-6800-7000-8000-000000000000"));
  EXPECT_FALSE(IsUuid("018BCFE5-6800-7000-8000-000000000000"));
  EXPECT_FALSE(IsUuid("018bcfe568007000800000000000000000000"));
}

}  // namespace
}  // namespace comity
