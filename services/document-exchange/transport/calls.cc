#include "services/document-exchange/transport/calls.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"

namespace comity::document_exchange {

crypto::Digest DigestOf(absl::string_view method, const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);  // Maps have no order of their own.
    message.SerializeToCodedStream(&coded);
  }
  return crypto::Sha256({method, absl::string_view("\0", 1), bytes});
}

Request ReadRequest(const rpc::Call& call) {
  return {.caller = &call.principal(),
          .method = std::string(call.method()),
          .deadline = call.deadline()};
}

absl::StatusOr<Request> WriteRequest(const rpc::Call& call, const std::string& request_id,
                                     const google::protobuf::Message& without_request_id) {
  if (!request_id.empty() && !IsUuid(request_id)) {
    return InvalidField("REQUEST_ID_INVALID", "request_id",
                        "must be a UUID in lower case, or empty");
  }
  Request request = ReadRequest(call);
  request.request_id = request_id;
  request.digest = DigestOf(call.method(), without_request_id);
  return request;
}

absl::StatusOr<std::string> IdOf(absl::string_view collection, absl::string_view field,
                                 const std::string& name) {
  absl::string_view id = name;
  if (!absl::ConsumePrefix(&id, absl::StrCat(collection, "/")) || !IsUuid(id)) {
    return InvalidField("NAME_INVALID", field,
                        absl::StrCat("must be ", collection, "/ and a UUID in lower case"));
  }
  return std::string(id);
}

absl::StatusOr<std::size_t> PageSize(std::int32_t asked) {
  constexpr std::int32_t kDefault = 50;
  constexpr std::int32_t kMost = 500;
  if (asked < 0) return InvalidField("PAGE_SIZE_INVALID", "page_size", "must not be negative");
  return static_cast<std::size_t>(asked == 0 ? kDefault : std::min(asked, kMost));
}

}  // namespace comity::document_exchange
