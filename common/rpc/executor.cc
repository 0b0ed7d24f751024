#include "common/rpc/executor.h"

#include <pthread.h>

#include <utility>

#include "common/rpc/transport_threads.h"

namespace comity::rpc {

Executor::Executor(Options options)
    : queue_({.length = options.queue,
              .standing = options.standing_queue,
              .burst = options.burst,
              .clock = options.clock,
              .running_of_a_caller = options.running_of_a_caller,
              .on_ready = [this] { wake_.Signal(); }}) {
  threads_.reserve(options.threads);
  for (std::size_t i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this, nicer = options.nicer] {
      if (nicer > 0) MakeNicer(0, nicer);
      Run();
    });
    // The kernel keeps 15 characters.
    pthread_setname_np(threads_.back().native_handle(), options.name.substr(0, 15).c_str());
  }
}

Executor::~Executor() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.SignalAll();
  for (std::thread& thread : threads_) thread.join();
}

absl::Status Executor::Submit(absl::string_view caller, std::function<void()> work) {
  const absl::MutexLock lock(&mutex_);
  return queue_.Push(caller, std::move(work));
}

void Executor::SubmitAdmitted(absl::string_view caller, std::function<void()> work) {
  const absl::MutexLock lock(&mutex_);
  queue_.PushAdmitted(caller, std::move(work));
}

std::size_t Executor::queued() const {
  const absl::MutexLock lock(&mutex_);
  return queue_.size();
}

void Executor::Run() {
  mutex_.Lock();
  while (true) {
    while (!stopping_ && !queue_.ready()) wake_.Wait(&mutex_);
    // At the end, what waits for its caller's own work is left to the thread that runs that.
    if (!queue_.ready()) break;
    Queue::Taken next = queue_.Take();
    mutex_.Unlock();
    next.work();
    next.work = nullptr;  // What it holds goes without the lock.
    mutex_.Lock();
    queue_.Finish(next.line);
  }
  mutex_.Unlock();
}

}  // namespace comity::rpc
