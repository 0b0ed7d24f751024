#pragma once

#include "absl/status/status.h"

namespace comity::rpc {

// Makes TLS 1.3 the only version and resumption impossible in this process, for servers and clients
// alike, by OpenSSL's own configuration: gRPC (1.51) offers no setting for either, and a resumed
// session would let a certificate in that a new handshake refuses. Call it first thing in main(),
// before gRPC makes any credentials. INTERNAL `TLS_NOT_CONFIGURED` if OpenSSL refuses.
absl::Status HardenTls();

}  // namespace comity::rpc
