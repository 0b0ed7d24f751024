#include "tests/e2e/write_points/walk.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "absl/debugging/failure_signal_handler.h"

namespace comity::testing::faults {

int InChild(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    // A crash that comes about once in a thousand children says where it was.
    absl::InstallFailureSignalHandler({});
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

}  // namespace comity::testing::faults
