#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace comity::rpc {

// The one conversion on the way out: google.rpc.Status with every google.rpc payload of `status`;
// an ErrorInfo is added if there is none and gets `domain` ("<service>.comity.example"). INTERNAL,
// UNKNOWN and DATA_LOSS lose their text and details: only "internal error" and the request id (in
// the ErrorInfo's metadata) leave.
grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view domain,
                          absl::string_view request_id);

// `REASON: sentence` without details, for refusals before any handler, where gRPC carries none.
grpc::Status ToBareGrpcStatus(const absl::Status& status);

// The way in: code, sentence and google.rpc payloads; a message `REASON: sentence` without details
// becomes the sentence with an ErrorInfo of that reason, and a RetryInfo if it is UNAVAILABLE. A
// CANCELLED that this side did not ask for
// (`asked` false) is UNAVAILABLE `CALL_INTERRUPTED`; an UNAVAILABLE without details gets
// `SERVER_UNREACHABLE`.
absl::Status ToAbslStatus(const grpc::Status& status, bool asked = false);

}  // namespace comity::rpc
