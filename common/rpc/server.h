#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/loader.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/gate_core.h"
#include "common/rpc/listener.h"

namespace grpc {
class Service;
}

namespace comity::rpc {

// The gRPC server of one process: mutual TLS on a listener of our own, the access table before
// every handler, health, reflection, and an orderly end. Thread-safe.
class Server {
 public:
  struct Options {
    Listener::Options listener;
    int max_streams_per_connection = 256;
    int max_message_bytes = 8 << 20;
    absl::Duration max_connection_age = absl::Hours(1);
    absl::Duration handshake_timeout = absl::Seconds(10);
    absl::Duration first_call_timeout = absl::Seconds(30);  // A connection without a call ends.
    absl::Duration keepalive = absl::Seconds(30);
    absl::Duration drain_notice = absl::Milliseconds(500);  // DRAINING is answered this long.
    absl::Duration drain_deadline = absl::Seconds(10);      // Calls in progress get this long.
  };
  // None is owned; all must outlive the server.
  struct Parts {
    logging::Logger* logger = nullptr;
    metrics::Metrics* metrics = nullptr;
    const identity::Loader* identity = nullptr;  // Publishes the files gRPC reads.
    GateCore* gate = nullptr;
    std::vector<grpc::Service*> services;
    // Health says NOT_SERVING until it is true for the first time; null: from the start. Asked
    // several times a second.
    std::function<bool()> ready;
  };

  // FAILED_PRECONDITION `PORT_IN_USE`, INVALID_ARGUMENT `ADDRESS_INVALID`, INTERNAL
  // `SERVER_NOT_STARTED`.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options, Parts parts);
  // Shuts down at once if Drain has not.
  ~Server();

  const std::string& address() const;  // "127.0.0.1:7443", with the port really used.
  int port() const;

  // Health says NOT_SERVING, the listener closes, new calls get DRAINING for `drain_notice`,
  // streams end, calls in progress get `drain_deadline`. Returns when all is over.
  void Drain();

 private:
  class State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace comity::rpc
