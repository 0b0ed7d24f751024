#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

#include "absl/strings/numbers.h"

namespace comity::testing {

// What a test draws from: the same at every run of the suite, so that a failure is of the change.
// COMITY_TEST_SEED is another one; of what is no number, such as "random", one at every run.
inline std::uint64_t Seed() {
  const char* const wanted = std::getenv("COMITY_TEST_SEED");
  std::uint64_t seed = 1;
  if (wanted != nullptr && !absl::SimpleAtoi(wanted, &seed)) seed = std::random_device{}();
  return seed;
}

}  // namespace comity::testing
