#include "common/rpc/executor.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "common/status/error.h"

namespace comity::rpc {
namespace {

constexpr absl::Duration kOverloadLasts = absl::Seconds(1);

Executor::Options WithBounds(Executor::Options options) {
  if (options.standing_queue == 0) options.standing_queue = options.queue;
  options.standing_queue = std::min(options.standing_queue, options.queue);
  return options;
}

}  // namespace

Executor::Executor(Options options)
    : options_(WithBounds(std::move(options))),
      too_busy_(MakeError(absl::StatusCode::kResourceExhausted,
                          "more calls wait than the service can answer soon; try again later.",
                          {.reason = "TOO_BUSY", .retry_after = absl::Seconds(1)})),
      too_many_calls_(MakeError(absl::StatusCode::kResourceExhausted,
                                "this caller has as many calls waiting as the others leave room "
                                "for; make fewer at a time.",
                                {.reason = "TOO_MANY_CALLS", .retry_after = absl::Seconds(1)})) {
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    // The kernel keeps 15 characters.
    pthread_setname_np(threads_.back().native_handle(), options_.name.substr(0, 15).c_str());
  }
}

Executor::~Executor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

absl::Status Executor::Submit(absl::string_view caller, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  const absl::Duration now = options_.clock->SinceBoot();
  // Under overload the queue empties now and then by chance: that is no reason to let a burst in.
  const bool stands =
      now < overloaded_until_ || (queued_ > 0 && now - standing_since_ > options_.burst);
  const std::size_t bound = stands ? options_.standing_queue : options_.queue;
  if (queued_ >= bound) {
    if (stands) overloaded_until_ = now + kOverloadLasts;
    return too_busy_;
  }
  const auto line = lines_.find(std::string(caller));
  const std::size_t waiting = line == lines_.end() ? 0 : line->second.work.size();
  // The fuller the queue, the less of it for one caller: the last place is for who has none.
  const std::size_t share = std::min(std::max<std::size_t>(1, options_.queue / 4), bound - queued_);
  if (waiting >= share) return too_many_calls_;
  Enqueue(caller, std::move(work));
  return absl::OkStatus();
}

void Executor::SubmitAdmitted(absl::string_view caller, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  Enqueue(caller, std::move(work));
}

std::size_t Executor::queued() const {
  const std::lock_guard lock(mutex_);
  return queued_;
}

void Executor::Enqueue(absl::string_view caller, std::function<void()> work) {
  Lines::value_type& line = *lines_.try_emplace(std::string(caller)).first;
  line.second.work.push_back(std::move(work));
  if (queued_++ == 0) standing_since_ = options_.clock->SinceBoot();
  if (line.second.work.size() == 1) TakeTurn(line);
}

void Executor::TakeTurn(const Lines::value_type& line) {
  const std::size_t most = options_.running_of_a_caller;
  if (line.second.work.empty() || (most > 0 && line.second.running >= most)) return;
  turn_.push_back(line.first);
  wake_.notify_one();
}

void Executor::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !turn_.empty(); });
    // At the end, what waits for its caller's own work is left to the thread that runs that.
    if (turn_.empty()) return;
    Lines::value_type& line = *lines_.find(turn_.front());  // Stays where it is while it runs.
    turn_.pop_front();
    std::function<void()> work = std::move(line.second.work.front());
    line.second.work.pop_front();
    --queued_;
    ++line.second.running;
    TakeTurn(line);
    lock.unlock();
    work();
    work = nullptr;  // What it holds goes without the lock.
    lock.lock();
    if (line.second.running-- == options_.running_of_a_caller) TakeTurn(line);
    if (line.second.work.empty() && line.second.running == 0) lines_.erase(lines_.find(line.first));
  }
}

}  // namespace comity::rpc
