#include "services/cli/set_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

absl::Status Invalid(const FieldDescriptor& field, absl::string_view what) {
  return InvalidField("FIELD_INVALID", "--set", absl::StrCat(field.name(), " ", what));
}

// "PARTNER_KIND_" of PARTNER_KIND_UNSPECIFIED.
std::string PrefixOf(const EnumDescriptor& values) {
  const std::string& zero = values.value(0)->name();
  return zero.substr(0, zero.size() - std::string("UNSPECIFIED").size());
}

absl::Status SetEnum(const FieldDescriptor& field, const std::string& word, Message& message) {
  const EnumDescriptor& values = *field.enum_type();
  const int number = EnumNumber(&values, PrefixOf(values), word);
  if (number < 0) {
    return Invalid(field, absl::StrCat("is one of ",
                                       absl::StrJoin(EnumWords(&values, PrefixOf(values)), ", ")));
  }
  message.GetReflection()->SetEnumValue(&message, &field, number);
  return absl::OkStatus();
}

// As JSON: what has parts of its own, lists of anything but text, and text written as a list.
absl::Status SetJson(const FieldDescriptor& field, const std::string& text, Message& message) {
  const std::unique_ptr<Message> read(message.New());
  const auto status = google::protobuf::util::JsonStringToMessage(
      absl::StrCat("{\"", field.name(), "\":", text, "}"), read.get());
  if (!status.ok()) {
    return Invalid(field, absl::StrCat("is written as JSON, such as {...} or [{...}]: ",
                                       status.message().ToString()));
  }
  message.GetReflection()->SwapFields(read.get(), &message, {&field});
  return absl::OkStatus();
}

absl::Status SetOne(const FieldDescriptor& field, const std::string& text, Message& message) {
  const auto* const reflection = message.GetReflection();
  if (field.is_repeated()) {
    const bool json = field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || text.front() == '[';
    if (json) return SetJson(field, text, message);
    reflection->AddString(&message, &field, text);
    return absl::OkStatus();
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(&message, &field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "yes" && text != "no") return Invalid(field, "is yes or no");
      reflection->SetBool(&message, &field, text == "yes");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(field, text, message);
    default:
      return SetJson(field, text, message);
  }
}

}  // namespace

absl::Status SetFields(const std::vector<std::string>& assignments, Message& message,
                       google::protobuf::FieldMask& mask) {
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    const std::vector<const FieldDescriptor*> known =
        service::SettableFields(*message.GetDescriptor());
    const auto field =
        std::find_if(known.begin(), known.end(),
                     [&name](const FieldDescriptor* each) { return each->name() == name; });
    if (equals == std::string::npos || field == known.end()) {
      return InvalidField("FIELD_UNKNOWN", "--set",
                          absl::StrCat("\"", assignment, "\" is not FIELD=VALUE with one of ",
                                       SettableFields(*message.GetDescriptor())));
    }
    if (std::find(mask.paths().begin(), mask.paths().end(), name) == mask.paths().end()) {
      mask.add_paths(name);
    } else if (!(*field)->is_repeated()) {
      return Invalid(**field, "is given twice");
    }
    if (const std::string value = assignment.substr(equals + 1); !value.empty()) {
      COMITY_RETURN_IF_ERROR(SetOne(**field, value, message));
    }
  }
  return absl::OkStatus();
}

std::string SettableFields(const Descriptor& type) {
  return absl::StrJoin(
      service::SettableFields(type), ", ",
      [](std::string* out, const FieldDescriptor* field) { out->append(field->name()); });
}

std::vector<std::vector<std::string>> ShownFields(const Message& message) {
  const auto* const reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  std::vector<std::vector<std::string>> rows;
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) continue;
    std::vector<std::string> values;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const int value = field->is_repeated() ? reflection->GetRepeatedEnumValue(message, field, i)
                                               : reflection->GetEnumValue(message, field);
        values.push_back(EnumText(field->enum_type(), value, PrefixOf(*field->enum_type())));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        values.emplace_back("yes");
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        values.push_back(field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                              : reflection->GetString(message, field));
      }
    }
    rows.push_back({field->name(), absl::StrJoin(values, "; ")});
  }
  return rows;
}

}  // namespace comity::cli
