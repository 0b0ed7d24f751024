// A process is killed at every point where it writes; what it acknowledged is there afterwards.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/storage/files.h"
#include "tests/e2e/write_points/representative_run.h"
#include "tests/testing/faults/control.h"

namespace comity::document_exchange {
namespace {

namespace faults = testing::faults;

// Each n-th point is tried; `.ci/run` tries every one.
std::int64_t Stride() { return faults::StrideOr(16); }

struct How {
  const char* name;
  faults::Action action;
  faults::Unsynced unsynced;
};

std::string NameOf(const ::testing::TestParamInfo<How>& info) { return info.param.name; }

class KillWalkTest : public ::testing::TestWithParam<How> {
 protected:
  // Everybody starts from the same documents and an empty folder.
  KillWalkTest() : world_(World::Closed{}), run_(&world_) {}

  // Runs `body` in a process of its own; its exit code, or minus the signal. What it writes to the
  // descriptor becomes `told`.
  int InChild(const std::function<bool(int)>& body, std::vector<Acknowledgement>* told) {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      const bool done = body(ends[1]);
      (void)std::fflush(nullptr);
      _exit(done && !HasFailure() ? 0 : 1);
    }
    close(ends[1]);
    Acknowledgement one;
    while (read(ends[0], &one, sizeof one) == sizeof one) {
      if (told != nullptr) told->push_back(one);
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  bool RunFrom(std::size_t step, int descriptor) {
    for (; step < run_.size(); ++step) {
      const auto told = run_.Run(step);
      EXPECT_TRUE(told.ok()) << "step " << step << ": " << told.status();
      if (!told.ok()) return false;
      if (write(descriptor, &*told, sizeof *told) != sizeof *told) return false;
    }
    world_.Close();
    return true;
  }

  // The whole run with a kill at the n-th point.
  int RunAndDie(std::int64_t at, std::vector<Acknowledgement>* told) {
    std::filesystem::remove_all(world_.folder.path());
    std::filesystem::create_directory(world_.folder.path());
    faults::Control& control = faults::ThisProcess();
    control.calls = 0;
    control.at = at;
    control.action = static_cast<std::int64_t>(GetParam().action);
    control.unsynced = static_cast<std::int64_t>(GetParam().unsynced);
    control.seed = at;
    return InChild(
        [&](int descriptor) {
          faults::Watch(world_.folder.path());
          world_.Restart();
          return world_.exchange != nullptr && RunFrom(0, descriptor);
        },
        told);
  }

  // What the state is after each step when nothing happens.
  void LearnStates() {
    std::filesystem::create_directory(world_.folder.path());
    const std::string file = world_.folder.path() + ".states";
    const int code = InChild(
        [&](int) {
          std::vector<std::string> states;
          for (std::size_t step = 0;; ++step) {
            world_.Restart();
            states.push_back(run_.Describe(true));
            states.push_back(run_.Describe(false));
            if (step == run_.size()) break;
            if (!run_.Run(step).ok()) return false;
          }
          world_.Close();
          std::string all;
          for (const std::string& state : states) all += state + '\0';
          return storage::WriteFileAtomically(file, all).ok();
        },
        nullptr);
    ASSERT_EQ(code, 0) << "the run does not work even if nobody disturbs it";
    const std::string all = storage::ReadFile(file).value();
    std::filesystem::remove(file);
    for (std::size_t from = 0; from < all.size();) {
      const std::size_t end = all.find('\0', from);
      states_.push_back(all.substr(from, end - from));
      from = end + 1;
    }
    ASSERT_EQ(states_.size(), 2 * (run_.size() + 1));
  }

  // A restart after the kill, and the rest of the run.
  bool Recover(const std::vector<Acknowledgement>& told) {
    // The last step set the clock; a later process has a later clock.
    if (told.size() == run_.size()) world_.clock.Advance(absl::Hours(24 * 30));
    world_.Restart();
    EXPECT_TRUE(world_.exchange != nullptr) << "it does not start again";
    if (world_.exchange == nullptr) return false;
    run_.ExpectKept(told);
    const std::string state = run_.Describe(true);
    const std::string& before = states_[2 * told.size()];
    const std::string& after = states_[2 * std::min(told.size() + 1, run_.size())];
    EXPECT_TRUE(state == before || state == after)
        << "neither before nor after step " << told.size() << ":\n"
        << state << "--- before:\n"
        << before << "--- after:\n"
        << after;
    const int nobody = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (!RunFrom(told.size(), nobody)) return false;
    world_.Restart();
    EXPECT_EQ(run_.Describe(false), states_.back());
    ExpectWhole(*world_.journal);
    world_.Close();
    return true;
  }

  World world_;
  RepresentativeRun run_;
  std::vector<std::string> states_;
};

TEST_P(KillWalkTest, NothingAcknowledgedIsLostAndNothingIsHalfDone) {
  LearnStates();
  faults::Control& control = faults::ThisProcess();
  std::int64_t kills = 0;
  for (std::int64_t at = 1;; at += Stride()) {
    if (GetParam().action == faults::Action::kDieHalfway && at > 1) {
      // Elsewhere there is no half: the other walks have it. The trace is that of the run before.
      while (at <= static_cast<std::int64_t>(faults::kTraceSize) && control.trace[at - 1] != 'w' &&
             control.trace[at - 1] != 0) {
        ++at;
      }
    }
    std::vector<Acknowledgement> told;
    const int code = RunAndDie(at, &told);
    control.action = static_cast<std::int64_t>(faults::Action::kNone);
    if (code == 0) break;
    ASSERT_EQ(code, -SIGKILL) << "write point " << at << ", after " << told.size() << " steps";
    ++kills;
    ASSERT_EQ(InChild([&](int) { return Recover(told); }, nullptr), 0)
        << "write point " << at << " (" << control.last << "), after " << told.size() << " steps";
  }
  std::printf("%lld kills at %lld write points\n", static_cast<long long>(kills),
              static_cast<long long>(control.calls));
  EXPECT_GE(kills * Stride(), 100) << "the run writes too little to show anything";
}

INSTANTIATE_TEST_SUITE_P(
    Walks, KillWalkTest,
    ::testing::Values(
        How{"BeforeTheCall", faults::Action::kDieBefore, faults::Unsynced::kKeep},
        How{"HalfwayThroughTheCall", faults::Action::kDieHalfway, faults::Unsynced::kKeep},
        How{"LosingWhatWasNotSynced", faults::Action::kDieBefore, faults::Unsynced::kLose},
        How{"KeepingSomeOfWhatWasNotSynced", faults::Action::kDieHalfway, faults::Unsynced::kSome}),
    NameOf);

}  // namespace
}  // namespace comity::document_exchange
