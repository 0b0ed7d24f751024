#include "common/journal/answers.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace comity::journal {
namespace {

constexpr unsigned kMostThreads = 4;
// What one thread takes: a batch is for all of them.
constexpr std::size_t kAtOnce = 16;

}  // namespace

void Answers::Start() {
  const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  for (unsigned i = 0; i < count; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), "journal-answers");
  }
}

void Answers::Give(std::vector<Item> items) {
  absl::MutexLock lock(&mutex_);
  std::move(items.begin(), items.end(), std::back_inserter(items_));
  wake_.Signal();
}

void Answers::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    wake_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Answers::Run() {
  std::vector<Item> taken;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      while (items_.empty() && !closing_) wake_.Wait(&mutex_);
      if (items_.empty()) return;
      const auto end =
          items_.begin() + static_cast<std::ptrdiff_t>(std::min(items_.size(), kAtOnce));
      std::move(items_.begin(), end, std::back_inserter(taken));
      items_.erase(items_.begin(), end);
      if (!items_.empty()) wake_.Signal();
    }
    for (Item& item : taken) {
      std::visit([](auto& waiting) { waiting.done(*std::move(waiting.verdict)); }, item);
    }
    taken.clear();
  }
}

}  // namespace comity::journal
