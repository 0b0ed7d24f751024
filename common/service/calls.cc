#include "common/service/calls.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"

namespace comity::service {

void SetRevision(absl::string_view store_id, std::int64_t number,
                 comity::ledger::v1::Revision* revision) {
  revision->set_store_id(store_id.data(), store_id.size());
  revision->set_number(number);
}

absl::Status CheckMinRevision(const rpc::Call& call, absl::string_view store_id,
                              std::int64_t revision) {
  if (!call.min_revision().has_value()) return absl::OkStatus();
  if (call.min_revision()->store_id != store_id) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The revision in comity-min-revision is of another store: this one was "
                     "created or restored since; read again without it.",
                     {.reason = "STORE_REPLACED"});
  }
  if (call.min_revision()->number > revision) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "The revision in comity-min-revision is not here yet: ask again.",
                     {.reason = "REVISION_NOT_HERE_YET", .retry_after = absl::Milliseconds(100)});
  }
  return absl::OkStatus();
}

crypto::Digest DigestOf(absl::string_view method, const google::protobuf::Message& request) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);  // Maps have no order of their own.
    request.SerializeToCodedStream(&coded);
  }
  return crypto::Sha256({method, absl::string_view("\0", 1), bytes});
}

absl::StatusOr<journal::Attempt> AttemptOf(const rpc::Call& call, const std::string& request_id,
                                           const crypto::Digest& digest) {
  if (!request_id.empty() && !IsUuid(request_id)) {
    return InvalidField("REQUEST_ID_INVALID", "request_id",
                        "it must be a UUID in lower case, or empty");
  }
  return journal::Attempt{.caller = std::string(call.caller()),
                          .via = std::string(call.via()),
                          .method = std::string(call.method()),
                          .request_id = request_id,
                          .request_digest = digest,
                          .deadline = call.deadline()};
}

absl::StatusOr<int> PageSize(std::int32_t asked) {
  constexpr int kDefault = 50;
  constexpr int kMost = 500;
  if (asked < 0) {
    return InvalidField("PAGE_SIZE_INVALID", "page_size", "it must not be negative");
  }
  return asked == 0 ? kDefault : std::min(asked, kMost);
}

}  // namespace comity::service
