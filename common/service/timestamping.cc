#include "common/service/timestamping.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/timestamps/authority_client.h"

namespace comity::service {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::optional<TimestampSettings>> TimestampSettings::Read(
    const config::Config& config) {
  const config::Section section = config.section("timestamps");
  TimestampSettings settings;
  COMITY_ASSIGN_OR_RETURN(settings.authority, section.String("authority", ""));
  COMITY_ASSIGN_OR_RETURN(settings.roots, section.Path("roots", ""));
  COMITY_ASSIGN_OR_RETURN(
      settings.interval,
      section.Duration("interval", absl::Hours(1), absl::Seconds(1), absl::Hours(24 * 30)));
  COMITY_ASSIGN_OR_RETURN(
      settings.limit,
      section.Duration("limit", absl::Hours(24), absl::Seconds(1), absl::Hours(24 * 365)));
  if (settings.authority.empty()) {
    if (settings.roots.empty()) return std::optional<TimestampSettings>();
    return section.Invalid("authority", "is needed where roots are named");
  }
  if (!timestamps::IsAuthorityUrl(settings.authority)) {
    return section.Invalid("authority", "must begin with http:// or https://");
  }
  if (settings.roots.empty()) {
    return section.Invalid("roots", "is needed: nothing else says whom to believe");
  }
  if (settings.limit <= settings.interval) {
    return section.Invalid("limit", "must be longer than interval");
  }
  return std::optional<TimestampSettings>(std::move(settings));
}

absl::StatusOr<std::unique_ptr<Timestamping>> Timestamping::Start(const TimestampSettings& settings,
                                                                  absl::string_view service,
                                                                  const Parts& parts) {
  COMITY_ASSIGN_OR_RETURN(timestamps::Authorities trusted,
                          timestamps::Authorities::FromFile(settings.roots));
  std::unique_ptr<Timestamping> made(
      new Timestamping({.journal = parts.journal,
                        .clock = parts.clock,
                        .publication = parts.publication,
                        .trusted = std::move(trusted),
                        .ask =
                            [url = settings.authority](const std::string& request) {
                              return timestamps::AskAuthority(url, request, kTimeout);
                            },
                        .interval = settings.interval,
                        .limit = settings.limit},
                       parts.logger));
  const auto add = [&](absl::string_view thing, const char* help, auto read) {
    parts.metrics->AddCallback(
        absl::StrCat("comity_", service, "_", thing), help, {},
        [self = made.get(), read] { return static_cast<double>(read(self->stamper_.stats())); });
  };
  using Stats = timestamps::CheckpointStamper::Stats;
  add("timestamps_total", "Checkpoints that were timestamped",
      [](const Stats& s) { return s.stamped; });
  add("timestamp_failures_total", "Times the time-stamping authority was asked in vain",
      [](const Stats& s) { return s.failures; });
  add("timestamp_age_seconds", "Age of the oldest ledger entry without a timestamp",
      [](const Stats& s) { return absl::ToDoubleSeconds(s.age); });
  return made;
}

Timestamping::Timestamping(timestamps::CheckpointStamper::Setup setup, logging::Logger* logger)
    : stamper_(std::move(setup)), logger_(logger) {
  timekeeper_.emplace(kTick, [this] { Work(); });
}

void Timestamping::Work() {
  using Outcome = timestamps::CheckpointStamper::Outcome;
  const auto outcome = stamper_.Tick();
  if (!outcome.ok() && !troubled_) {
    troubled_ = true;
    logger_->Warning("checkpoints are not timestamped; tried again",
                     {{"reason", ReasonOf(outcome.status())}, {"why", outcome.status().message()}});
  }
  if (outcome.ok() && *outcome == Outcome::kStamped && troubled_) {
    troubled_ = false;
    logger_->Info("checkpoints are timestamped again");
  }
}

}  // namespace comity::service
