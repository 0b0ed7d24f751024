#include "common/metrics/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/status/error.h"

namespace comity::metrics {

// Values that are asked for at every scrape.
class Metrics::Callbacks : public prometheus::Collectable {
 public:
  void Add(const std::string& name, const std::string& help, const Labels& labels,
           std::function<double()> read) {
    absl::MutexLock lock(&mutex_);
    entries_.push_back({name, help, labels, std::move(read)});
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    absl::MutexLock lock(&mutex_);
    std::map<std::string, prometheus::MetricFamily> families;
    for (const Entry& entry : entries_) {
      const bool counter = absl::EndsWith(entry.name, "_total");
      prometheus::MetricFamily& family = families[entry.name];
      family.name = entry.name;
      family.help = entry.help;
      family.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      prometheus::ClientMetric metric;
      for (const auto& [name, value] : entry.labels) metric.label.push_back({name, value});
      (counter ? metric.counter.value : metric.gauge.value) = entry.read();
      family.metric.push_back(std::move(metric));
    }
    std::vector<prometheus::MetricFamily> result;
    result.reserve(families.size());
    for (auto& [name, family] : families) result.push_back(std::move(family));
    return result;
  }

 private:
  struct Entry {
    std::string name;
    std::string help;
    Labels labels;
    std::function<double()> read;
  };

  mutable absl::Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

Metrics::Metrics()
    : registry_(
          std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)),
      callbacks_(std::make_shared<Callbacks>()) {}

Metrics::~Metrics() = default;

Counter& Metrics::AddCounter(const std::string& name, const std::string& help,
                             const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
}

Gauge& Metrics::AddGauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
}

Histogram& Metrics::AddHistogram(const std::string& name, const std::string& help,
                                 const Labels& labels, const Histogram::BucketBoundaries& bounds) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*registry_)
      .Add(labels, bounds);
}

Histogram::BucketBoundaries Metrics::LatencyBounds() {
  return {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,    0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
}

void Metrics::AddCallback(const std::string& name, const std::string& help, const Labels& labels,
                          std::function<double()> read) {
  callbacks_->Add(name, help, labels, std::move(read));
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  for (auto& family : callbacks_->Collect()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

absl::StatusOr<std::unique_ptr<Exposition>> Exposition::Serve(const std::string& address,
                                                              const Metrics& metrics) {
  // The exposer throws when it cannot listen, without saying why.
  try {
    // Two threads: one scraper, and one more who looks.
    auto exposer = std::make_unique<prometheus::Exposer>(address, 2);
    exposer->RegisterCollectable(metrics.registry());
    exposer->RegisterCollectable(metrics.callbacks_);
    const std::vector<int> ports = exposer->GetListeningPorts();
    const int port = ports.empty() ? 0 : ports.front();
    return std::unique_ptr<Exposition>(new Exposition(std::move(exposer), port));
  } catch (const std::exception&) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("cannot serve metrics on ", address,
                     ": the address is not one of this machine or the port is in use; change "
                     "metrics.address or stop the other process."),
        {.reason = "PORT_IN_USE", .metadata = {{"address", address}}});
  }
}

Exposition::Exposition(std::unique_ptr<prometheus::Exposer> exposer, int port)
    : exposer_(std::move(exposer)), port_(port) {}

Exposition::~Exposition() = default;

}  // namespace comity::metrics
