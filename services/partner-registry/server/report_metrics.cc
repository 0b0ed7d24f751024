#include "services/partner-registry/server/report_metrics.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/day.h"
#include "services/partner-registry/server/metric_names.h"

namespace comity::partner_registry {

std::shared_ptr<const Figures> ReportMetrics::Now() {
  const absl::CivilDay day = DayInBrussels(clock_->Now());
  const absl::MutexLock lock(&mutex_);
  std::optional<Registry> changed;  // A copy: the writer must not wait for the looking.
  {
    const RegistryStore::State::Guard now = store_->View();
    if (figures_ == nullptr || revision_ != now->revision() || day_ != day) changed = *now;
  }
  if (changed.has_value()) {
    figures_ = std::make_shared<const Figures>(FiguresOn(*changed, day));
    revision_ = changed->revision();
    day_ = day;
  }
  return figures_;
}

void ReportMetrics::AddTo(metrics::Metrics& metrics) {
  // The labels are those of the empty registry: the sets are closed.
  const Figures none = FiguresOn(Registry(""), absl::CivilDay());
  for (const auto& [within, count] : none.expiring) {
    metrics.AddCallback(kInstrumentsExpiring, "Instruments whose last day is within so many days",
                        {{"within_days", absl::StrCat(within)}}, [this, days = within] {
                          return static_cast<double>(Now()->expiring.at(days));
                        });
  }
  for (const auto& [key, count] : none.relations) {
    metrics.AddCallback(
        kRelations, "Partners by axis and step", {{"axis", Word(key.first)}, {"step", key.second}},
        [this, where = key] { return static_cast<double>(Now()->relations.at(where)); });
  }
  metrics.AddCallback(kChangeRequestsOpen, "Requests for changes that wait for an answer", {},
                      [this] { return static_cast<double>(Now()->open_requests); });
  metrics.AddCallback(kContactsStale, "Active contacts not verified within the last year", {},
                      [this] { return static_cast<double>(Now()->stale_contacts); });
}

}  // namespace comity::partner_registry
