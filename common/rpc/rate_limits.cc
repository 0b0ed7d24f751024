#include "common/rpc/rate_limits.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::rpc {

RateLimits::RateLimits(Options options, const Clock* clock) : options_(options), clock_(clock) {
  for (std::size_t i = 0; i < kAdmissions; ++i) {
    token_[i] = absl::Seconds(1) / options_.per_second[i];
  }
}

absl::Status RateLimits::Take(absl::string_view caller, Admission admission) {
  const auto index = static_cast<std::size_t>(admission);
  const absl::Duration now = clock_->SinceBoot();
  absl::Duration wait;
  {
    // The upper bits: the table in the shard uses the lower ones.
    Shard& shard = shards_[(absl::Hash<absl::string_view>()(caller) >> 32U) % kShards];
    absl::MutexLock lock(&shard.mutex);
    absl::Duration& full_again = BucketsOf(caller, now, shard)[index];
    const absl::Duration after = std::max(full_again, now) + token_[index];
    wait = after - now - kBurst;
    if (wait <= absl::ZeroDuration()) {
      full_again = after;
      return absl::OkStatus();
    }
  }
  wait = absl::Ceil(wait, absl::Milliseconds(1));
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("this caller makes more than ", options_.per_second[index],
                                " calls a second of the kind \"", ToString(admission), "\"; wait ",
                                absl::FormatDuration(wait), " and make fewer."),
                   {.reason = "RATE_EXCEEDED", .retry_after = wait});
}

RateLimits::Buckets& RateLimits::BucketsOf(absl::string_view caller, absl::Duration now,
                                           Shard& shard) const {
  const auto found = shard.callers.find(caller);
  if (found != shard.callers.end()) return found->second;
  if (shard.callers.size() >= std::max<std::size_t>(1, options_.callers / kShards)) {
    absl::erase_if(shard.callers, [now](const auto& entry) {
      return *std::max_element(entry.second.begin(), entry.second.end()) <= now;
    });
    // No caller has this name.
    if (shard.callers.size() >= std::max<std::size_t>(1, options_.callers / kShards)) caller = "";
  }
  return shard.callers[caller];
}

}  // namespace comity::rpc
