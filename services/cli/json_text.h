#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"

namespace comity::cli {

// `message` as proto3 JSON, indented, with a line feed at the end. The same message is always the
// same text: fields in the order of their numbers, entries of maps in the order of their keys.
std::string JsonText(const google::protobuf::Message& message);

// Reads what JsonText writes. INVALID_ARGUMENT `JSON_INVALID` with the place: it is no JSON, or not
// of this message.
absl::Status ParseJsonText(const std::string& json, google::protobuf::Message& message);

}  // namespace comity::cli
