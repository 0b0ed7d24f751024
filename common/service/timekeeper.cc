#include "common/service/timekeeper.h"

#include <utility>

namespace comity::service {

Timekeeper::Timekeeper(absl::Duration interval, std::function<void()> work)
    : interval_(interval), work_(std::move(work)), thread_([this] { Run(); }) {}

Timekeeper::~Timekeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Timekeeper::Run() {
  while (true) {
    work_();
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
  }
}

}  // namespace comity::service
