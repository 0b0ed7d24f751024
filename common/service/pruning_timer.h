#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/journal/pruning.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/service/timekeeper.h"
#include "common/time/clock.h"

namespace comity::service {

// Prunes a journal's ledger, at once and then every ten minutes on a thread of its own, until it
// goes. A log line when a pruning is due, one when it is done or withdrawn; one when it fails,
// until it works again. Thread-safe.
class PruningTimer {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    journal::Journal* journal = nullptr;
    std::string expiry_keys;     // The journal's folder of them.
    journal::Pruner::Keep keep;  // May be null.
    const Clock* clock = nullptr;
    logging::Logger* logger = nullptr;    // May be null.
    metrics::Metrics* metrics = nullptr;  // May be null: nothing is measured.
  };

  // `service` names the metrics, with underscores. Errors of journal::Pruner::Open.
  static absl::StatusOr<std::unique_ptr<PruningTimer>> Start(absl::string_view service,
                                                             Parts parts);

  // Waits for the work in progress; no more is begun. Idempotent.
  void Stop() { timekeeper_.reset(); }

 private:
  PruningTimer(Parts parts, std::unique_ptr<journal::Pruner> pruner)
      : parts_(std::move(parts)), pruner_(std::move(pruner)) {}

  void AddMetrics(absl::string_view service);
  void Work();
  void Report(const journal::Pruned& pruned);

  const Parts parts_;
  const std::unique_ptr<journal::Pruner> pruner_;
  metrics::Counter* pruned_ = nullptr;
  metrics::Counter* failures_ = nullptr;
  std::atomic<std::int64_t> condemned_ = 0;  // Months.
  // The timekeeper's thread's: what was logged.
  bool troubled_ = false;
  absl::Time due_ = absl::InfiniteFuture();
  std::optional<Timekeeper> timekeeper_;
};

}  // namespace comity::service
