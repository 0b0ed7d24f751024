#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "comity/ledger/v1/ledger.pb.h"
#include "common/crypto/digest.h"
#include "common/journal/types.h"
#include "common/rpc/call.h"

// What the methods share: revisions on the wire, digests of requests, attempts.
namespace comity::service {

void SetRevision(absl::string_view store_id, std::int64_t number,
                 comity::ledger::v1::Revision* revision);

// Whether a caller that must read its own write (comity-min-revision) can: FAILED_PRECONDITION
// `STORE_REPLACED` if it names another store, UNAVAILABLE `REVISION_NOT_HERE_YET`.
absl::Status CheckMinRevision(const rpc::Call& call, absl::string_view store_id,
                              std::int64_t revision);

// SHA-256 of the method and of `request`, deterministic.
crypto::Digest DigestOf(absl::string_view method, const google::protobuf::Message& request);

// The attempt of `call`; `digest` is of what is asked (WhatIsAsked). INVALID_ARGUMENT
// `REQUEST_ID_INVALID` if `request_id` is neither empty nor a UUID.
absl::StatusOr<journal::Attempt> AttemptOf(const rpc::Call& call, const std::string& request_id,
                                           const crypto::Digest& digest);

// What repetitions of a request have in common with it, and with the question (validate_only) what
// would become of it.
template <typename Request>
Request WhatIsAsked(Request request) {
  request.clear_request_id();
  if constexpr (requires { request.clear_validate_only(); }) request.clear_validate_only();
  return request;
}

// The same for a request with the field request_id.
template <typename Request>
absl::StatusOr<journal::Attempt> AttemptOf(const rpc::Call& call, const Request& request) {
  return AttemptOf(call, request.request_id(), DigestOf(call.method(), WhatIsAsked(request)));
}

// The size of a page: 50 if `asked` is 0, 500 at most. INVALID_ARGUMENT `PAGE_SIZE_INVALID` if it
// is negative.
absl::StatusOr<int> PageSize(std::int32_t asked);

}  // namespace comity::service
