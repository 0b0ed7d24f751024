#include "common/service/pruning_timer.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::service {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(10);

std::string TextOf(const std::vector<absl::CivilMonth>& months) {
  return absl::StrJoin(months, " ", [](std::string* out, absl::CivilMonth month) {
    out->append(absl::FormatCivilTime(month));
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<PruningTimer>> PruningTimer::Start(absl::string_view service,
                                                                  Parts parts) {
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<journal::Pruner> pruner,
                          journal::Pruner::Open(parts.journal, parts.expiry_keys, parts.keep));
  std::unique_ptr<PruningTimer> made(new PruningTimer(std::move(parts), std::move(pruner)));
  if (made->parts_.metrics != nullptr) made->AddMetrics(service);
  made->timekeeper_.emplace(kInterval, [self = made.get()] { self->Work(); });
  return made;
}

void PruningTimer::AddMetrics(absl::string_view service) {
  metrics::Metrics& metrics = *parts_.metrics;
  const auto name = [&](absl::string_view thing) {
    return absl::StrCat("comity_", service, "_", thing);
  };
  pruned_ = &metrics.AddCounter(name("pruned_entries_total"),
                                "Ledger entries whose body and salt were destroyed", {});
  failures_ = &metrics.AddCounter(name("pruning_failures_total"),
                                  "Times that the ledger could not be pruned (tried again)", {});
  metrics.AddCallback(
      name("overdue_expiry_keys"), "Expiry keys of months that are over and still there", {},
      [this] { return static_cast<double>(pruner_->Overdue(parts_.clock->Now()).value_or(-1)); });
  metrics.AddCallback(name("condemned_expiry_keys"),
                      "Expiry keys that are destroyed a day after it was recorded", {},
                      [this] { return static_cast<double>(condemned_); });
}

void PruningTimer::Work() {
  const absl::StatusOr<journal::Pruned> pruned = pruner_->Prune(parts_.clock->Now());
  if (!pruned.ok()) {
    if (failures_ != nullptr) failures_->Increment();
    if (parts_.logger != nullptr && !std::exchange(troubled_, true)) {
      parts_.logger->Warning(
          "the ledger could not be pruned; tried again",
          {{"reason", ReasonOf(pruned.status())}, {"why", pruned.status().message()}});
    }
    return;
  }
  troubled_ = false;
  condemned_ = static_cast<std::int64_t>(pruned->condemned.size());
  if (pruned_ != nullptr) pruned_->Increment(static_cast<double>(pruned->entries));
  if (parts_.logger != nullptr) Report(*pruned);
}

void PruningTimer::Report(const journal::Pruned& pruned) {
  // Operators destroy the same months in their backups of the keys.
  if (!pruned.months.empty()) {
    parts_.logger->Info(
        "the ledger was pruned",
        {{"months", TextOf(pruned.months)}, {"entries", pruned.entries}, {"kept", pruned.kept}});
  }
  if (!pruned.abandoned.empty()) {
    parts_.logger->Warning(
        "the ledger is not pruned after all: the clock was ahead, or the log was succeeded",
        {{"months", TextOf(pruned.abandoned)}});
  }
  if (std::exchange(due_, pruned.due) == pruned.due || pruned.condemned.empty()) return;
  parts_.logger->Info(
      "the ledger will be pruned; if these months are not over, put the clock right before",
      {{"months", TextOf(pruned.condemned)},
       {"due", absl::FormatTime(absl::RFC3339_sec, pruned.due, absl::UTCTimeZone())}});
}

}  // namespace comity::service
