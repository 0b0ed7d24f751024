#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/steady_cond_var.h"

namespace comity::partner_registry {

// Which replicas may still act on which revision, so that a barrier knows when it holds everywhere.
//
// A replica counts its lease from when it sent a renewal, this table from when it stored it, and
// adds a second: a lease that has lapsed here has lapsed there before. The clock is the time since
// boot. The table is in memory: after a restart every lease of the process before may still run, so
// barriers wait for one whole lease then, unless no replica can ever have been (`fresh`).
//
// Thread-safe.
class Leases {
 public:
  struct Options {
    absl::Duration lease = absl::Seconds(10);  // 3 to 60 seconds.
    bool fresh = false;                        // This store has never been served before.
  };

  // `clock` is not owned.
  Leases(const Clock* clock, Options options);

  // `replica` (of `caller`) lives and has applied everything up to `confirmed`.
  void Renew(const std::string& caller, const std::string& replica, std::int64_t confirmed);

  // Waits until every replica has confirmed `revision` or its lease has lapsed. DEADLINE_EXCEEDED
  // `COMMITTED_NOT_YET_EVERYWHERE` if `patience` is over first: what was committed stands.
  absl::Status AwaitEverywhere(std::int64_t revision, absl::Duration patience);

  absl::Duration lease() const { return options_.lease; }

  // Replicas with a running lease.
  int live() const;
  // How many revisions the live replica that is furthest behind lacks of `revision`.
  std::int64_t behind(std::int64_t revision) const;

 private:
  struct Row {
    std::int64_t confirmed = 0;
    absl::Duration renewed = absl::ZeroDuration();  // Since boot.
  };

  // How long at most somebody may still act on less than `revision`; zero: nobody can.
  absl::Duration Outstanding(std::int64_t revision, absl::Duration now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock* const clock_;
  const Options options_;
  const absl::Duration started_;

  mutable absl::Mutex mutex_;
  SteadyCondVar changed_;
  std::map<std::pair<std::string, std::string>, Row> rows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
