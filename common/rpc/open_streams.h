#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace comity::rpc {

struct CallRecord;

// A stream as the gate sees it from outside. All methods from any thread.
class OpenStream {
 public:
  virtual ~OpenStream() = default;

  // OK while the caller still counts; asked from time to time.
  virtual absl::Status Recheck() const = 0;

  // Whether the peer of a stream that stays, and goes on, has not read for `unread_timeout`
  // although a message waits for him.
  virtual bool IsUnread() const = 0;

  // Ends the stream with `status`, leaving out what is queued.
  virtual void EndFromOutside(absl::Status status) = 0;

  // Ends it without a word, if EndFromOutside has not got through to a peer that does not read.
  virtual void Cut() = 0;
};

// The streams open now, so that they can be ended when their callers stop counting. Thread-safe.
class OpenStreams {
 public:
  void Add(const std::shared_ptr<OpenStream>& stream) {
    absl::MutexLock lock(&mutex_);
    streams_.insert(stream);
  }

  void Remove(const std::shared_ptr<OpenStream>& stream) {
    absl::MutexLock lock(&mutex_);
    streams_.erase(stream);
  }

  std::vector<std::shared_ptr<OpenStream>> All() const {
    absl::MutexLock lock(&mutex_);
    return {streams_.begin(), streams_.end()};
  }

 private:
  mutable absl::Mutex mutex_;
  // Owning: a stream lives at least until gRPC is done with its call, which removes it.
  std::unordered_set<std::shared_ptr<OpenStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::rpc
