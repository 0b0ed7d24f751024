#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/identity/trust_bundle.h"
#include "common/time/clock.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace comity::rpc {

struct ClientOptions {
  std::string address;           // host:port
  std::string certificate_file;  // The client's own: leaf first, then intermediates.
  std::string key_file;
  std::string bundles_folder;    // Whom the client believes; never served by the other side.
  std::string expected_service;  // "partner-registry": its id is .../service/partner-registry.
  std::string trust_domain;      // In which domain, such as "agency.example".
  std::string delegation;        // What a person signed for the client, or empty; see Delegations.
  absl::Duration refresh = absl::Seconds(5);  // How often files are looked at again.
};

// A channel over TLS 1.3 with the client's certificate. The server is accepted only if its chain
// ends in the bundle of `trust_domain` and its SPIFFE id is exactly
// spiffe://<trust_domain>/service/<expected_service>; its DNS names do not matter. Renewed
// certificates and bundles are picked up by themselves. `clock` is not owned and must outlive the
// channel; null is the machine's.
//
// Unary calls that a service without room would refuse are not all made: see ClientThrottle.
//
// The client's own certificate is checked first, since what TLS refuses a client sees without a
// word: the errors of identity::CheckOwnCertificate. No connection is made yet.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ClientOptions& options,
                                                       const Clock* clock = nullptr);

// Gives `context` a deadline `patience` from now.
void SetDeadline(grpc::ClientContext& context, absl::Duration patience);

// Asks for an answer that includes this revision (a caller's own write).
void SetMinRevision(grpc::ClientContext& context, absl::string_view store_id, std::int64_t number);

struct RetryOptions {
  int attempts = 5;
  absl::Duration first_wait = absl::Milliseconds(50);  // Doubled each time, with jitter.
  absl::Duration longest_wait = absl::Seconds(2);
  absl::Time deadline = absl::InfiniteFuture();  // No attempt starts after it.
};

// Calls `attempt` until it returns something other than UNAVAILABLE, the attempts are used up or
// the deadline is near; waits as long as a RetryInfo says, if it says more. Only for reads and for
// calls that carry a request_id, which must be the same in every attempt. Returns the last status.
absl::Status Retry(const RetryOptions& options, const std::function<absl::Status()>& attempt);

}  // namespace comity::rpc
