#pragma once

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "common/metrics/metrics.h"
#include "common/time/clock.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/reports/figures.h"

namespace comity::partner_registry {

// The figures of the registry as metrics, made anew at a scrape if there is a new revision or day.
// Thread-safe.
class ReportMetrics {
 public:
  // Neither is owned; both must outlive this object.
  ReportMetrics(const RegistryStore* store, const Clock* clock) : store_(store), clock_(clock) {}

  // `metrics` must not be scraped any more once this object is gone.
  void AddTo(metrics::Metrics& metrics);

 private:
  std::shared_ptr<const Figures> Now();

  const RegistryStore* const store_;
  const Clock* const clock_;
  absl::Mutex mutex_;
  std::int64_t revision_ ABSL_GUARDED_BY(mutex_) = -1;
  absl::CivilDay day_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Figures> figures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
