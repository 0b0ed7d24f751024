#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/loader.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/access_table.h"
#include "common/rpc/call_gate.h"
#include "common/rpc/evidence.h"
#include "common/rpc/gate_core.h"
#include "common/rpc/rate_limits.h"
#include "common/rpc/server.h"
#include "tests/testing/test_ca.h"

namespace grpc {
class Channel;
class Service;
}  // namespace grpc

namespace comity::testing {

// An access table for tests: `rows` by "package.Service/Method" (the body of the TOML table),
// health for everybody, reflection for operators, every other method of `services` for nobody.
std::string TableToml(const std::vector<std::string>& services,
                      const std::map<std::string, std::string>& rows);

// Services behind the real thing on port 0 of the loopback: TLS, listener, access table, gate. Its
// identity is spiffe://agency.example/service/<name>. Failures to start end the process.
class TestServer {
 public:
  struct Options {
    std::string name = "partner-registry";
    std::vector<std::string> services;  // Full proto names.
    std::string table;                  // TOML; see TableToml, or a file of deploy/access.
    rpc::RefusalRecorder* recorder = nullptr;
    rpc::ContactStanding standing;
    rpc::Server::Options server;
    absl::Duration stall_timeout = absl::Seconds(60);
    absl::Duration unread_timeout = absl::Minutes(5);
    std::size_t write_threads = 64;
    std::size_t bulk_threads = 16;
    std::size_t queue = 1024;
    rpc::RateLimits::Options rates;
    const Clock* clock = nullptr;  // The machine's if null.
    std::string log_file;          // "" writes no log.
  };
  // Makes the handlers' services once there is a gate for them. They must outlive this object.
  using Build = std::function<std::vector<grpc::Service*>(rpc::GateCore&)>;

  // `pki` is not owned.
  TestServer(TestPki& pki, Options options, const Build& build);
  ~TestServer();

  int port() const { return server_->port(); }
  std::string address() const { return server_->address(); }
  rpc::Server& server() { return *server_; }
  rpc::GateCore& gate() { return *gate_; }
  metrics::Metrics& metrics() { return metrics_; }
  rpc::AccessTableInForce& table() { return *table_; }
  identity::Loader& identity() { return *identity_; }

  // A channel of a fresh, valid certificate for `spiffe_id` (of either domain).
  std::shared_ptr<grpc::Channel> Channel(const std::string& spiffe_id);
  // A channel of the certificate in `folder` (as IssueFolder leaves it); the client's own check of
  // it may fail.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> ChannelFrom(const std::string& folder);

  // Ends the server; what it was built of stays until destruction. Idempotent.
  void Stop() { server_ = nullptr; }

 private:
  TestPki& pki_;
  const Options options_;
  std::unique_ptr<logging::Logger> logger_;
  metrics::Metrics metrics_;
  std::unique_ptr<identity::Loader> identity_;
  std::unique_ptr<rpc::AccessTableInForce> table_;
  std::unique_ptr<rpc::GateCore> gate_;
  std::unique_ptr<rpc::Server> server_;
  int clients_ = 0;
};

}  // namespace comity::testing
