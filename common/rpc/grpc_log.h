#pragma once

#include "common/logging/logger.h"

namespace comity::rpc {

// gRPC writes to standard error on its own, such as a line per failed handshake, in a form of its
// own. From here on those lines go to `logger` at level debug (its errors: info), or nowhere
// if it is null: what matters comes back as a status anyway. `logger` is not owned and must outlive
// gRPC's threads, or be replaced by null before it goes. Thread-safe.
void RouteGrpcLog(logging::Logger* logger);

}  // namespace comity::rpc
