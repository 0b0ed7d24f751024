// Which connections end because what comes on them becomes no call: with sockets of the kernel,
// whose counts decide, and without gRPC.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/identity/chain_verifier.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/open_connections.h"
#include "common/time/clock.h"
#include "tests/testing/loopback.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::rpc {
namespace {

constexpr int kMostCalls = 10;
constexpr std::uint64_t kFirstCallBytes = 16 << 10;
constexpr std::uint64_t kUnusedBytes = 64 << 10;

class FloodLimitsTest : public ::testing::Test {
 protected:
  FloodLimitsTest() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = testing::Loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~FloodLimitsTest() override { ::close(listener_); }

  // A connection from its opening to its end, as the server sees it.
  class Connection {
   public:
    Connection(FloodLimitsTest& test, const std::string& certificate)
        : test_(test), certificate_(certificate), client_(testing::ConnectTo(test.port_)) {
      server_ = ::accept(test.listener_, nullptr, nullptr);
      peer_ = absl::StrCat("ipv4:127.0.0.1:", server_);
      test_.connections_.Add(server_, peer_);
    }
    ~Connection() {
      test_.connections_.Remove(server_);
      ::close(server_);
      ::close(client_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void Send(std::size_t bytes) {
      const std::string junk(bytes, 'x');
      ASSERT_EQ(::send(client_, junk.data(), junk.size(), 0), static_cast<ssize_t>(bytes));
      // All of it has come, and is not read: it is counted when it comes.
      std::string seen(bytes, '\0');
      ASSERT_EQ(::recv(server_, seen.data(), seen.size(), MSG_WAITALL | MSG_PEEK),
                static_cast<ssize_t>(bytes));
      ASSERT_EQ(::recv(server_, seen.data(), seen.size(), 0), static_cast<ssize_t>(bytes));
    }
    void BeginCall(bool admitted = true) { test_.connections_.Begin(this, admitted); }
    void Arrive(bool call = true) {
      test_.connections_.Progress(this, call, [this] {
        return OpenConnections::Presented{peer_, {.leaf = certificate_}};
      });
    }
    void Call() {
      BeginCall();
      Arrive();
    }
    bool ended() const {
      char byte = 0;
      return ::recv(client_, &byte, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN;
    }

   private:
    FloodLimitsTest& test_;
    const std::string certificate_;
    const int client_;
    int server_ = -1;
    std::string peer_;
  };

  // As the server does several times a second.
  void Look(int times = 2) {
    for (int i = 0; i < times; ++i) connections_.Enforce();
  }

  int listener_;
  int port_ = 0;
  testing::TestPki pki_;
  const std::string officer_ =
      pki_.agency().IssueTls("spiffe://agency.example/agency/desk-officer/fr/a").leaf_pem;
  const std::string other_ =
      pki_.agency().IssueTls("spiffe://agency.example/agency/desk-officer/de/b").leaf_pem;
  identity::ChainVerifier verifier_{pki_.bundles()};
  testing::TempDirectory folder_;
  const std::unique_ptr<logging::Logger> logger_ =
      *logging::Logger::Open({.service = "test", .file = folder_ / "log"});
  metrics::Metrics metrics_;
  OpenConnections connections_{{.first_call_bytes = kFirstCallBytes,
                                .unused_bytes = kUnusedBytes,
                                .calls_without_message = kMostCalls},
                               {.clock = &SystemClock(),
                                .logger = logger_.get(),
                                .metrics = &metrics_,
                                .verifier = &verifier_}};
};

TEST_F(FloodLimitsTest, CallsGivenUpAmongOthersEndNothing) {
  Connection connection(*this, officer_);
  connection.Call();
  for (int i = 0; i < 10 * kMostCalls; ++i) {
    connection.BeginCall();
    connection.Call();
    Look(1);
  }
  EXPECT_FALSE(connection.ended());
}

TEST_F(FloodLimitsTest, TooManyCallsThatDoNotComeEndAConnectionWhateverElseItDoes) {
  Connection connection(*this, officer_);
  Connection another(*this, officer_);
  connection.Call();
  another.Call();
  for (int i = 0; i <= kMostCalls + 1; ++i) {
    connection.BeginCall();
    connection.Call();
  }
  Look();
  EXPECT_TRUE(connection.ended());
  EXPECT_FALSE(another.ended());
}

TEST_F(FloodLimitsTest, OfNobodysConnectionsThatEndsWhichBroughtTheHeaders) {
  Connection connection(*this, officer_);
  Connection shaking_hands(*this, other_);
  shaking_hands.Send(std::size_t{9} * kMostCalls);
  connection.Send(std::size_t{9} * kMostCalls + 9);
  for (int i = 0; i <= kMostCalls; ++i) connection.BeginCall();
  Look();
  EXPECT_TRUE(connection.ended());
  EXPECT_FALSE(shaking_hands.ended());
}

TEST_F(FloodLimitsTest, BeforeItsFirstCallAConnectionBringsSoMuch) {
  Connection connection(*this, officer_);
  Connection within(*this, other_);
  connection.Send(kFirstCallBytes + 1);
  within.Send(kFirstCallBytes);
  Look();
  EXPECT_TRUE(connection.ended());
  EXPECT_FALSE(within.ended());
}

TEST_F(FloodLimitsTest, ACallersConnectionsShareWhatMayComeWithoutACall) {
  Connection one(*this, officer_);
  Connection two(*this, officer_);
  Connection idle(*this, officer_);
  Connection of_another(*this, other_);
  for (Connection* const each : {&one, &two, &idle, &of_another}) each->Call();
  Look();
  for (Connection* const each : {&one, &two, &of_another}) each->Send(kUnusedBytes / 2 + 1);
  Look();
  EXPECT_TRUE(one.ended());
  EXPECT_TRUE(two.ended());
  EXPECT_FALSE(idle.ended()) << "it has no part in it";
  EXPECT_FALSE(of_another.ended());
}

TEST_F(FloodLimitsTest, MessagesAndCallsAdmittedOrNotAreWhatMayCome) {
  Connection connection(*this, officer_);
  connection.Call();
  for (int i = 0; i < 9; ++i) {
    Look();
    connection.Send(kUnusedBytes - 1);
    switch (i % 3) {
      case 0:
        connection.Arrive(/*call=*/false);
        break;
      case 1:
        connection.Call();
        break;
      default:
        connection.BeginCall(/*admitted=*/false);
        break;
    }
  }
  Look();
  EXPECT_FALSE(connection.ended());
}

}  // namespace
}  // namespace comity::rpc
