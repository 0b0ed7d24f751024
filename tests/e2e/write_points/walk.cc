#include "tests/e2e/write_points/walk.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "absl/debugging/failure_signal_handler.h"

namespace comity::testing::faults {
namespace {

// What a child does takes a second or two: one that stands still fails its test, not everybody's
// day.
constexpr unsigned kPatienceSeconds = 180;

}  // namespace

int InChild(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    // A crash that comes about once in a thousand children says where it was.
    absl::InstallFailureSignalHandler({});
    alarm(kPatienceSeconds);
    try {
      body();
    } catch (...) {
      _exit(1);  // Not into the test's own loop.
    }
    (void)std::fflush(nullptr);
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void Walk(const KillWalk& walk, std::int64_t& kills) {
  const Control& control = ThisProcess();
  kills = 0;
  for (std::int64_t at = FirstOf(walk.stride);; at += walk.stride) {
    walk.prepare();
    if (::testing::Test::HasFatalFailure()) return;
    DieAt(at, walk.death);
    const int code = InChild([&] {
      Watch(walk.store);
      walk.work();
    });
    DieNoMore();
    const std::string where = "write point " + std::to_string(at) + " (" + control.last + ")";
    for (const std::function<void()>& next : walk.after) ASSERT_EQ(InChild(next), 0) << where;
    if (code == 0) break;
    ASSERT_EQ(code, -SIGKILL) << where;
    ++kills;
  }
  std::printf("%lld kills\n", static_cast<long long>(kills));
}

}  // namespace comity::testing::faults
