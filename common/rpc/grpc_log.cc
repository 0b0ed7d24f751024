#include "common/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <mutex>

namespace comity::rpc {
namespace {

// gRPC's hook is one function for the whole process, without a context: this is the one global.
struct Target {
  std::mutex mutex;
  logging::Logger* logger = nullptr;
};

Target& TheTarget() {
  static Target* const target = new Target;  // Never destroyed: gRPC's threads may log at exit.
  return *target;
}

void Write(gpr_log_func_args* arguments) {
  Target& target = TheTarget();
  const std::lock_guard lock(target.mutex);
  if (target.logger == nullptr) return;
  const logging::Level level = arguments->severity == GPR_LOG_SEVERITY_ERROR
                                   ? logging::Level::kInfo
                                   : logging::Level::kDebug;
  target.logger->Log(level, "grpc", {{"text", arguments->message}});
}

}  // namespace

void RouteGrpcLog(logging::Logger* logger) {
  Target& target = TheTarget();
  {
    const std::lock_guard lock(target.mutex);
    target.logger = logger;
  }
  gpr_set_log_function(&Write);
}

}  // namespace comity::rpc
