#include "common/rpc/grpc_status.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/text/plain.h"

namespace comity::rpc {
namespace {

constexpr char kPayloads[] = "type.googleapis.com/google.rpc.";
constexpr char kVerifierSaid[] = "Custom verification check failed with error: ";
// After how long one comes again whom a service could not say when.
constexpr absl::Duration kComeAgain = absl::Seconds(2);
constexpr char kTooLarge[] = "Received message larger than max";
constexpr char kErrorInfo[] = "type.googleapis.com/google.rpc.ErrorInfo";

// Codes whose text may tell about the inside.
bool HidesText(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

std::string ReasonFor(absl::StatusCode code) { return absl::StatusCodeToString(code); }

bool IsReason(absl::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  for (const char c : text) {
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return text[0] >= 'A' && text[0] <= 'Z';
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view domain,
                          absl::string_view request_id) {
  if (status.ok()) return grpc::Status::OK;

  const bool hidden = HidesText(status.code());
  google::rpc::Status packed;
  packed.set_code(static_cast<int>(status.code()));
  // A message of somebody else may be no UTF-8, and gRPC's own details would then not be read.
  packed.set_message(hidden ? "internal error; report the request id to the operator."
                            : text::Shown(status.message(), text::Lines::kMany));

  google::rpc::ErrorInfo info;
  if (!hidden) {
    status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
      if (type == kErrorInfo) {
        // What is half read says nothing.
        if (!info.ParseFromString(std::string(payload))) info.Clear();
      } else if (type.substr(0, sizeof(kPayloads) - 1) == kPayloads) {
        google::protobuf::Any* const detail = packed.add_details();
        detail->set_type_url(std::string(type));
        detail->set_value(std::string(payload));
      }
    });
  }
  if (info.reason().empty()) info.set_reason(ReasonFor(status.code()));
  info.set_domain(std::string(domain));
  if (hidden) (*info.mutable_metadata())["request_id"] = std::string(request_id);
  packed.add_details()->PackFrom(info);

  return {static_cast<grpc::StatusCode>(packed.code()), packed.message(),
          packed.SerializeAsString()};
}

grpc::Status ToBareGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string reason = ReasonOf(status);
  if (reason.empty()) reason = ReasonFor(status.code());
  return {static_cast<grpc::StatusCode>(status.code()),
          absl::StrCat(reason, ": ", status.message())};
}

absl::Status ToAbslStatus(const grpc::Status& status, bool asked) {
  if (status.ok()) return absl::OkStatus();

  google::rpc::Status packed;
  if (!status.error_details().empty() && packed.ParseFromString(status.error_details())) {
    absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
    for (const google::protobuf::Any& detail : packed.details()) {
      result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
    return result;
  }

  const std::string words = status.error_message();
  const absl::string_view message = words;
  // What our own verifier said about the server's certificate, inside gRPC's words.
  const std::size_t verifier = message.find(kVerifierSaid);
  if (verifier != absl::string_view::npos) {
    const absl::string_view said = message.substr(verifier + sizeof(kVerifierSaid) - 1);
    const std::vector<absl::string_view> parts = absl::StrSplit(said, absl::MaxSplits(": ", 2));
    if (parts.size() == 3 && IsReason(parts[1])) {
      return MakeError(absl::StatusCode::kUnavailable,
                       absl::StrCat("the server's certificate was not accepted: ", parts[2]),
                       {.reason = std::string(parts[1])});
    }
  }
  const std::size_t colon = message.find(": ");
  if (colon != absl::string_view::npos && IsReason(message.substr(0, colon))) {
    ErrorDetails details = {.reason = std::string(message.substr(0, colon))};
    // Refused before any handler, where no RetryInfo is carried.
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) details.retry_after = kComeAgain;
    return MakeError(static_cast<absl::StatusCode>(status.error_code()), message.substr(colon + 2),
                     details);
  }
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
      absl::StartsWith(message, kTooLarge)) {
    return MakeError(absl::StatusCode::kResourceExhausted,
                     absl::StrCat("a message is larger than its receiver takes, in bytes",
                                  message.substr(sizeof(kTooLarge) - 1), "; send it in parts."),
                     {.reason = "MESSAGE_TOO_LARGE"});
  }
  if (status.error_code() == grpc::StatusCode::CANCELLED && !asked) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "the call was interrupted by the other side; try again.",
                     {.reason = "CALL_INTERRUPTED"});
  }
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return MakeError(absl::StatusCode::kUnavailable,
                     absl::StrCat("the service cannot be reached: ", message),  // gRPC's own words.
                     {.reason = "SERVER_UNREACHABLE"});
  }
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  return MakeError(code, message, {.reason = ReasonFor(code)});
}

}  // namespace comity::rpc
