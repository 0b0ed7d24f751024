#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/config.h"
#include "common/identity/loader.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/call_gate.h"
#include "common/rpc/evidence.h"
#include "common/time/clock.h"

namespace grpc {
class Service;
}

namespace comity::rpc {

// What the process has ready when a service builds itself. All of it outlives the application.
class ProcessParts {
 public:
  virtual ~ProcessParts() = default;

  virtual const Clock& clock() const = 0;
  virtual logging::Logger& logger() = 0;
  virtual metrics::Metrics& metrics() = 0;
  virtual identity::Loader& identity() = 0;

  // The gate for handlers of `service`, "comity.partner_registry.v1.PartnerRegistryService".
  virtual CallGate Gate(absl::string_view service) = 0;

  // Health says NOT_SERVING until `ready` is true for the first time, which is asked several times
  // a second while the application is there; calls are answered all the same. Without it health
  // says SERVING from the start.
  virtual void ServeWhen(std::function<bool()> ready) = 0;
};

// A service as the process sees it. Destroyed after the last call has ended.
class Application {
 public:
  virtual ~Application() = default;

  // The gRPC services, owned by the application.
  virtual std::vector<grpc::Service*> Services() = 0;

  // Where refusals become evidence; null only if no method's row has evidence "outcome".
  virtual RefusalRecorder* Refusals() { return nullptr; }

  // Whether a caller counts today; see ContactStanding. OK for everybody unless overridden.
  virtual absl::Status Standing(const identity::Principal&) const { return absl::OkStatus(); }

  // SIGHUP: files may have changed. Identity, access table and log have been read again.
  virtual void Reload() {}

  // The server is drained; stop background work. Called before destruction.
  virtual void Stop() {}
};

struct ServiceDefinition {
  std::string name;                   // "partner-registry"
  std::vector<std::string> services;  // Full proto names of what Services() returns, in any order.

  // Reads the service's own sections; whatever nobody reads is refused as unknown. Runs with
  // --check-config too.
  std::function<absl::Status(const config::Config&)> read_config;

  // Builds the service. The gate admits no call before this has returned.
  std::function<absl::StatusOr<std::unique_ptr<Application>>(ProcessParts&)> build;
};

// All of main() of a service: `return comity::rpc::RunService(argc, argv, definition);`
//
//   --config FILE    required        --check-config   read everything, change nothing, exit 0
//   --version        --help
//
// Sections of the file that every service has (defaults in parentheses):
//   [server]   address; port_file (""); max_connections (4096); max_connections_per_address (1024);
//              max_streams_per_connection (256); max_connection_age ("1h");
//              handshake_timeout ("10s"); first_call_timeout ("30s"); drain_deadline ("10s");
//              stall_timeout ("60s"); unread_timeout ("5m"); write_threads (64);
//              bulk_threads (16); queue (1024)
//   [identity] certificate; key; bundles; publish_folder; poll_interval ("200ms"); crl_grace
//   ("24h") [access]   table [metrics]  address ("127.0.0.1:0"; "" for none) [logging]  level
//   ("info"); file ("" is stderr); reads (true)
//
// Prints `listening on <address>` to standard output when it serves, and writes the port into
// port_file (by rename). SIGTERM and SIGINT drain and exit 0; SIGHUP reloads. Exit 1 with one
// sentence on standard error if it cannot run, 2 on misuse: a wrong option, a key of the file that
// is missing, unknown or of no use.
int RunService(int argc, char** argv, const ServiceDefinition& definition);

}  // namespace comity::rpc
