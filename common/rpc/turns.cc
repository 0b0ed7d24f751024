#include "common/rpc/turns.h"

namespace comity::rpc {

Turns::~Turns() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return running_ == 0 && handing_out_ == 0; });
}

absl::Status Turns::Submit(absl::string_view caller, Work work) {
  std::unique_lock lock(mutex_);
  absl::Status queued = queue_.Push(caller, std::move(work));
  if (queued.ok()) HandOut(std::move(lock));
  return queued;
}

std::size_t Turns::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Turns::End(Line* line) {
  std::unique_lock lock(mutex_);
  queue_.Finish(line);
  --running_;
  HandOut(std::move(lock));
}

void Turns::HandOut(std::unique_lock<std::mutex> lock) {
  // A turn that ends inside this loop leaves the next to it: a long queue is no deep stack.
  static thread_local const Turns* within = nullptr;
  if (within == this) return;
  const Turns* const outer = std::exchange(within, this);
  ++handing_out_;
  while (running_ < at_once_ && queue_.ready()) {
    FairQueue<Work>::Taken next = queue_.Take();
    ++running_;
    lock.unlock();
    next.work(Turn(this, next.line));
    next.work = nullptr;  // What it holds goes without the lock.
    lock.lock();
  }
  within = outer;
  if (--handing_out_ == 0 && running_ == 0) idle_.notify_all();
}

}  // namespace comity::rpc
