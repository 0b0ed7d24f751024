#pragma once

#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/open_connections.h"

namespace comity::rpc {

// Accepts TCP connections in place of gRPC's own listener, which (1.51) goes deaf for good when the
// process runs out of descriptors: anybody could bring that about before authentication. Keeps a
// spare descriptor, caps connections in all and per address, and closes what is over a cap at once.
// When all places are taken, a new connection displaces the one that has waited longest for its
// first call, so that bare connections keep nobody out. Thread-safe.
class Listener {
 public:
  struct Options {
    std::string address = "127.0.0.1:0";  // host:port; IPv6 in brackets; port 0 picks one.
    int max_connections = 4096;  // Lowered to three eighths of the descriptors the process may
                                 // have: each needs two, and a quarter is for files.
    int max_connections_per_address = 1024;
  };

  // Takes ownership of the descriptor.
  using Handler = std::function<void(int descriptor)>;

  // Binds and listens; accepts once Run is called. FAILED_PRECONDITION `PORT_IN_USE` names the
  // address and what to do, INVALID_ARGUMENT `ADDRESS_INVALID`. Nothing is owned; `connections` is
  // told of each.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(Options options,
                                                        OpenConnections* connections,
                                                        logging::Logger* logger,
                                                        metrics::Metrics* metrics);
  ~Listener();

  const std::string& address() const { return address_; }
  int port() const { return port_; }

  // Starts to accept; `handler` is called on the listener's thread.
  void Run(Handler handler);

  // Stops accepting and closes the port; open connections stay. Idempotent.
  void Close();

 private:
  struct Connections;
  Listener(Options options, int descriptor, std::string address, int port,
           OpenConnections* connections, logging::Logger* logger, metrics::Metrics* metrics);
  void Loop();
  void AcceptAll();
  void Admit(int accepted, const sockaddr_storage& peer);
  // Whether a place was made.
  bool Displace();
  void ForgetHalfClosed();
  void Wake();

  const Options options_;
  const std::string address_;
  const int port_;
  logging::Logger* const logger_;
  int descriptor_;  // Only the thread closes it while that runs.
  const int wake_;
  Handler handler_;
  std::unique_ptr<Connections> connections_;
  absl::Duration last_sweep_;  // Since boot; only the thread, as the next.
  absl::Duration last_warning_ = -absl::InfiniteDuration();
  std::atomic<bool> stopping_ = false;
  absl::Mutex mutex_;
  absl::CondVar closed_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace comity::rpc
