#include "common/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/loopback.h"
#include "tests/testing/status_matchers.h"

namespace comity::metrics {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

std::string Get(int port, const std::string& path) {
  const int descriptor = testing::ConnectTo(port);
  EXPECT_NE(descriptor, -1);
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(::write(descriptor, request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(descriptor, buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return answer;
}

TEST(MetricsTest, WhatWasAddedIsInTheText) {
  Metrics metrics;

  metrics.AddCounter("comity_x_total", "X.", {{"code", "OK"}}).Increment(2);
  metrics.AddGauge("comity_y", "Y.", {}).Set(3);
  metrics.AddHistogram("comity_z_seconds", "Z.", {}, {0.1, 1}).Observe(0.5);
  metrics.AddCallback("comity_w", "W.", {}, [] { return 7.0; });

  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("comity_x_total{code=\"OK\"} 2"));
  EXPECT_THAT(text, HasSubstr("comity_y 3"));
  EXPECT_THAT(text, HasSubstr("comity_z_seconds_bucket{le=\"1\"} 1"));
  EXPECT_THAT(text, HasSubstr("# TYPE comity_w gauge\ncomity_w 7"));
}

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameMetric) {
  Metrics metrics;

  metrics.AddCounter("comity_x_total", "X.", {{"code", "OK"}}).Increment();
  metrics.AddCounter("comity_x_total", "X.", {{"code", "OK"}}).Increment();

  EXPECT_THAT(metrics.Text(), HasSubstr("comity_x_total{code=\"OK\"} 2"));
}

TEST(MetricsTest, AScrapeGetsEverything) {
  Metrics metrics;
  metrics.AddCounter("comity_x_total", "X.", {}).Increment();
  metrics.AddCallback("comity_w", "W.", {}, [] { return 7.0; });

  const auto exposition = Exposition::Serve("127.0.0.1:0", metrics);

  ASSERT_THAT(exposition, IsOk());
  const std::string answer = Get((*exposition)->port(), "/metrics");
  EXPECT_THAT(answer, HasSubstr("comity_x_total 1"));
  EXPECT_THAT(answer, HasSubstr("comity_w 7"));
}

TEST(MetricsTest, APortInUseIsNamed) {
  Metrics metrics;
  const auto first = Exposition::Serve("127.0.0.1:0", metrics);
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(Exposition::Serve(absl::StrCat("127.0.0.1:", (*first)->port()), metrics),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PORT_IN_USE"));
}

}  // namespace
}  // namespace comity::metrics
