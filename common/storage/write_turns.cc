#include "common/storage/write_turns.h"

#include <algorithm>

namespace comity::storage {

bool WriteTurns::Take(absl::Duration patience) {
  const absl::MutexLock lock(&mutex_);
  const std::int64_t own = next_++;
  waiting_.push_back(own);
  const auto first = [this, own] {
    mutex_.AssertHeld();
    return !taken_ && waiting_.front() == own;
  };
  const bool mine = changed_.AwaitFor(&mutex_, patience, first);
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), own));
  if (mine) taken_ = true;
  // Who gives up may have been first.
  changed_.SignalAll();
  return mine;
}

void WriteTurns::GiveBack() {
  const absl::MutexLock lock(&mutex_);
  taken_ = false;
  changed_.SignalAll();
}

}  // namespace comity::storage
