#include "common/status/error.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace comity {
namespace {

constexpr absl::string_view kTypePrefix = "type.googleapis.com/";

template <typename Message>
std::string TypeUrl() {
  return absl::StrCat(kTypePrefix, Message::descriptor()->full_name());
}

template <typename Message>
void Attach(const Message& message, absl::Status& status) {
  status.SetPayload(TypeUrl<Message>(), absl::Cord(message.SerializeAsString()));
}

template <typename Message>
std::optional<Message> Find(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Message>());
  Message message;
  if (!payload || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view sentence, ErrorDetails details) {
  absl::Status status(code, sentence);

  google::rpc::ErrorInfo info;
  info.set_reason(std::move(details.reason));
  for (auto& [key, value] : details.metadata) (*info.mutable_metadata())[key] = std::move(value);
  Attach(info, status);

  if (!details.fields.empty()) {
    google::rpc::BadRequest bad_request;
    for (FieldViolation& violation : details.fields) {
      auto* added = bad_request.add_field_violations();
      added->set_field(std::move(violation.field));
      added->set_description(std::move(violation.description));
    }
    Attach(bad_request, status);
  }
  if (!details.preconditions.empty()) {
    google::rpc::PreconditionFailure failure;
    for (PreconditionViolation& violation : details.preconditions) {
      auto* added = failure.add_violations();
      added->set_type(std::move(violation.type));
      added->set_subject(std::move(violation.subject));
      added->set_description(std::move(violation.description));
    }
    Attach(failure, status);
  }
  if (details.retry_after) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(*details.retry_after));
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int>(absl::ToInt64Nanoseconds(*details.retry_after % absl::Seconds(1))));
    Attach(retry, status);
  }
  return status;
}

absl::Status InvalidField(absl::string_view reason, absl::string_view field,
                          absl::string_view description) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat(field, ": ", description),
                   {.reason = std::string(reason),
                    .metadata = {{"field", std::string(field)}},
                    .fields = {{std::string(field), std::string(description)}}});
}

std::string ReasonOf(const absl::Status& status) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : std::string();
}

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  if (const auto info = Find<google::rpc::ErrorInfo>(status)) {
    details.reason = info->reason();
    for (const auto& [key, value] : info->metadata()) details.metadata[key] = value;
  }
  if (const auto bad_request = Find<google::rpc::BadRequest>(status)) {
    for (const auto& violation : bad_request->field_violations()) {
      details.fields.push_back({violation.field(), violation.description()});
    }
  }
  if (const auto failure = Find<google::rpc::PreconditionFailure>(status)) {
    for (const auto& violation : failure->violations()) {
      details.preconditions.push_back(
          {violation.type(), violation.subject(), violation.description()});
    }
  }
  if (const auto retry = Find<google::rpc::RetryInfo>(status)) {
    details.retry_after = absl::Seconds(retry->retry_delay().seconds()) +
                          absl::Nanoseconds(retry->retry_delay().nanos());
  }
  return details;
}

}  // namespace comity
