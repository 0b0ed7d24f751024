#include "common/service/field_masks.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "google/api/field_behavior.pb.h"

namespace comity::service {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

bool OnlyTheServerSets(const FieldDescriptor& field) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    const google::api::FieldBehavior behavior =
        options.GetExtension(google::api::field_behavior, i);
    if (behavior == google::api::OUTPUT_ONLY || behavior == google::api::IDENTIFIER) return true;
  }
  return false;
}

std::vector<const FieldDescriptor*> AllFields(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  fields.reserve(static_cast<std::size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  return fields;
}

absl::Status Invalid(absl::string_view mask, const std::string& what,
                     const std::vector<const FieldDescriptor*>& fields) {
  const bool entries = std::any_of(fields.begin(), fields.end(), [](const FieldDescriptor* each) {
    return HasNamedEntries(*each);
  });
  return InvalidField(
      "FIELD_MASK_INVALID", mask,
      absl::StrCat(what, ": name fields as a whole, ",
                   entries ? "or an entry of a map as FIELD.KEY, of " : "of ",
                   absl::StrJoin(fields, ", ",
                                 [](std::string* out, const FieldDescriptor* field) {
                                   out->append(field->name());
                                 }),
                   ", or * for all"));
}

// One entry of a map.
struct Entry {
  const FieldDescriptor* map;
  std::string key;
};

// Where it is among the entries of `message`; -1: it has none.
int Place(const Message& message, const Entry& entry) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, entry.map); ++i) {
    const Message& each = reflection.GetRepeatedMessage(message, entry.map, i);
    const FieldDescriptor* const key = entry.map->message_type()->map_key();
    if (each.GetReflection()->GetString(each, key) == entry.key) return i;
  }
  return -1;
}

void CopyEntry(const Entry& entry, const Message& from, Message& into) {
  const auto& reflection = *into.GetReflection();
  if (const int known = Place(into, entry); known >= 0) {
    reflection.SwapElements(&into, entry.map, known, reflection.FieldSize(into, entry.map) - 1);
    reflection.RemoveLast(&into, entry.map);
  }
  if (const int wanted = Place(from, entry); wanted >= 0) {
    reflection.AddMessage(&into, entry.map)
        ->CopyFrom(reflection.GetRepeatedMessage(from, entry.map, wanted));
  }
}

}  // namespace

bool HasNamedEntries(const FieldDescriptor& field) {
  return field.is_map() &&
         field.message_type()->map_key()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

std::vector<const FieldDescriptor*> SettableFields(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields = AllFields(type);
  std::erase_if(fields, [](const FieldDescriptor* field) { return OnlyTheServerSets(*field); });
  return fields;
}

absl::Status Update(const FieldMask& mask, const Message& from, Message& into,
                    absl::string_view field) {
  const Descriptor& type = *into.GetDescriptor();
  const std::vector<const FieldDescriptor*> settable = SettableFields(type);
  if (mask.paths().empty()) return Invalid(field, "it names no field", settable);
  std::vector<const FieldDescriptor*> named;
  std::vector<Entry> entries;
  for (const std::string& path : mask.paths()) {
    if (path == "*") {
      named.insert(named.end(), settable.begin(), settable.end());
      continue;
    }
    const std::size_t dot = path.find('.');
    const FieldDescriptor* const found = type.FindFieldByName(path.substr(0, dot));
    if (found == nullptr || (dot != std::string::npos && !HasNamedEntries(*found))) {
      return Invalid(field, absl::StrCat("\"", path, "\" is no field of ", type.name()), settable);
    }
    if (OnlyTheServerSets(*found)) {
      return Invalid(field, absl::StrCat("only the server sets ", path), settable);
    }
    if (dot == std::string::npos) {
      named.push_back(found);
      continue;
    }
    Entry entry{.map = found, .key = path.substr(dot + 1)};
    if (entry.key.empty() || absl::StrContains(entry.key, '.')) {
      return Invalid(field, absl::StrCat("\"", path, "\" names no entry"), settable);
    }
    entries.push_back(std::move(entry));
  }
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());  // Twice would swap back.
  // The fields of a copy change places with those of `into`: of any type, without a case for each.
  const std::unique_ptr<Message> copy(from.New());
  copy->CopyFrom(from);
  into.GetReflection()->SwapFields(copy.get(), &into, named);
  for (const Entry& entry : entries) CopyEntry(entry, from, into);
  return absl::OkStatus();
}

absl::Status CheckReadMask(const FieldMask& mask, const Descriptor& type) {
  for (const std::string& path : mask.paths()) {
    if (path != "*" && type.FindFieldByName(path) == nullptr) {
      return Invalid("read_mask", absl::StrCat("\"", path, "\" is no field of ", type.name()),
                     AllFields(type));
    }
  }
  return absl::OkStatus();
}

void KeepOnly(const FieldMask& mask, Message& message) {
  const auto& paths = mask.paths();
  if (paths.empty() || std::find(paths.begin(), paths.end(), "*") != paths.end()) return;
  for (const FieldDescriptor* field : AllFields(*message.GetDescriptor())) {
    if (field->name() == "name" ||
        std::find(paths.begin(), paths.end(), field->name()) != paths.end()) {
      continue;
    }
    message.GetReflection()->ClearField(&message, field);
  }
}

}  // namespace comity::service
