#include "common/rpc/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/time/clock.h"
#include "tests/testing/status_matchers.h"

namespace comity::rpc {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TurnsTest : public ::testing::Test {
 protected:
  // Notes that it has begun, and keeps its turn.
  Turns::Work Keep(const std::string& name) {
    return [this, name](Turns::Turn turn) {
      begun_.push_back(name);
      turns_.push_back(std::move(turn));
    };
  }

  std::vector<std::string> begun_;
  std::vector<Turns::Turn> turns_;
};

TEST_F(TurnsTest, SoManyBeginAtOnceAndTheNextWhereATurnEnds) {
  Turns turns({.at_once = 2});
  for (const char* const name : {"a", "b", "c"}) {
    ASSERT_THAT(turns.Submit(name, Keep(name)), IsOk());
  }
  EXPECT_THAT(begun_, ElementsAre("a", "b"));
  EXPECT_EQ(turns.queued(), 1U);

  std::thread([&] { std::exchange(turns_[0], {}).End(); }).join();

  EXPECT_THAT(begun_, ElementsAre("a", "b", "c"));
  EXPECT_EQ(turns.queued(), 0U);
  turns_.clear();
}

TEST_F(TurnsTest, CallersTakeTurns) {
  Turns turns({.at_once = 1});
  for (const char* const name : {"a1", "a2", "a3", "b1"}) {
    ASSERT_THAT(turns.Submit(std::string(name, 1), Keep(name)), IsOk());
  }

  for (std::size_t i = 0; i < 4; ++i) std::exchange(turns_[i], {}).End();

  EXPECT_THAT(begun_, ElementsAre("a1", "a2", "b1", "a3"));
}

TEST_F(TurnsTest, AmongOthersACallerHasTwiceAnEqualShareOfThemAndAlone) {
  Turns turns({.at_once = 8});
  const auto count = [&](const std::string& name) {
    return std::count(begun_.begin(), begun_.end(), name);
  };
  for (int i = 0; i < 20; ++i) ASSERT_THAT(turns.Submit("a", Keep("a")), IsOk());
  ASSERT_EQ(count("a"), 8) << "alone";
  for (const char* const name : {"b", "c", "d"}) {
    ASSERT_THAT(turns.Submit(name, Keep(name)), IsOk());
  }

  // Four callers: four for each.
  for (std::size_t i = 0; i < 5; ++i) std::exchange(turns_[i], {}).End();

  EXPECT_THAT(std::vector<std::string>(begun_.begin() + 8, begun_.end()),
              ElementsAre("b", "c", "d", "a"))
      << "a has to have ended as many as it had too many";
  EXPECT_EQ(turns.queued(), 11U);

  // b and c are done: two callers, eight for each.
  std::exchange(turns_[8], {}).End();
  std::exchange(turns_[9], {}).End();

  EXPECT_EQ(count("a"), 12);
  EXPECT_EQ(turns.queued(), 8U);
  for (std::size_t i = 0; i < turns_.size(); ++i) std::exchange(turns_[i], {}).End();
  EXPECT_EQ(count("a"), 20);
}

TEST_F(TurnsTest, AQueueOfWhoHasHisShareDoesNotStand) {
  ManualClock clock(absl::UnixEpoch());
  Turns turns({.at_once = 8, .queue = {.length = 100, .standing = 2, .clock = &clock}});
  for (int i = 0; i < 8; ++i) ASSERT_THAT(turns.Submit("a", Keep("a")), IsOk());
  for (const char* const name : {"b", "c"}) ASSERT_THAT(turns.Submit(name, Keep(name)), IsOk());
  for (std::size_t i = 0; i < 4; ++i) std::exchange(turns_[i], {}).End();
  // Three callers: five for each, and one is left.
  for (int i = 0; i < 3; ++i) ASSERT_THAT(turns.Submit("a", Keep("a")), IsOk());
  ASSERT_EQ(turns.queued(), 2U);
  clock.Advance(absl::Seconds(10));

  for (int i = 0; i < 3; ++i) EXPECT_THAT(turns.Submit("d", Keep("d")), IsOk());

  ASSERT_EQ(turns.queued(), 4U) << "all turns are out, and d waits for one";
  clock.Advance(absl::Seconds(10));
  EXPECT_THAT(turns.Submit("e", Keep("e")),
              FailsWith(absl::StatusCode::kResourceExhausted, "TOO_BUSY"));
  for (std::size_t i = 0; i < turns_.size(); ++i) std::exchange(turns_[i], {}).End();
}

TEST_F(TurnsTest, WhatFindsNoRoomIsRefusedAndNeverBegins) {
  Turns turns({.at_once = 1, .queue = {.length = 1}});
  ASSERT_THAT(turns.Submit("a", Keep("a")), IsOk());
  ASSERT_THAT(turns.Submit("b", Keep("b")), IsOk());

  const absl::Status refused = turns.Submit("c", Keep("c"));

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "TOO_BUSY"));
  EXPECT_TRUE(DetailsOf(refused).retry_after.has_value());

  std::exchange(turns_[0], {}).End();
  std::exchange(turns_[1], {}).End();
  EXPECT_THAT(begun_, ElementsAre("a", "b"));
}

TEST_F(TurnsTest, ALongQueueOfWorkThatEndsAtOnceIsNoDeepStack) {
  constexpr std::size_t kLong = 200'000;
  std::size_t ran = 0;
  Turns turns({.at_once = 1, .queue = {.length = 4 * kLong}});
  ASSERT_THAT(turns.Submit("a", Keep("a")), IsOk());
  for (std::size_t i = 0; i < kLong; ++i) {
    ASSERT_THAT(turns.Submit("a", [&](const Turns::Turn&) { ++ran; }), IsOk());
  }
  EXPECT_EQ(ran, 0U);

  turns_.clear();

  EXPECT_EQ(ran, kLong);
}

TEST_F(TurnsTest, DestructionWaitsForTheTurnsThatAreOut) {
  std::latch going{1};
  std::thread ender;
  {
    Turns turns({.at_once = 1});
    ASSERT_THAT(turns.Submit("a", Keep("a")), IsOk());
    ASSERT_THAT(turns.Submit("b", [&](const Turns::Turn&) { begun_.emplace_back("b"); }), IsOk());
    ender = std::thread([&] {
      going.wait();
      turns_.clear();
    });
    going.count_down();
  }
  EXPECT_THAT(begun_, ElementsAre("a", "b"));
  ender.join();  // It may still be clearing what has ended.
  EXPECT_THAT(turns_, IsEmpty());
}

}  // namespace
}  // namespace comity::rpc
