#include "common/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace comity::rpc {
namespace {

// gRPC's hook is one function for the whole process, without a context: this is the one global.
struct Target {
  absl::Mutex mutex;
  logging::Logger* logger ABSL_GUARDED_BY(mutex) = nullptr;
};

Target& TheTarget() {
  static Target* const target = new Target;  // Never destroyed: gRPC's threads may log at exit.
  return *target;
}

void Write(gpr_log_func_args* arguments) {
  Target& target = TheTarget();
  const absl::MutexLock lock(&target.mutex);
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
    const absl::MutexLock lock(&target.mutex);
    target.logger = logger;
  }
  gpr_set_log_function(&Write);
}

}  // namespace comity::rpc
