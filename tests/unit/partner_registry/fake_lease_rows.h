#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/partner-registry/domain/lease_rows.h"

namespace comity::partner_registry {

// Leases in memory, of a database in the hands of a test. Thread-safe.
class FakeLeaseRows final : public LeaseRows {
 public:
  explicit FakeLeaseRows(bool shared) : shared_(shared) {}

  absl::StatusOr<std::int64_t> Store(const std::vector<LeaseRenewal>& renewals) override {
    std::int64_t reached = 0;
    {
      const absl::MutexLock lock(&mutex_);
      if (!trouble_.ok()) return trouble_;
      for (const LeaseRenewal& renewal : renewals) Put(renewal);
      reached = reached_;
    }
    Tell();
    return reached;
  }

  absl::StatusOr<std::vector<LeaseRow>> Read() override {
    const absl::MutexLock lock(&mutex_);
    ++reads_;
    if (!trouble_.ok()) return trouble_;
    std::vector<LeaseRow> rows;
    rows.reserve(rows_.size());
    for (const auto& [holder, row] : rows_) rows.push_back(row);
    return rows;
  }

  absl::Status Forget(const std::vector<LeaseRow>& rows) override {
    const absl::MutexLock lock(&mutex_);
    for (const LeaseRow& row : rows) rows_.erase(row.holder);
    return absl::OkStatus();
  }

  absl::Status Usable() const override {
    const absl::MutexLock lock(&mutex_);
    return absl::IsFailedPrecondition(trouble_) ? trouble_ : absl::OkStatus();
  }

  bool shared() const override { return shared_; }

  std::shared_ptr<void> Subscribe(std::function<void()> callback) override {
    const absl::MutexLock lock(&listeners_mutex_);
    const int id = subscriptions_++;
    listeners_[id] = std::move(callback);
    return std::shared_ptr<void>(nullptr, [this, id](void*) {
      const absl::MutexLock held(&listeners_mutex_);
      listeners_.erase(id);
    });
  }

  // Another process stores a renewal and says so.
  void StoreElsewhere(const LeaseRenewal& renewal) {
    {
      const absl::MutexLock lock(&mutex_);
      Put(renewal);
    }
    Tell();
  }

  void SetReached(std::int64_t revision) {
    const absl::MutexLock lock(&mutex_);
    reached_ = revision;
  }

  // What the database answers from now on, if not OK.
  void SetTrouble(absl::Status trouble) {
    const absl::MutexLock lock(&mutex_);
    trouble_ = std::move(trouble);
  }

  // The rows were read twice from now on: what was read first has been taken in.
  void AwaitLook() {
    for (int i = 0; i < 2; ++i) {
      std::int64_t before = 0;
      {
        const absl::MutexLock lock(&mutex_);
        before = reads_;
      }
      Tell();
      const absl::MutexLock lock(&mutex_);
      const auto read = [&] {
        mutex_.AssertHeld();
        return reads_ > before;
      };
      mutex_.Await(absl::Condition(&read));
    }
  }

  std::vector<LeaseRow> rows() const {
    const absl::MutexLock lock(&mutex_);
    std::vector<LeaseRow> rows;
    for (const auto& [holder, row] : rows_) rows.push_back(row);
    return rows;
  }

 private:
  void Put(const LeaseRenewal& renewal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    rows_[renewal.holder] = {.holder = renewal.holder,
                             .confirmed = renewal.confirmed,
                             .renewed = ++stored_,
                             .age = absl::ZeroDuration()};
  }

  void Tell() {
    const absl::MutexLock lock(&listeners_mutex_);
    for (const auto& [id, callback] : listeners_) callback();
  }

  const bool shared_;

  absl::Mutex listeners_mutex_;
  int subscriptions_ ABSL_GUARDED_BY(listeners_mutex_) = 0;
  std::map<int, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mutex_);

  mutable absl::Mutex mutex_;
  std::map<LeaseHolder, LeaseRow> rows_ ABSL_GUARDED_BY(mutex_);
  std::int64_t stored_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t reads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t reached_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
