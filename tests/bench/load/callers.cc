// Many callers, each with a connection of his own, call one method of any gRPC server over mutual
// TLS; prints one line of JSON with what they saw.
//
// Usage: bench-callers ADDRESS ROOTS PACKAGE.SERVICE/METHOD REQUEST.pb SECONDS LOAD GREED
// IDENTITY...
//
// LOAD is each:N, N calls of each caller on their way at any time, or rate:N, N calls a second of
// all together whether they are answered or not; heed:N is the same with the throttle that channels
// of the client library have. The first caller makes GREED times as many as
// another and is counted apart; 1 is nobody's greed. Where the request has the nil UUID every call
// has a new one.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_interceptor.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/client_throttle.h"
#include "common/threads/locks.h"
#include "tests/bench/load/tls.h"

namespace comity::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr char kNilUuid[] = "00000000-0000-0000-0000-000000000000";
constexpr std::chrono::seconds kWarmUp(1);
constexpr std::chrono::seconds kDeadline(10);

// What some of the callers saw while it counted.
struct Seen {
  std::vector<double> answered;  // Seconds each took.
  std::int64_t refused = 0;      // RESOURCE_EXHAUSTED.
  std::int64_t failed = 0;       // Everything else.
};

class Load {
 public:
  Load(std::string method, std::string request, int greed, bool heeds)
      : method_(std::move(method)), request_(std::move(request)), greed_(greed), heeds_(heeds) {}

  void AddCaller(const std::string& address, const std::string& roots,
                 const std::string& identity) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> throttle;
    if (heeds_) throttle.push_back(rpc::ThrottleUnaryCalls(&SystemClock()));
    auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(
        address, BareChannelCredentials(identity, roots), arguments, std::move(throttle));
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + kDeadline)) {
      std::cerr << "bench: no connection to " << address << " as " << identity << "\n";
      std::exit(1);
    }
    callers_.push_back(std::make_unique<grpc::GenericStub>(std::move(channel)));
  }

  // Every caller has `calls` on their way, the greedy one more.
  void Keep(int calls) {
    keep_ = true;
    for (std::size_t caller = 0; caller < callers_.size(); ++caller) {
      for (int i = 0; i < calls * (caller == 0 ? greed_ : 1); ++i) Call(caller);
    }
  }

  // Calls at `rate` a second until it has counted, each when it is due: a generator that wakes now
  // and then and makes up for its sleep would offer bursts, which no caller makes. The callers in
  // turn, the greedy one more often.
  void Offer(double rate) {
    pace_ = std::thread([this, rate] {
      (void)prctl(PR_SET_TIMERSLACK, 1UL);
      const auto begin = SteadyClock::now();
      for (std::size_t made = 0; !over_; ++made) {
        std::this_thread::sleep_until(
            begin + std::chrono::duration_cast<SteadyClock::duration>(
                        std::chrono::duration<double>(static_cast<double>(made) / rate)));
        Call(InTurn(made));
      }
    });
  }

  void Count(std::chrono::seconds duration) {
    std::this_thread::sleep_for(kWarmUp);
    counting_ = true;
    const auto begin = SteadyClock::now();
    std::this_thread::sleep_for(duration);
    counting_ = false;
    seconds_ = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    over_ = true;
    if (pace_.joinable()) pace_.join();
    const absl::MutexLock lock(&mutex_);
    while (on_their_way_ > 0) none_left_.Wait(&mutex_);
  }

  void Print() {
    const absl::MutexLock lock(&mutex_);
    const Seen& others = seen_[0];
    std::cout << absl::StrFormat(R"({"offered_per_second":%.1f,%s)",
                                 static_cast<double>(offered_) / seconds_, Figures(others));
    if (greed_ > 1) std::cout << R"(,"greedy":{)" << Figures(seen_[1]) << "}";
    std::cout << "}\n";
  }

 private:
  struct InFlight {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    SteadyClock::time_point begin;
    bool counts = false;
  };

  std::size_t InTurn(std::size_t turn) const {
    if (greed_ == 1) return turn % callers_.size();
    // One of the greedy caller's, then one of another, as far as they go.
    const std::size_t others = callers_.size() - 1;
    const auto greed = static_cast<std::size_t>(greed_);
    const std::size_t round = turn / (others + greed);
    const std::size_t place = turn % (others + greed);
    const std::size_t greedy_before = place * greed / (others + greed);
    const bool greedy = (place + 1) * greed / (others + greed) > greedy_before;
    return greedy ? 0 : 1 + (round * others + place - greedy_before) % others;
  }

  grpc::ByteBuffer NewRequest() const {
    const std::string bytes = absl::StrReplaceAll(request_, {{kNilUuid, NewUuid(absl::Now())}});
    const grpc::Slice slice(bytes);
    return {&slice, 1};
  }

  void Call(std::size_t caller) {
    {
      const absl::MutexLock lock(&mutex_);
      ++on_their_way_;
    }
    auto* const call = new InFlight;
    call->request = NewRequest();
    call->counts = counting_;
    if (call->counts) ++offered_;
    call->context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    call->begin = SteadyClock::now();
    callers_[caller]->UnaryCall(&call->context, method_, {}, &call->request, &call->response,
                                [this, caller, call](const grpc::Status& status) {
                                  Answered(caller, std::unique_ptr<InFlight>(call), status);
                                });
  }

  void Answered(std::size_t caller, std::unique_ptr<InFlight> call, const grpc::Status& status) {
    const std::chrono::duration<double> took = SteadyClock::now() - call->begin;
    const bool again = keep_ && !over_;
    if (again) Call(caller);
    const absl::MutexLock lock(&mutex_);
    // What had come in when it began to count is not what is offered, nor what is left at the end.
    if (call->counts && counting_) {
      Seen& seen = seen_[caller == 0 && greed_ > 1 ? 1 : 0];
      if (status.ok()) {
        seen.answered.push_back(took.count());
      } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
        ++seen.refused;
      } else if (seen.failed++ == 0) {
        std::cerr << "bench: a call failed: " << status.error_code() << " "
                  << status.error_message() << "\n";
      }
    }
    if (--on_their_way_ == 0) none_left_.SignalAll();
  }

  std::string Figures(const Seen& seen) const {
    std::vector<double> sorted = seen.answered;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
      return sorted.empty() ? 0
                            : sorted[static_cast<std::size_t>(
                                  share * static_cast<double>(sorted.size() - 1))] *
                                  1e6;
    };
    return absl::StrFormat(
        R"("per_second":%.1f,"p50_us":%.1f,"p99_us":%.1f,"refused_per_second":%.1f,"failed":%d)",
        static_cast<double>(sorted.size()) / seconds_, at(0.5), at(0.99),
        static_cast<double>(seen.refused) / seconds_, seen.failed);
  }

  const std::string method_;
  const std::string request_;
  const int greed_;
  const bool heeds_;
  std::vector<std::unique_ptr<grpc::GenericStub>> callers_;
  std::thread pace_;
  bool keep_ = false;
  double seconds_ = 1;
  std::atomic<bool> counting_ = false;
  std::atomic<bool> over_ = false;
  std::atomic<std::int64_t> offered_ = 0;
  absl::Mutex mutex_;
  absl::CondVar none_left_;
  std::int64_t on_their_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::array<Seen, 2> seen_ ABSL_GUARDED_BY(mutex_);  // The others, the greedy one.
};

int Main(int argc, char** argv) {
  if (argc < 9) {
    std::cerr << "Usage: bench-callers ADDRESS ROOTS PACKAGE.SERVICE/METHOD REQUEST.pb SECONDS"
                 " each:N|rate:N|heed:N GREED IDENTITY...\n";
    return 2;
  }
  const std::string how = argv[6];
  Load load(std::string("/") + argv[3], ReadFileOrExit(argv[4]), std::stoi(argv[7]),
            absl::StartsWith(how, "heed:"));
  const std::string roots = ReadFileOrExit(argv[2]);
  for (int i = 8; i < argc; ++i) load.AddCaller(argv[1], roots, argv[i]);
  const int amount = std::stoi(how.substr(5));
  if (absl::StartsWith(how, "each:")) {
    load.Keep(amount);
  } else {
    load.Offer(amount);
  }
  load.Count(std::chrono::seconds(std::stoi(argv[5])));
  load.Print();
  std::cout.flush();
  // gRPC's threads may still be on their way out of the last answer.
  std::quick_exit(0);
}

}  // namespace
}  // namespace comity::bench

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  return comity::bench::Main(argc, argv);
}
