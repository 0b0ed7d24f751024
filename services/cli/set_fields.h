#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace comity::cli {

// Fields of a resource as a user writes them, one for each `--set`: `region=ASIA`, `kind=state`,
// `opener=yes`. A field that is a list is given once for each entry, one that has parts as JSON:
// `scope={"offences": ["terrorism"]}`. Nothing after the = empties it. Of a map one entry is set by
// its key, `certainty.in_force=found`, or removed; as JSON all are replaced.
//
// Sets them in `message` and names each in `mask`. INVALID_ARGUMENT `FIELD_UNKNOWN`,
// `FIELD_INVALID`, naming `--set`.
absl::Status SetFields(const std::vector<std::string>& assignments,
                       google::protobuf::Message& message, google::protobuf::FieldMask& mask);

// "kind, display_name, ...": what can be set, for help.
std::string SettableFields(const google::protobuf::Descriptor& type);

// How entries of its maps are set, to go on with; empty if it has none.
std::string EntriesHelp(const google::protobuf::Descriptor& type);

// What is set of `message` and of no other message, name and value, in the order of its fields.
std::vector<std::vector<std::string>> ShownFields(const google::protobuf::Message& message);

}  // namespace comity::cli
