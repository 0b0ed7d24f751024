#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>

namespace comity::proto_json {

enum class Form { kOneLine, kIndented };

// `message`, of a kind that is compiled in, as proto3 JSON. Equal messages give the same text:
// fields in the order of their numbers, entries of maps in the order of their keys. Nothing if it
// holds what JSON cannot say, such as text that is not UTF-8.
std::optional<std::string> ToJson(const google::protobuf::Message& message, Form form);

}  // namespace comity::proto_json
