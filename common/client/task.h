#pragma once

#include <cstdint>
#include <functional>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace grpc {
class ClientContext;
}  // namespace grpc

namespace comity::client {

// What a pipeline is doing.
enum class Stage {
  kSealing,      // Reading the file and reckoning what its sealed form will be.
  kUploading,    // Bytes that are on the service's disk.
  kDownloading,  // Sealed bytes that are here.
  kOpening,      // Plaintext bytes that were checked.
};

// Called with bytes done and in total, on a thread of the pipeline, at most one at a time; it must
// return soon.
using ProgressObserver = std::function<void(Stage stage, std::int64_t done, std::int64_t total)>;

// Stops a pipeline from another thread (not from a signal handler). Thread-safe. May serve several
// pipelines; once cancelled it stays so.
class Cancellation {
 public:
  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  // Ends the calls under way. The pipeline returns CANCELLED `CANCELLED_BY_CALLER`; what it needs
  // to go on later stays on disk.
  void Cancel();
  bool cancelled() const;

  // For pipelines: CANCELLED `CANCELLED_BY_CALLER` once cancelled.
  absl::Status Check() const;

  // For pipelines: a call that Cancel ends while this lives. `cancellation` may be null.
  class Scope {
   public:
    Scope(Cancellation* cancellation, grpc::ClientContext* context);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Cancellation* const cancellation_;
    grpc::ClientContext* const context_;
  };

 private:
  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::client
