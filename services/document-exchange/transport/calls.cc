#include "services/document-exchange/transport/calls.h"

#include "common/ids/uuid.h"
#include "common/status/error.h"

namespace comity::document_exchange {

Request ReadRequest(const rpc::Call& call) {
  return {.caller = &call.principal(),
          .via = std::string(call.via()),
          .method = std::string(call.method()),
          .deadline = call.deadline()};
}

absl::StatusOr<Request> WriteRequest(const rpc::Call& call, const std::string& request_id,
                                     const google::protobuf::Message& what_is_asked) {
  if (!request_id.empty() && !IsUuid(request_id)) {
    return InvalidField("REQUEST_ID_INVALID", "request_id",
                        "must be a UUID in lower case, or empty");
  }
  Request request = ReadRequest(call);
  request.request_id = request_id;
  request.digest = DigestOf(call.method(), what_is_asked);
  return request;
}

}  // namespace comity::document_exchange
