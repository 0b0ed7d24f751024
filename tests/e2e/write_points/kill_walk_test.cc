// A process is killed at every point where it writes; what it acknowledged is there afterwards.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/storage/files.h"
#include "tests/e2e/write_points/representative_run.h"
#include "tests/e2e/write_points/walk.h"
#include "tests/testing/test_journal.h"

namespace comity::document_exchange {
namespace {

namespace faults = testing::faults;

// Each n-th point is tried; `.ci/run` tries more.
std::int64_t Stride() { return faults::StrideOr(16); }

class KillWalkTest : public ::testing::TestWithParam<faults::Death> {
 protected:
  // Everybody starts from the same documents and an empty folder.
  KillWalkTest() : world_(World::Closed{}), run_(&world_) {}

  // The same, with what `body` writes to its descriptor.
  static int InChild(const std::function<void(int)>& body, std::vector<Acknowledgement>& told) {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    const int code = faults::InChild([&] {
      close(ends[0]);
      body(ends[1]);
    });
    close(ends[1]);
    // A pipe holds more than all of them together.
    Acknowledgement one;
    while (read(ends[0], &one, sizeof one) == sizeof one) told.push_back(one);
    close(ends[0]);
    return code;
  }

  // Runs the steps from `step` on and tells each acknowledgement, until one fails.
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

  void StartAnew() {
    std::filesystem::remove_all(world_.folder.path());
    std::filesystem::create_directory(world_.folder.path());
    testing::ForgetTestStore(world_.folder.path());
  }

  // The whole run with a death at the n-th point.
  int RunAndDie(std::int64_t at, std::vector<Acknowledgement>& told) {
    StartAnew();
    faults::DieAt(at, GetParam());
    const int code = InChild(
        [&](int descriptor) {
          faults::Watch(world_.folder.path());
          world_.Restart();
          if (world_.exchange != nullptr) RunFrom(0, descriptor);
        },
        told);
    faults::DieNoMore();
    return code;
  }

  // What the state is after each step when nothing happens.
  void LearnStates() {
    StartAnew();
    const std::string file = world_.folder.path() + ".states";
    const int code = faults::InChild([&] {
      std::string all;
      for (std::size_t step = 0;; ++step) {
        world_.Restart();
        all += run_.Describe(true) + '\0' + run_.Describe(false) + '\0';
        if (step == run_.size()) break;
        ASSERT_TRUE(run_.Run(step).ok()) << step;
      }
      world_.Close();
      ASSERT_TRUE(storage::WriteFileAtomically(file, all).ok());
    });
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

  // A restart after the death, and the rest of the run.
  void Recover(const std::vector<Acknowledgement>& told) {
    world_.Restart();
    ASSERT_TRUE(world_.exchange != nullptr) << "it does not start again";
    // A later process has a later clock. A service runs its timers at once.
    world_.clock.Advance(
        std::max(absl::ZeroDuration(), world_.journal->head().commit_time - world_.clock.Now()));
    EXPECT_TRUE(world_.exchange->RunTimers().ok());
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
    if (!RunFrom(told.size(), nobody)) return;
    world_.Restart();
    EXPECT_EQ(run_.Describe(false), states_.back());
    ExpectWhole(*world_.journal);
    world_.Close();
  }

  World world_;
  RepresentativeRun run_;
  std::vector<std::string> states_;
};

TEST_P(KillWalkTest, NothingAcknowledgedIsLostAndNothingIsHalfDone) {
  LearnStates();
  const faults::Control& control = faults::ThisProcess();
  // Where nothing has a first half the process dies before the call: other walks have that.
  const auto has_half = [&](std::int64_t at) {
    const char kind = control.trace[at - 1];  // Of the run before.
    return kind == 'w' || kind == 'n' || kind == 0;
  };
  std::int64_t kills = 0;
  const std::int64_t first = faults::FirstOf(Stride());
  for (std::int64_t at = first;; at += Stride()) {
    if (GetParam().action == faults::Action::kDieHalfway && at > first) {
      while (at <= static_cast<std::int64_t>(faults::kTraceSize) && !has_half(at)) ++at;
    }
    std::vector<Acknowledgement> told;
    const int code = RunAndDie(at, told);
    if (code == 0) break;
    ASSERT_EQ(code, -SIGKILL) << "write point " << at << ", after " << told.size() << " steps";
    ++kills;
    ASSERT_EQ(faults::InChild([&] { Recover(told); }), 0)
        << "write point " << at << " (" << control.last << "), after " << told.size() << " steps";
  }
  std::printf("%lld kills at %lld write points\n", static_cast<long long>(kills),
              static_cast<long long>(control.calls));
  EXPECT_GE(kills * Stride(), 100) << "the run writes too little to show anything";
}

INSTANTIATE_TEST_SUITE_P(Walks, KillWalkTest, faults::EveryDeath(), faults::NameOf);

}  // namespace
}  // namespace comity::document_exchange
