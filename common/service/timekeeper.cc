#include "common/service/timekeeper.h"

#include <utility>

namespace comity::service {

Timekeeper::Timekeeper(absl::Duration interval, std::function<void()> work)
    : interval_(interval), work_(std::move(work)), thread_([this] { Run(); }) {}

Timekeeper::~Timekeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    stop_.SignalAll();
  }
  thread_.join();
}

void Timekeeper::Run() {
  while (true) {
    work_();
    absl::MutexLock lock(&mutex_);
    const auto stopping = [this] {
      mutex_.AssertHeld();
      return stopping_;
    };
    if (stop_.AwaitFor(&mutex_, interval_, stopping)) return;
  }
}

}  // namespace comity::service
