#include "common/rpc/table_refusals.h"

#include <utility>

namespace comity::rpc {
namespace {

constexpr std::size_t kMostKeys = 4096;
constexpr std::size_t kMostPending = 4096;

}  // namespace

TableRefusals::TableRefusals(RefusalRecorder* recorder, const Clock* clock,
                             metrics::Counter* dropped)
    : recorder_(recorder), clock_(clock), dropped_(dropped), thread_([this] { Run(); }) {}

TableRefusals::~TableRefusals() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.Signal();
  thread_.join();
}

void TableRefusals::Add(absl::string_view caller, absl::string_view method,
                        absl::string_view reason) {
  const absl::Time now = clock_->Now();
  const absl::MutexLock lock(&mutex_);
  const Key key(caller, method, reason);
  const auto minute = minutes_.find(key);
  if (minute != minutes_.end()) {
    if (minute->second.count++ == 0) minute->second.first_counted = now;
    return;
  }
  if (minutes_.size() >= kMostKeys || pending_.size() >= kMostPending) {
    dropped_->Increment();
    return;
  }
  minutes_.emplace(key, Minute{.since = now});
  pending_.push_back({.caller = std::string(caller),
                      .method = std::string(method),
                      .reason = std::string(reason),
                      .first = now});
  wake_.Signal();
}

void TableRefusals::CollectCounts(bool all) {
  const absl::Time now = clock_->Now();
  for (auto minute = minutes_.begin(); minute != minutes_.end();) {
    if (!all && now - minute->second.since < absl::Minutes(1)) {
      ++minute;
      continue;
    }
    if (minute->second.count > 0) {
      pending_.push_back({.caller = std::get<0>(minute->first),
                          .method = std::get<1>(minute->first),
                          .reason = std::get<2>(minute->first),
                          .first = minute->second.first_counted,
                          .count = minute->second.count});
    }
    minute = minutes_.erase(minute);
  }
}

void TableRefusals::RecordCounts() {
  {
    const absl::MutexLock lock(&mutex_);
    CollectCounts(/*all=*/false);
  }
  wake_.Signal();
}

void TableRefusals::Record(const TableRefusal& refusal) {
  const bool recorded = recorder_ != nullptr && recorder_->RecordTableRefusal(refusal).ok();
  if (!recorded) dropped_->Increment(static_cast<double>(refusal.count));
}

void TableRefusals::Run() {
  const auto awaited = [this] {
    mutex_.AssertHeld();
    return stopping_ || !pending_.empty();
  };
  mutex_.Lock();
  while (true) {
    wake_.AwaitFor(&mutex_, absl::Seconds(1), awaited);
    CollectCounts(/*all=*/stopping_);
    std::deque<TableRefusal> batch;
    batch.swap(pending_);
    const bool last = stopping_;
    mutex_.Unlock();
    for (const TableRefusal& refusal : batch) Record(refusal);
    mutex_.Lock();
    if (last && pending_.empty()) break;
  }
  mutex_.Unlock();
}

}  // namespace comity::rpc
