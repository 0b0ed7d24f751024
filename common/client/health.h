#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
}

namespace comity::client {

// Asks grpc.health.v1 whether the server serves. OK if it does; UNAVAILABLE `NOT_SERVING`, or why
// it could not be asked.
absl::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel, absl::Duration patience);

}  // namespace comity::client
