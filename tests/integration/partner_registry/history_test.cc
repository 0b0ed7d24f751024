// What clients see of a registry that they all read and change at once: one order of everything
// (C9), judged by tests/testing/history.h. Over PostgreSQL there are two processes, and every
// second client is at the other one.
#include "tests/testing/history.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/status/error.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/seed.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::Contradictions;
using ::comity::testing::IsOk;
using ::comity::testing::Operation;
using ::testing::IsEmpty;
using ::testing::Not;
using Stub = v1::PartnerRegistryService::Stub;

constexpr int kClients = 8;
constexpr absl::Duration kFor = absl::Seconds(4);
constexpr const char* kKeys[] = {"partners/georgia", "partners/panama", "partners/moldova",
                                 "partners/algeria", "partners/chile"};

std::int64_t Monotonic() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// The highest revision that anybody was answered with. Whoever reads at a process asks it for no
// less, so that it does not matter which process that is.
class Acknowledged {
 public:
  std::int64_t load() const { return number_.load(); }
  void Raise(std::int64_t number) {
    std::int64_t known = number_.load();
    while (known < number && !number_.compare_exchange_weak(known, number)) {
    }
  }

 private:
  std::atomic<std::int64_t> number_ = 1;
};

// Reads partners, and changes what it last knew of one, if it is still so.
class Client {
 public:
  // `acknowledged` is null if there is one process only.
  Client(int number, std::uint64_t seed, const std::shared_ptr<grpc::Channel>& channel,
         Acknowledged* acknowledged)
      : number_(number),
        chance_(seed + static_cast<std::uint64_t>(number)),
        stub_(v1::PartnerRegistryService::NewStub(channel)),
        acknowledged_(acknowledged) {}

  void Run() {
    const absl::Time until = absl::Now() + kFor;
    while (absl::Now() < until && failure.empty()) {
      const std::string key =
          kKeys[std::uniform_int_distribution<std::size_t>(0, std::size(kKeys) - 1)(chance_)];
      if (!known_.contains(key) || std::bernoulli_distribution(0.5)(chance_)) {
        Read(key);
      } else {
        Write(key);
      }
    }
  }

  // What it did, in the same form whether a write was done or refused: who is refused reads which
  // version is the last.
  std::vector<Operation> history;
  int refused = 0;
  std::string failure;

 private:
  absl::StatusOr<v1::Partner> Get(const std::string& key) {
    v1::GetPartnerRequest request;
    request.set_name(key);
    const absl::Time patience = absl::Now() + absl::Seconds(10);
    while (true) {
      grpc::ClientContext context;
      RegistryServer::Prepare(context);
      if (acknowledged_ != nullptr && !store_.empty()) {
        rpc::SetMinRevision(context, store_, acknowledged_->load());
      }
      v1::Partner partner;
      const absl::Status status = rpc::ToAbslStatus(stub_->GetPartner(&context, request, &partner));
      if (status.ok()) return partner;
      if (ReasonOf(status) != "REVISION_NOT_HERE_YET" || absl::Now() > patience) return status;
      std::this_thread::yield();
    }
  }

  void Read(const std::string& key) {
    if (store_.empty()) {  // Named by the first answer, which counts for nothing else.
      const auto first = Get(key);
      if (!first.ok()) return Fail(first.status());
      store_ = first->revision().store_id();
    }
    Operation read = {.kind = Operation::Kind::kRead, .key = key, .start = Monotonic()};
    const auto partner = Get(key);
    if (!partner.ok()) return Fail(partner.status());
    read.value = partner->status_footnote();
    Saw(std::move(read), partner->etag());
  }

  void Write(const std::string& key) {
    v1::UpdatePartnerRequest request;
    request.mutable_partner()->set_name(key);
    request.mutable_partner()->set_etag(known_[key]);
    request.mutable_partner()->set_status_footnote(
        absl::StrCat("client ", number_, ", ", history.size()));
    request.mutable_update_mask()->add_paths("status_footnote");
    request.set_reason("test");
    Operation write = {.kind = Operation::Kind::kWrite, .key = key, .start = Monotonic()};
    const auto partner = Call(&Stub::UpdatePartner, *stub_, request);
    if (partner.ok()) {
      write.value = request.partner().status_footnote();
      write.predecessor = known_[key];
      write.revision = partner->revision().number();
      return Saw(std::move(write), partner->etag());
    }
    if (ReasonOf(partner.status()) != "ETAG_MISMATCH") return Fail(partner.status());
    const std::string last = DetailsOf(partner.status()).metadata["etag"];
    if (last == known_[key]) return Fail(absl::InternalError("refused for the version it has"));
    ++refused;
    write.kind = Operation::Kind::kRead;
    Saw(std::move(write), last);
  }

  void Saw(Operation operation, const std::string& etag) {
    std::int64_t revision = 0;  // An etag of the registry is a revision in quotes.
    if (!absl::SimpleAtoi(absl::string_view(etag).substr(1, etag.size() - 2), &revision)) {
      return Fail(absl::InternalError(absl::StrCat("an etag is ", etag)));
    }
    if (acknowledged_ != nullptr) acknowledged_->Raise(revision);
    operation.end = Monotonic();
    operation.version = etag;
    known_[operation.key] = etag;
    history.push_back(std::move(operation));
  }

  void Fail(const absl::Status& status) { failure = status.ToString(); }

  const int number_;
  std::mt19937_64 chance_;
  const std::unique_ptr<Stub> stub_;
  Acknowledged* const acknowledged_;
  std::map<std::string, std::string> known_;  // Etags.
  std::string store_;
};

class HistoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(first_.ImportData(), IsOk());
    // A version of each that is nobody else's.
    for (const char* const key : kKeys) {
      v1::UpdatePartnerRequest request;
      request.mutable_partner()->set_name(key);
      request.mutable_partner()->set_status_footnote("before");
      request.mutable_update_mask()->add_paths("status_footnote");
      request.set_reason("test");
      const auto partner = Call(&Stub::UpdatePartner, first_.As(kOperator), request);
      ASSERT_THAT(partner, IsOk());
      initial_.push_back({.kind = Operation::Kind::kWrite,
                          .key = key,
                          .version = partner->etag(),
                          .value = "before",
                          .revision = partner->revision().number()});
    }
    if (first_.application().journal().database().shared()) {
      second_ = std::make_unique<RegistryServer>(first_);
    }
  }

  RegistryServer first_;
  std::unique_ptr<RegistryServer> second_;
  std::vector<Operation> initial_;
};

TEST_F(HistoryTest, WhatClientsSeeAtOnceCanHaveHappenedOneAfterTheOther) {
  const std::uint64_t seed = comity::testing::Seed();
  std::cout << "seed " << seed << "\n";
  Acknowledged acknowledged;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) {
    RegistryServer& server = second_ != nullptr && i % 2 == 1 ? *second_ : first_;
    // Each is somebody else: together they are faster than one caller may be.
    const std::string caller =
        absl::StrCat("spiffe://agency.example/agency/registry-operator/-/client-", i);
    clients.push_back(std::make_unique<Client>(i, seed, server.ChannelOf(caller),
                                               second_ != nullptr ? &acknowledged : nullptr));
  }

  {
    std::vector<std::jthread> threads;
    for (const auto& client : clients) threads.emplace_back([&client] { client->Run(); });
  }

  std::vector<Operation> history;
  std::size_t refused = 0;
  for (const auto& client : clients) {
    EXPECT_EQ(client->failure, "");
    history.insert(history.end(), client->history.begin(), client->history.end());
    refused += static_cast<std::size_t>(client->refused);
  }
  const auto is_write = [](const Operation& one) { return one.kind == Operation::Kind::kWrite; };
  const auto writes =
      static_cast<std::size_t>(std::count_if(history.begin(), history.end(), is_write));
  std::cout << history.size() << " operations, " << writes << " writes, " << refused
            << " refused\n";
  EXPECT_GT(writes, 20U);
  EXPECT_GT(refused, 20U);
  const std::vector<std::string> found = Contradictions(initial_, history);
  EXPECT_THAT(found, IsEmpty()) << found.size();

  // The judge sees what is not so of this very history.
  std::vector<Operation> incomplete = history;
  incomplete.erase(std::find_if(incomplete.begin(), incomplete.end(), is_write));
  EXPECT_THAT(Contradictions(initial_, incomplete), Not(IsEmpty()));
  std::vector<Operation> stale = history;
  stale.push_back({.kind = Operation::Kind::kRead,
                   .key = kKeys[0],
                   .start = Monotonic(),
                   .end = Monotonic(),
                   .version = initial_[0].version});
  EXPECT_THAT(Contradictions(initial_, stale), Not(IsEmpty()));
}

}  // namespace
}  // namespace comity::partner_registry
