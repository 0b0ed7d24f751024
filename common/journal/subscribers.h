#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/journal/types.h"

namespace comity::journal {

// Who wants to hear of commits. Thread-safe.
class Subscribers {
 public:
  using Callback = std::function<void(const CommitRange&)>;

  // `callback` is called until the handle is gone; the handle may outlive this object.
  std::shared_ptr<void> Add(Callback callback) {
    absl::MutexLock lock(&list_->mutex);
    const std::int64_t id = list_->next++;
    list_->callbacks.emplace(id, std::move(callback));
    return std::shared_ptr<void>(nullptr, [list = list_, id](void*) {
      absl::MutexLock held(&list->mutex);
      list->callbacks.erase(id);
    });
  }

  // The lock is held meanwhile, so that nobody is called whose handle is gone.
  void Notify(const CommitRange& range) {
    absl::MutexLock lock(&list_->mutex);
    for (const auto& [id, callback] : list_->callbacks) callback(range);
  }

 private:
  struct List {
    absl::Mutex mutex;
    std::int64_t next ABSL_GUARDED_BY(mutex) = 0;
    std::map<std::int64_t, Callback> callbacks ABSL_GUARDED_BY(mutex);
  };

  const std::shared_ptr<List> list_ = std::make_shared<List>();
};

}  // namespace comity::journal
