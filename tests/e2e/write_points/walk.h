#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/faults/control.h"

namespace comity::testing::faults {

// A way for a process to die at a write point.
struct Death {
  const char* name;
  Action action;
  Unsynced unsynced;
};

inline auto EveryDeath() {
  return ::testing::Values(
      Death{"BeforeTheCall", Action::kDieBefore, Unsynced::kKeep},
      Death{"HalfwayThroughTheCall", Action::kDieHalfway, Unsynced::kKeep},
      Death{"LosingWhatWasNotSynced", Action::kDieBefore, Unsynced::kLose},
      Death{"KeepingSomeOfWhatWasNotSynced", Action::kDieHalfway, Unsynced::kSome});
}

inline std::string NameOf(const ::testing::TestParamInfo<Death>& info) { return info.param.name; }

// From now on this process and its children die so at the `at`-th write point.
inline void DieAt(std::int64_t at, const Death& death) {
  Control& control = ThisProcess();
  control.calls = 0;
  control.at = at;
  control.action = static_cast<std::int64_t>(death.action);
  control.unsynced = static_cast<std::int64_t>(death.unsynced);
  control.seed = at;
}

inline void DieNoMore() { ThisProcess().action = static_cast<std::int64_t>(Action::kNone); }

struct KillWalk {
  Death death;
  std::int64_t stride = 1;
  std::string store;                         // Whose write points count.
  std::function<void()> prepare;             // Makes `store` as it is at first.
  std::function<void()> work;                // In the process that is killed.
  std::vector<std::function<void()>> after;  // In turn, each in a process of its own.
};

// Kills `work` at each `stride`-th write point until it ends by itself. Stops at a failure.
// `kills`: how often.
void Walk(const KillWalk& walk, std::int64_t& kills);

// Runs `body` in a process of its own. Returns 0 if it ended without a failure, otherwise its exit
// code, or minus the signal that ended it: SIGALRM after three minutes.
int InChild(const std::function<void()>& body);

}  // namespace comity::testing::faults
