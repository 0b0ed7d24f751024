#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/service/calls.h"
#include "services/document-exchange/domain/exchange.h"

// What the methods share beyond common/service: who asks.
namespace comity::document_exchange {

using service::DigestOf;

// The domain's request of a call that reads.
Request ReadRequest(const rpc::Call& call);

// The same for a message with the field request_id. INVALID_ARGUMENT `REQUEST_ID_INVALID` if that
// is neither empty nor a UUID.
absl::StatusOr<Request> WriteRequest(const rpc::Call& call, const std::string& request_id,
                                     const google::protobuf::Message& what_is_asked);

template <typename Message>
absl::StatusOr<Request> WriteRequest(const rpc::Call& call, const Message& message) {
  return WriteRequest(call, message.request_id(), service::WhatIsAsked(message));
}

}  // namespace comity::document_exchange
