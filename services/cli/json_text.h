#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace comity::cli {

// `message` as proto3 JSON, indented, with a line feed at the end. The same message is always the
// same text: fields in the order of their numbers, entries of maps in the order of their keys.
std::string JsonText(const google::protobuf::Message& message);

}  // namespace comity::cli
