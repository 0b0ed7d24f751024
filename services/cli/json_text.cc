#include "services/cli/json_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "common/proto_json/proto_json.h"
#include "common/status/error.h"

namespace comity::cli {

std::string JsonText(const google::protobuf::Message& message) {
  // Our own messages have nothing that cannot be written.
  return proto_json::ToJson(message, proto_json::Form::kIndented).value_or("");
}

absl::Status ParseJsonText(const std::string& json, google::protobuf::Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message);
  if (read.ok()) return absl::OkStatus();
  return InvalidField("JSON_INVALID", "file",
                      absl::StrCat("it is not a ", message.GetDescriptor()->name(),
                                   " in JSON: ", std::string(read.message())));
}

}  // namespace comity::cli
