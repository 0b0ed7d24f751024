#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/steady_cond_var.h"

namespace comity::service {

// Does `work` on a thread of its own, at once and then every `interval`, until it goes. Whoever
// sets the system's clock changes nothing of that.
class Timekeeper {
 public:
  Timekeeper(absl::Duration interval, std::function<void()> work);
  // Waits for the work in progress.
  ~Timekeeper();
  Timekeeper(const Timekeeper&) = delete;
  Timekeeper& operator=(const Timekeeper&) = delete;

 private:
  void Run();

  const absl::Duration interval_;
  const std::function<void()> work_;
  absl::Mutex mutex_;
  SteadyCondVar stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace comity::service
