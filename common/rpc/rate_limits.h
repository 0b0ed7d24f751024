#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/access_table.h"
#include "common/time/clock.h"

namespace comity::rpc {

inline constexpr std::size_t kAdmissions = 4;

// How often one caller may call: a token bucket for each caller and admission, so that no caller's
// loop takes the service from the others. A bucket holds what two seconds bring. Constant time and
// bounded memory: a bucket that is full again is as good as none. Callers are spread over shards,
// hence over locks, held for some tens of nanoseconds. Thread-safe.
class RateLimits {
 public:
  static constexpr absl::Duration kBurst = absl::Seconds(2);

  struct Options {
    // Calls a second, by Admission: far above what people and applications come to. One caller's
    // reads are a tenth of what a core can do.
    std::array<std::int64_t, kAdmissions> per_second = {2000, 1000, 200, 100};
    // Callers with a bucket that is not full. The others share one meanwhile.
    std::size_t callers = 16384;
  };
  // `clock` is not owned.
  RateLimits(Options options, const Clock* clock);

  // Takes a token of `caller`. RESOURCE_EXHAUSTED `RATE_EXCEEDED` with the time until there is one.
  absl::Status Take(absl::string_view caller, Admission admission);

 private:
  // When each bucket is full again, since boot: all there is to know of it (the virtual scheduling
  // of ITU-T I.371's generic cell rate algorithm).
  using Buckets = std::array<absl::Duration, kAdmissions>;
  static constexpr std::size_t kShards = 16;
  struct alignas(64) Shard {
    absl::Mutex mutex;
    absl::flat_hash_map<std::string, Buckets> callers ABSL_GUARDED_BY(mutex);
  };
  Buckets& BucketsOf(absl::string_view caller, absl::Duration now, Shard& shard) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  const Options options_;
  const Clock* const clock_;
  std::array<absl::Duration, kAdmissions> token_;  // The time that brings one.
  std::array<Shard, kShards> shards_;
};

}  // namespace comity::rpc
