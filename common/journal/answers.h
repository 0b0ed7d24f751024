#pragma once

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/journal/batch.h"

namespace comity::journal {

// The threads that tell callers what became of their attempts. The writer hands over a whole batch,
// with one lock and one wake, and goes on with the next. Thread-safe.
class Answers {
 public:
  Answers() = default;
  ~Answers() { Close(); }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  void Start();

  // Calls `done` of each of `items` with its verdict, soon.
  void Give(std::vector<Item> items);

  // Returns when everything given has been called. Idempotent.
  void Close();

 private:
  void Run();

  absl::Mutex mutex_;
  absl::CondVar wake_;
  std::deque<Item> items_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace comity::journal
