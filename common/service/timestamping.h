#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config/config.h"
#include "common/journal/journal.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/service/timekeeper.h"
#include "common/time/clock.h"
#include "common/timestamps/checkpoint_stamper.h"

namespace comity::service {

// [timestamps] of a service's configuration: who timestamps its checkpoints (RFC 3161).
struct TimestampSettings {
  std::string authority;    // URL.
  std::string roots;        // File of the authority's root certificates, PEM.
  absl::Duration interval;  // At most one timestamp in this time.
  absl::Duration limit;     // How old an entry may become without one.

  // nullopt: no `authority` is configured, and checkpoints are not timestamped. INVALID_ARGUMENT
  // `CONFIG_MISSING`, `CONFIG_INVALID`.
  static absl::StatusOr<std::optional<TimestampSettings>> Read(const config::Config& config);
};

// Has a journal's checkpoints timestamped, on a thread of its own, until it goes. Logs when the
// authority stops answering and when it answers again. Thread-safe.
class Timestamping {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    journal::Journal* journal = nullptr;
    std::string publication;  // Where the journal's current log is published.
    const Clock* clock = nullptr;
    logging::Logger* logger = nullptr;
    metrics::Metrics* metrics = nullptr;
  };

  // `service` names the metrics, with underscores. Errors of timestamps::Authorities::FromFile.
  static absl::StatusOr<std::unique_ptr<Timestamping>> Start(const TimestampSettings& settings,
                                                             absl::string_view service,
                                                             const Parts& parts);

  // OK, or UNAVAILABLE `TIMESTAMPS_OVERDUE`.
  absl::Status Current() const { return stamper_.Current(); }

 private:
  Timestamping(timestamps::CheckpointStamper::Setup setup, logging::Logger* logger);
  void Work();

  timestamps::CheckpointStamper stamper_;
  logging::Logger* const logger_;
  bool troubled_ = false;  // The timekeeper's thread's: it was logged.
  std::optional<Timekeeper> timekeeper_;
};

}  // namespace comity::service
