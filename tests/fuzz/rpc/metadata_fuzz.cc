// What travels beside messages: the revision that a caller wants to see, and how a foreign server
// says that a call failed (its code, its sentence ended by a NUL, its details). Each input is read
// as both.
#include <grpcpp/support/status.h>
#include <grpcpp/support/string_ref.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/grpc_status.h"
#include "common/rpc/peer.h"
#include "common/status/error.h"
#include "tests/fuzz/messages.h"

namespace {

using comity::rpc::MinRevisionOf;

// One form, which is read as the same.
void CheckMinRevision(const std::string& input) {
  const auto revision = MinRevisionOf({{"comity-min-revision", input}});
  if (!revision.ok()) return;
  if (!revision->has_value() || (*revision)->store_id.empty() || (*revision)->number < 0) {
    std::abort();
  }
  const std::string form = absl::StrCat((*revision)->store_id, ":", (*revision)->number);
  const auto again = MinRevisionOf({{"comity-min-revision", form}});
  if (!again.ok() || !again->has_value()) std::abort();
  if ((*again)->store_id != (*revision)->store_id || (*again)->number != (*revision)->number) {
    std::abort();
  }
}

// A failure stays one, whatever is said of it, and what it says can be passed on.
void CheckStatus(const std::string& input) {
  if (input.empty()) return;
  const int code = static_cast<unsigned char>(input[0]) % 17;  // gRPC makes others UNKNOWN.
  const std::size_t end = input.find('\0', 1);
  const std::string sentence = input.substr(1, end == std::string::npos ? end : end - 1);
  const std::string details = end == std::string::npos ? "" : input.substr(end + 1);
  const grpc::Status received(static_cast<grpc::StatusCode>(code), sentence, details);
  const absl::Status status = comity::rpc::ToAbslStatus(received);
  if (status.ok() != received.ok()) std::abort();
  (void)comity::DetailsOf(status);

  const grpc::Status passed_on = comity::rpc::ToGrpcStatus(status, "service.example", "1");
  if (passed_on.ok() != received.ok()) std::abort();
  const absl::Status again = comity::rpc::ToAbslStatus(passed_on);
  if (again.code() != status.code()) std::abort();
  if (!status.ok() && comity::ReasonOf(again).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  const std::string input(reinterpret_cast<const char*>(data), size);
  CheckMinRevision(input);
  CheckStatus(input);
  return 0;
}
