#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>

#include "absl/strings/numbers.h"
#include "tests/unit/legal/random_world.h"

namespace comity::legal::naive {

inline constexpr std::uint32_t kSeed = 20261128;

// `usual`, or COMITY_MODEL_CASES if that is set.
inline int Cases(int usual) {
  const char* const asked = std::getenv("COMITY_MODEL_CASES");
  if (asked == nullptr) return usual;
  int cases = 0;
  EXPECT_TRUE(absl::SimpleAtoi(asked, &cases) && cases > 0)
      << "COMITY_MODEL_CASES is '" << asked << "': write how many cases to try, such as 1000000";
  return cases;
}

// Calls `check` with `cases` cases, always the same ones first, until one fails.
inline void ForEachCase(
    int cases,
    const std::function<void(RandomWorlds&, const World&, const Facts&, const Question&)>& check) {
  constexpr int kQuestionsOfAWorld = 5;
  RandomWorlds worlds(kSeed);
  World world;
  Facts facts;
  for (int i = 0; i < cases; ++i) {
    if (i % kQuestionsOfAWorld == 0) {
      world = worlds.NextWorld();
      facts = ToFacts(world);
    }
    check(worlds, world, facts, worlds.NextQuestion());
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "that was case " << i << " of seed " << kSeed;
      return;
    }
  }
}

}  // namespace comity::legal::naive
