#include "common/rpc/turns.h"

namespace comity::rpc {

Turns::~Turns() {
  const absl::MutexLock lock(&mutex_);
  while (running_ > 0 || handing_out_ > 0) idle_.Wait(&mutex_);
}

absl::Status Turns::Submit(absl::string_view caller, Work work) {
  const absl::MutexLock lock(&mutex_);
  absl::Status queued = queue_.Push(caller, std::move(work));
  if (queued.ok()) HandOut();
  return queued;
}

std::size_t Turns::queued() const {
  const absl::MutexLock lock(&mutex_);
  return queue_.size();
}

void Turns::End(Line* line) {
  const absl::MutexLock lock(&mutex_);
  queue_.Finish(line);
  --running_;
  HandOut();
}

void Turns::HandOut() {
  // A turn that ends inside this loop leaves the next to it: a long queue is no deep stack.
  static thread_local const Turns* within = nullptr;
  if (within == this) return;
  const Turns* const outer = std::exchange(within, this);
  ++handing_out_;
  while (running_ < at_once_ && queue_.ready()) {
    FairQueue<Work>::Taken next = queue_.Take();
    ++running_;
    mutex_.Unlock();
    next.work(Turn(this, next.line));
    next.work = nullptr;  // What it holds goes without the lock.
    mutex_.Lock();
  }
  within = outer;
  if (--handing_out_ == 0 && running_ == 0) idle_.SignalAll();
}

}  // namespace comity::rpc
