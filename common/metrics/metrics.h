#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace prometheus {
class Exposer;
class Registry;
}  // namespace prometheus

namespace comity::metrics {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using Labels = std::map<std::string, std::string>;

// The metrics of one process.
//
// A metric is added once, at start, and the reference kept: adding looks the family up under a
// lock. The same name and labels give the same metric. References live as long as this object.
// Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  Counter& AddCounter(const std::string& name, const std::string& help, const Labels& labels);
  Gauge& AddGauge(const std::string& name, const std::string& help, const Labels& labels);
  // `bounds` are the upper ends of the buckets, ascending.
  Histogram& AddHistogram(const std::string& name, const std::string& help, const Labels& labels,
                          const Histogram::BucketBoundaries& bounds);
  // Seconds, from 50 us to 30 s.
  static Histogram::BucketBoundaries LatencyBounds();

  // A gauge, or a counter if `name` ends in "_total", whose value is asked for at every scrape.
  // `read` is called from the exposer's threads while this object lives.
  void AddCallback(const std::string& name, const std::string& help, const Labels& labels,
                   std::function<double()> read);

  // The text format of everything, as a scrape would get it.
  std::string Text() const;

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  class Callbacks;
  friend class Exposition;

  std::shared_ptr<prometheus::Registry> registry_;
  std::shared_ptr<Callbacks> callbacks_;
};

// Serves GET /metrics over plain HTTP. The address is for the loopback or the pod's network only:
// nothing here says who may scrape.
class Exposition {
 public:
  // `address` is host:port; port 0 picks a free one. FAILED_PRECONDITION `PORT_IN_USE` or
  // `METRICS_ADDRESS_INVALID`. `metrics` is not owned and must outlive this object.
  static absl::StatusOr<std::unique_ptr<Exposition>> Serve(const std::string& address,
                                                           const Metrics& metrics);
  ~Exposition();

  int port() const { return port_; }

 private:
  Exposition(std::unique_ptr<prometheus::Exposer> exposer, int port);

  std::unique_ptr<prometheus::Exposer> exposer_;
  int port_;
};

}  // namespace comity::metrics
