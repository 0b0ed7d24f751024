#include "services/partner-registry/domain/readiness.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

ReadinessItem Item(Topic topic, ReadinessState state = ReadinessState::kInPlace) {
  return {.topic = topic,
          .state = state,
          .statement = "Law 18-07",
          .day = "2024",
          .evidence = "report of the delegation"};
}

class ReadinessTest : public ::testing::Test {
 protected:
  absl::StatusOr<Plan> Update(const std::vector<ReadinessItem>& items,
                              absl::string_view etag = "") const {
    return PlanUpdateReadiness(registry_, "algeria", items, etag, kNow);
  }
  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  Registry registry_ = LoadedRegistry();
};

TEST_F(ReadinessTest, WithoutAFileEverythingIsMissing) {
  EXPECT_THAT(MissingTopics(ReadinessOf(registry_, "algeria")), SizeIs(8));
}

TEST_F(ReadinessTest, ItemsAreSetTopicByTopic) {
  Take(Update({Item(Topic::kSupervisoryAuthority, ReadinessState::kPartly),
               Item(Topic::kDataProtectionLaw)}));
  Readiness known = ReadinessOf(registry_, "algeria");
  ASSERT_THAT(known.items, SizeIs(2));
  EXPECT_EQ(known.items[0].topic, Topic::kDataProtectionLaw) << "in the order of topics";
  EXPECT_THAT(MissingTopics(known), SizeIs(7));
  EXPECT_THAT(MissingTopics(known), Contains(Topic::kSupervisoryAuthority)) << "partly is not all";
  EXPECT_THAT(MissingTopics(known), Not(Contains(Topic::kDataProtectionLaw)));

  EXPECT_THAT(Update({Item(Topic::kDataProtectionLaw)})->facts, IsEmpty());
  EXPECT_THAT(Update({Item(Topic::kContactPoint)}, "\"1\""),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  Take(Update({Item(Topic::kSupervisoryAuthority)}, "\"2\""));
  EXPECT_THAT(MissingTopics(ReadinessOf(registry_, "algeria")), SizeIs(6));
}

TEST_F(ReadinessTest, BadItemsAreRefused) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "READINESS_INVALID");
  const auto refused = [&](auto change) {
    ReadinessItem wrong = Item(Topic::kContactPoint);
    change(wrong);
    return Update({wrong}).status();
  };
  EXPECT_THAT(Update({}), invalid);
  EXPECT_THAT(Update({Item(Topic::kContactPoint), Item(Topic::kContactPoint)}), invalid);
  EXPECT_THAT(refused([](ReadinessItem& i) { i.topic = Topic::kUnspecified; }), invalid);
  EXPECT_THAT(refused([](ReadinessItem& i) { i.state = ReadinessState::kUnspecified; }), invalid);
  EXPECT_THAT(refused([](ReadinessItem& i) { i.statement = ""; }), invalid);
  EXPECT_THAT(refused([](ReadinessItem& i) { i.day = ""; }), invalid);
  EXPECT_THAT(refused([](ReadinessItem& i) { i.day = "soon"; }), invalid);
  EXPECT_THAT(refused([](ReadinessItem& i) { i.evidence = ""; }), invalid);
  EXPECT_THAT(PlanUpdateReadiness(registry_, "atlantis", {Item(Topic::kContactPoint)}, "", kNow),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(ReadinessTest, OnlyCandidatesHaveAFile) {
  for (const char* const partner : {"france", "denmark", "europol", "aiamp", "wbcj"}) {
    EXPECT_THAT(PlanUpdateReadiness(registry_, partner, {Item(Topic::kContactPoint)}, "", kNow),
                FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE"))
        << partner;
  }
  EXPECT_THAT(PlanUpdateReadiness(registry_, "icc", {Item(Topic::kContactPoint)}, "", kNow),
              IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
