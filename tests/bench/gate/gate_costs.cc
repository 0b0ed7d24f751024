// What admission costs a call, in nanoseconds: a token of the rate limits, with one thread and with
// four that share a caller or have one each; a refusal.
//
//   gate_costs
//
// Prints one line of JSON.

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/rate_limits.h"
#include "common/time/clock.h"

namespace comity::rpc {
namespace {

constexpr int kCalls = 1'000'000;
constexpr std::int64_t kPlenty = 1'000'000'000;

// Nanoseconds a call, of each of `threads`.
double Cost(int threads, bool one_caller, std::int64_t per_second) {
  RateLimits limits({.per_second = {per_second, 1, 1, 1}}, &SystemClock());
  std::vector<std::thread> running;
  running.reserve(static_cast<std::size_t>(threads));
  const absl::Time begin = absl::Now();
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      const std::string caller =
          absl::StrCat("spiffe://agency.example/application/caller-", one_caller ? 0 : thread);
      for (int i = 0; i < kCalls; ++i) limits.Take(caller, Admission::kRead).IgnoreError();
    });
  }
  for (std::thread& thread : running) thread.join();
  return absl::ToDoubleNanoseconds(absl::Now() - begin) / kCalls;
}

}  // namespace
}  // namespace comity::rpc

int main() {
  using comity::rpc::Cost;
  using comity::rpc::kPlenty;
  std::printf(
      "{\"one_thread\": %.0f, \"four_one_caller\": %.0f, \"four_callers\": %.0f, "
      "\"refusal\": %.0f}\n",
      Cost(1, true, kPlenty), Cost(4, true, kPlenty), Cost(4, false, kPlenty), Cost(1, true, 1));
  return 0;
}
