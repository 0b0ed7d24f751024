#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/trust_bundle.h"

namespace comity::identity {

// The bundles and the answers given on them, by the SHA-256 of what was presented; those of recent
// callers also by the bytes themselves. Accepted and refused chains are kept apart, so that a flood
// of bad certificates cannot push out the good ones. Thread-safe.
class ChainVerifier::Cache {
 public:
  using Answer = absl::StatusOr<std::shared_ptr<const VerifiedCertificate>>;
  struct State {
    std::shared_ptr<const TrustBundles> bundles;
    std::uint64_t generation = 0;
  };
  struct Presented {
    absl::string_view leaf;
    absl::string_view chain;
    Purpose purpose = Purpose::kTls;
  };

  Cache(std::shared_ptr<const TrustBundles> bundles, std::size_t size)
      : size_(std::max<std::size_t>(size, 1)), bundles_(std::move(bundles)) {
    if (bundles_ == nullptr) bundles_ = std::make_shared<TrustBundles>();
  }

  // An accepted answer by the very bytes, without hashing them: what a caller's every call costs.
  std::optional<Answer> Find(const Presented& presented, absl::Time at) const {
    absl::ReaderMutexLock lock(&mutex_);
    const std::optional<Recent>& recent = recent_[PlaceOf(presented)];
    if (!recent || recent->purpose != presented.purpose || recent->leaf != presented.leaf ||
        recent->chain != presented.chain || !recent->entry.HoldsAt(at)) {
      return std::nullopt;
    }
    hits_.fetch_add(1, std::memory_order_relaxed);
    return recent->entry.answer;
  }

  std::optional<Answer> Find(const crypto::Digest& key, absl::Time at) const {
    absl::ReaderMutexLock lock(&mutex_);
    for (const Answers* answers : {&accepted_, &refused_}) {
      const auto found = answers->entries.find(key);
      if (found == answers->entries.end() || !found->second.HoldsAt(at)) continue;
      hits_.fetch_add(1, std::memory_order_relaxed);
      return found->second.answer;
    }
    misses_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }

  void Keep(const Presented& presented, const crypto::Digest& key, const Answer& answer,
            absl::Time from, absl::Time until, std::uint64_t generation) {
    absl::MutexLock lock(&mutex_);
    if (generation != generation_.load(std::memory_order_relaxed)) return;
    // Whose place another takes is found by the digest.
    if (answer.ok() && presented.leaf.size() + presented.chain.size() <= kMostRecentBytes) {
      recent_[PlaceOf(presented)] =
          Recent{.purpose = presented.purpose,
                 .leaf = std::string(presented.leaf),
                 .chain = std::string(presented.chain),
                 .entry = {.answer = answer, .from = from, .until = until}};
    }
    Answers& answers = answer.ok() ? accepted_ : refused_;
    if (answers.entries.insert_or_assign(key, Entry{answer, from, until}).second) {
      answers.order.push_back(key);
    }
    while (answers.entries.size() > size_) {
      answers.entries.erase(answers.order.front());
      answers.order.pop_front();
    }
  }

  State state() const {
    absl::ReaderMutexLock lock(&mutex_);
    return {bundles_, generation_.load(std::memory_order_relaxed)};
  }

  // Null keeps the bundles.
  void Renew(std::shared_ptr<const TrustBundles> bundles) {
    absl::MutexLock lock(&mutex_);
    if (bundles != nullptr) bundles_ = std::move(bundles);
    accepted_ = {};
    refused_ = {};
    recent_.fill(std::nullopt);
    generation_.fetch_add(1, std::memory_order_release);
  }

  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  CacheCounts counts() const {
    absl::ReaderMutexLock lock(&mutex_);
    return {hits_.load(std::memory_order_relaxed), misses_.load(std::memory_order_relaxed),
            accepted_.entries.size() + refused_.entries.size()};
  }

 private:
  struct Entry {
    Answer answer;
    absl::Time from;
    absl::Time until;

    bool HoldsAt(absl::Time at) const { return at >= from && at <= until; }
  };
  struct Recent {
    Purpose purpose = Purpose::kTls;
    std::string leaf;
    std::string chain;
    Entry entry;
  };
  static constexpr std::size_t kMostRecentBytes = std::size_t{16} << 10;

  // By a piece of the leaf's signature, which no two share by chance.
  static std::size_t PlaceOf(const Presented& presented) {
    constexpr std::size_t kPiece = 128;
    const std::size_t size = presented.leaf.size();
    const absl::string_view end = presented.leaf.substr(size - std::min(size, kPiece));
    return absl::Hash<absl::string_view>()(end) % kRecent;
  }
  static constexpr std::size_t kRecent = 1024;

  struct Answers {
    std::unordered_map<crypto::Digest, Entry, absl::Hash<crypto::Digest>> entries;
    std::deque<crypto::Digest> order;  // By first insertion.
  };

  const std::size_t size_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const TrustBundles> bundles_ ABSL_GUARDED_BY(mutex_);
  Answers accepted_ ABSL_GUARDED_BY(mutex_);
  Answers refused_ ABSL_GUARDED_BY(mutex_);
  std::array<std::optional<Recent>, kRecent> recent_ ABSL_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> generation_ = 1;  // Written under mutex_.
  mutable std::atomic<std::uint64_t> hits_ = 0;
  mutable std::atomic<std::uint64_t> misses_ = 0;
};

}  // namespace comity::identity
