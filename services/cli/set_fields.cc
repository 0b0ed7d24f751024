#include "services/cli/set_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/service/field_masks.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/enum_option.h"

namespace comity::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status Invalid(absl::string_view path, absl::string_view what) {
  return InvalidField("FIELD_INVALID", "--set", absl::StrCat(path, " ", what));
}

// "PARTNER_KIND_" of PARTNER_KIND_UNSPECIFIED.
std::string PrefixOf(const EnumDescriptor& values) {
  const std::string& zero = values.value(0)->name();
  return zero.substr(0, zero.size() - std::string("UNSPECIFIED").size());
}

absl::Status SetEnum(const FieldDescriptor& field, absl::string_view path, const std::string& word,
                     Message& message) {
  const EnumDescriptor& values = *field.enum_type();
  const int number = EnumNumber(&values, PrefixOf(values), word);
  if (number < 0) {
    return Invalid(path, absl::StrCat("is one of ",
                                      absl::StrJoin(EnumWords(&values, PrefixOf(values)), ", ")));
  }
  message.GetReflection()->SetEnumValue(&message, &field, number);
  return absl::OkStatus();
}

// As JSON: what has parts of its own, lists of anything but text, and text written as a list.
absl::Status SetJson(const FieldDescriptor& field, absl::string_view path, const std::string& text,
                     Message& message) {
  const std::unique_ptr<Message> read(message.New());
  const auto status = google::protobuf::util::JsonStringToMessage(
      absl::StrCat("{\"", field.name(), "\":", text, "}"), read.get());
  if (!status.ok()) {
    return Invalid(path, absl::StrCat("is written as JSON, such as {...} or [{...}]: ",
                                      status.message().ToString()));
  }
  message.GetReflection()->SwapFields(read.get(), &message, {&field});
  return absl::OkStatus();
}

absl::Status SetOne(const FieldDescriptor& field, absl::string_view path, const std::string& text,
                    Message& message) {
  const auto* const reflection = message.GetReflection();
  if (field.is_repeated()) {
    const bool json = field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || text.front() == '[';
    if (json) return SetJson(field, path, text, message);
    reflection->AddString(&message, &field, text);
    return absl::OkStatus();
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(&message, &field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "yes" && text != "no") return Invalid(path, "is yes or no");
      reflection->SetBool(&message, &field, text == "yes");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(field, path, text, message);
    default:
      return SetJson(field, path, text, message);
  }
}

// The entry `key` of a map.
absl::Status SetEntry(const FieldDescriptor& map, absl::string_view path, const std::string& key,
                      const std::string& text, Message& message) {
  Message& entry = *message.GetReflection()->AddMessage(&message, &map);
  entry.GetReflection()->SetString(&entry, map.message_type()->map_key(), key);
  return SetOne(*map.message_type()->map_value(), path, text, entry);
}

// Names `path` of `field` in `mask`. Only a list may be given more than once, and of a map either
// all or some entries: who replaces it does not mean to keep what it has.
absl::Status AddPath(const FieldDescriptor& field, const std::string& path,
                     google::protobuf::FieldMask& mask) {
  const bool list = field.is_repeated() && !field.is_map();
  for (const std::string& other : mask.paths()) {
    if (other == path && list) return absl::OkStatus();
    if (other == path) return Invalid(path, "is given twice");
    if (other == field.name() || (path == field.name() && absl::StartsWith(other, path + "."))) {
      return Invalid(path, absl::StrCat("is given with ", other,
                                        ": replace all of it, or name its entries alone"));
    }
  }
  mask.add_paths(path);
  return absl::OkStatus();
}

}  // namespace

absl::Status SetFields(const std::vector<std::string>& assignments, Message& message,
                       google::protobuf::FieldMask& mask) {
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    const std::string path = assignment.substr(0, equals);
    const std::size_t dot = path.find('.');
    const std::vector<const FieldDescriptor*> known =
        service::SettableFields(*message.GetDescriptor());
    const auto found = std::find_if(known.begin(), known.end(), [&](const FieldDescriptor* each) {
      return each->name() == path.substr(0, dot) &&
             (dot == std::string::npos || service::HasNamedEntries(*each));
    });
    if (equals == std::string::npos || found == known.end()) {
      return InvalidField("FIELD_UNKNOWN", "--set",
                          absl::StrCat("\"", assignment, "\" is not FIELD=VALUE with one of ",
                                       SettableFields(*message.GetDescriptor())));
    }
    const FieldDescriptor& field = **found;
    COMITY_RETURN_IF_ERROR(AddPath(field, path, mask));
    const std::string value = assignment.substr(equals + 1);
    if (value.empty()) continue;
    COMITY_RETURN_IF_ERROR(dot == std::string::npos
                               ? SetOne(field, path, value, message)
                               : SetEntry(field, path, path.substr(dot + 1), value, message));
  }
  return absl::OkStatus();
}

std::string SettableFields(const Descriptor& type) {
  return absl::StrJoin(
      service::SettableFields(type), ", ",
      [](std::string* out, const FieldDescriptor* field) { out->append(field->name()); });
}

std::string EntriesHelp(const Descriptor& type) {
  std::string help;
  for (const FieldDescriptor* field : service::SettableFields(type)) {
    if (!service::HasNamedEntries(*field)) continue;
    const std::string& name = field->name();
    absl::StrAppend(&help, "; of ", name, " one entry by its key: ", name, ".ended=found sets it, ",
                    name, ".ended= removes it, while ", name, "={...} replaces all there are");
  }
  return help;
}

std::string TakeFieldNames(const Descriptor& type, const std::string& word,
                           std::vector<std::string>& names) {
  for (const absl::string_view name : absl::StrSplit(word, ',')) {
    if (type.FindFieldByName(std::string(name)) == nullptr) {
      return absl::StrCat("\"", name, "\" is not one of ", absl::StrJoin(FieldNames(type), ", "));
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  }
  return "";
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

}  // namespace comity::cli
