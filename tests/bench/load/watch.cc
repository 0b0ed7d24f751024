// How long a change takes to reach many connected replicas: each watches the registry over a
// connection of its own, a writer registers contacts one after the other; prints one line of JSON.
//
// Usage: bench-watch IDENTITY ROOTS ADDRESS REPLICAS CHANGES CONTACT.pb
//
// CONTACT.pb is a CreateContactRequest; its nil UUIDs are new ones each time. The time is from
// before the call of the change to the arrival at a replica: the commit is part of it.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/ids/uuid.h"
#include "common/threads/locks.h"
#include "tests/bench/load/tls.h"

namespace comity::bench {
namespace {

namespace v1 = partner_registry::v1;
using SteadyClock = std::chrono::steady_clock;

constexpr char kNilUuid[] = "00000000-0000-0000-0000-000000000000";
constexpr std::chrono::milliseconds kBetweenChanges(20);

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "bench: " << what << "\n";
  std::exit(1);
}

class Replica {
 public:
  Replica(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials)
      : stub_(v1::PartnerRegistryService::NewStub(NewChannel(address, credentials))),
        stream_(stub_->Watch(&context_, {})) {}

  static std::shared_ptr<grpc::Channel> NewChannel(
      const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // A connection of its own.
    return grpc::CreateCustomChannel(address, credentials, arguments);
  }

  // The end of the snapshot.
  void AwaitSnapshot() {
    v1::WatchResponse response;
    do {
      if (!stream_->Read(&response)) Fail("a watch ended before its snapshot");
    } while (!response.has_bookmark());
    snapshot_ = response.bookmark().number();
  }

  // Notes when each revision arrives, until that of the last change.
  void Follow(std::int64_t changes) {
    v1::WatchResponse response;
    while (static_cast<std::int64_t>(arrived_.size()) < changes) {
      if (!stream_->Read(&response)) Fail("a watch ended before the last change");
      const auto now = SteadyClock::now();
      for (const v1::Change& change : response.changes()) {
        if (change.revision().number() > snapshot_) arrived_.push_back(now);
      }
    }
    context_.TryCancel();
    while (stream_->Read(&response)) continue;
    stream_->Finish();
  }

  const std::vector<SteadyClock::time_point>& arrived() const { return arrived_; }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<v1::PartnerRegistryService::Stub> stub_;
  const std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream_;
  std::int64_t snapshot_ = 0;
  std::vector<SteadyClock::time_point> arrived_;  // One a change.
};

int Main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "Usage: bench-watch IDENTITY ROOTS ADDRESS REPLICAS CHANGES CONTACT.pb\n";
    return 2;
  }
  const auto credentials = BareChannelCredentials(argv[1], ReadFileOrExit(argv[2]));
  const std::string address = argv[3];
  const int changes = std::stoi(argv[5]);
  const std::string contact = ReadFileOrExit(argv[6]);

  std::vector<std::unique_ptr<Replica>> replicas;
  for (int i = 0; i < std::stoi(argv[4]); ++i) {
    replicas.push_back(std::make_unique<Replica>(address, credentials));
  }
  for (const auto& replica : replicas) replica->AwaitSnapshot();
  std::vector<std::thread> threads;
  threads.reserve(replicas.size());
  for (const auto& replica : replicas) {
    threads.emplace_back([&replica, changes] { replica->Follow(changes); });
  }

  const auto writer =
      v1::PartnerRegistryService::NewStub(Replica::NewChannel(address, credentials));
  std::vector<SteadyClock::time_point> made;
  for (int i = 0; i < changes; ++i) {
    v1::CreateContactRequest request;
    request.ParseFromString(absl::StrReplaceAll(contact, {{kNilUuid, NewUuid(absl::Now())}}));
    made.push_back(SteadyClock::now());
    grpc::ClientContext context;
    v1::Contact created;
    const grpc::Status status = writer->CreateContact(&context, request, &created);
    if (!status.ok()) Fail("a change failed: " + status.error_message());
    std::this_thread::sleep_for(kBetweenChanges);
  }
  for (std::thread& thread : threads) thread.join();

  std::vector<double> milliseconds;
  for (const auto& replica : replicas) {
    for (std::size_t i = 0; i < made.size(); ++i) {
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(replica->arrived()[i] - made[i]).count());
    }
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<std::size_t>(share *
                                                 static_cast<double>(milliseconds.size() - 1))];
  };
  std::cout << absl::StrFormat(R"({"p50_ms":%.2f,"p99_ms":%.2f})", at(0.5), at(0.99)) << "\n";
  return 0;
}

}  // namespace
}  // namespace comity::bench

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  return comity::bench::Main(argc, argv);
}
