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

// Reads names of fields of `type`, such as `display_name,legal_classes`, each kept once. Empty, or
// the sentence that says which is none and what there is.
std::string TakeFieldNames(const google::protobuf::Descriptor& type, const std::string& word,
                           std::vector<std::string>& names);

// All of them.
std::vector<std::string> FieldNames(const google::protobuf::Descriptor& type);

}  // namespace comity::cli
