#include "common/rpc/transport_threads.h"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "absl/strings/numbers.h"

namespace comity::rpc {

void MakeNicer(id_t thread, int by) {
  // Of a thread, not of the process: so Linux has it.
  (void)::setpriority(PRIO_PROCESS, thread, ::getpriority(PRIO_PROCESS, 0) + by);
}

void LowerTransportThreads() {
  // gRPC offers no other way to its threads than the name it gives them.
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    id_t thread = 0;
    if (name != "nexting_thread" || !absl::SimpleAtoi(task.path().filename().string(), &thread)) {
      continue;
    }
    MakeNicer(thread, kNicer);
  }
}

}  // namespace comity::rpc
