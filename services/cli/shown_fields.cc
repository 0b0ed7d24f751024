#include "services/cli/shown_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <map>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.pb.h"
#include "comity/ledger/v1/ledger.pb.h"
#include "common/legal/facts.h"
#include "services/cli/enum_option.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// "PARTNER_KIND_" of PARTNER_KIND_UNSPECIFIED.
std::string PrefixOf(const EnumDescriptor& values) {
  const std::string& zero = values.value(0)->name();
  return zero.substr(0, zero.size() - std::string("UNSPECIFIED").size());
}

std::string TimeOfDay(int minute) { return absl::StrFormat("%02d:%02d", minute / 60, minute % 60); }

std::string MessageText(const Message& message) {
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    return TimeText(*time);
  }
  if (const auto* hours = dynamic_cast<const v1::WorkingHours*>(&message)) return HoursText(*hours);
  if (const auto* away = dynamic_cast<const v1::Absence*>(&message)) {
    return absl::StrCat(away->first_day(), " to ", away->last_day());
  }
  if (const auto* period = dynamic_cast<const v1::LegalClassPeriod*>(&message)) {
    return LegalClassText(*period);
  }
  if (const auto* confirmation = dynamic_cast<const v1::Confirmation*>(&message)) {
    return ConfirmedText(*confirmation);
  }
  if (const auto* restriction = dynamic_cast<const v1::Restriction*>(&message)) {
    return RestrictionText(*restriction);
  }
  if (const auto* interval = dynamic_cast<const engagement_scheduling::v1::Interval*>(&message)) {
    return absl::StrCat(TimeText(interval->start_time()), " to ", TimeText(interval->end_time()));
  }
  if (const auto* revision = dynamic_cast<const ledger::v1::Revision*>(&message)) {
    return absl::StrCat(revision->number());
  }
  return absl::StrJoin(
      ShownFields(message), ", ", [](std::string* out, const std::vector<std::string>& row) {
        absl::StrAppend(out, absl::StrReplaceAll(row[0], {{"_", " "}}), " ", row[1]);
      });
}

// The value at `index` of a list; of a field that is none, at 0.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(list ? reflection.GetRepeatedMessage(message, &field, index)
                              : reflection.GetMessage(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(field.enum_type(),
                      list ? reflection.GetRepeatedEnumValue(message, &field, index)
                           : reflection.GetEnumValue(message, &field),
                      PrefixOf(*field.enum_type()));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (list ? reflection.GetRepeatedBool(message, &field, index)
                   : reflection.GetBool(message, &field))
                 ? "yes"
                 : "no";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(list ? reflection.GetRepeatedInt32(message, &field, index)
                               : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(list ? reflection.GetRepeatedInt64(message, &field, index)
                               : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = list ? reflection.GetRepeatedString(message, &field, index)
                              : reflection.GetString(message, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? absl::BytesToHexString(text) : text;
    }
    default:
      return "";
  }
}

// What the commands show in a table of its own, or as a sentence.
bool ShownApart(const FieldDescriptor& field) {
  static const auto* const kApart = new std::set<const Descriptor*>{
      ledger::v1::Revision::descriptor(), google::protobuf::FieldMask::descriptor(),
      v1::InstrumentScope::descriptor(),  v1::Retraction::descriptor(),
      v1::Authority::descriptor(),        v1::Contact::descriptor(),
      v1::TransferQuestion::descriptor()};
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
  const Descriptor* const type = field.message_type();
  return field.is_map() || kApart->count(type) > 0 ||
         (field.is_repeated() && type == v1::Confirmation::descriptor());
}

// The confirmation of a certainty, or the certainty of a confirmation: `competence_certainty` and
// `competence_confirmation`. Null if there is none.
const FieldDescriptor* SiblingOf(const FieldDescriptor& field) {
  if (field.is_repeated()) return nullptr;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM &&
      field.enum_type() == v1::Certainty_descriptor()) {
    return field.containing_type()->FindFieldByName(
        absl::StrReplaceAll(field.name(), {{"certainty", "confirmation"}}));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      field.message_type() == v1::Confirmation::descriptor()) {
    return field.containing_type()->FindFieldByName(
        absl::StrReplaceAll(field.name(), {{"confirmation", "certainty"}}));
  }
  return nullptr;
}

}  // namespace

std::string CertaintyText(v1::Certainty certainty) {
  if (certainty == v1::CERTAINTY_UNSPECIFIED) return "";
  return EnumText(v1::Certainty_descriptor(), certainty, "CERTAINTY_");
}

std::string ConfirmedText(const v1::Confirmation& confirmation) {
  std::string text = "confirmed";
  if (confirmation.has_confirm_time()) {
    absl::StrAppend(&text, " ", TimeText(confirmation.confirm_time()));
  }
  if (!confirmation.confirmed_by().empty()) {
    absl::StrAppend(&text, " by ", confirmation.confirmed_by());
  }
  if (!confirmation.evidence().empty()) absl::StrAppend(&text, ", on ", confirmation.evidence());
  return text;
}

std::string HoursText(const v1::WorkingHours& hours) {
  constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  std::string text;
  for (const int day : hours.days()) {
    if (day >= 1 && day <= 7) absl::StrAppend(&text, kDays[day - 1], " ");
  }
  absl::StrAppend(&text, TimeOfDay(hours.start_minute()), "-", TimeOfDay(hours.end_minute()), " ",
                  hours.time_zone());
  if (!hours.holidays().empty()) {
    absl::StrAppend(&text, ", not on ", absl::StrJoin(hours.holidays(), " "));
  }
  return text;
}

std::string LegalClassText(const v1::LegalClassPeriod& period) {
  std::string text = EnumText(v1::LegalClass_descriptor(), period.legal_class(),
                              PrefixOf(*v1::LegalClass_descriptor()));
  if (!period.from().empty()) absl::StrAppend(&text, " from ", period.from());
  if (!period.to().empty()) absl::StrAppend(&text, " until ", period.to());
  const std::string sure = period.has_confirmation() ? ConfirmedText(period.confirmation())
                                                     : CertaintyText(period.certainty());
  if (!sure.empty()) absl::StrAppend(&text, " (", sure, ")");
  if (!period.note().empty()) absl::StrAppend(&text, ": ", period.note());
  return text;
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_map()) return "";
  if (!field.is_repeated()) {
    return reflection.HasField(message, &field) ? ValueText(message, field, 0) : "";
  }
  std::vector<std::string> values;
  values.reserve(static_cast<std::size_t>(reflection.FieldSize(message, &field)));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    values.push_back(ValueText(message, field, i));
  }
  return absl::StrJoin(values, "; ");
}

std::vector<std::vector<std::string>> ShownFields(const Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  std::vector<std::vector<std::string>> rows;
  for (const FieldDescriptor* field : fields) {
    if (ShownApart(*field)) continue;
    const FieldDescriptor* const other = SiblingOf(*field);
    if (other == nullptr) {
      rows.push_back({field->name(), FieldText(message, *field)});
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      const bool confirmed = reflection.HasField(message, other);
      rows.push_back({field->name(), FieldText(message, confirmed ? *other : *field)});
    } else if (!reflection.HasField(message, other)) {
      rows.push_back({other->name(), FieldText(message, *field)});
    }
  }
  return rows;
}

std::vector<std::string> NamedFields(const Message& message, absl::Span<const std::string> fields) {
  std::vector<std::string> row;
  const auto add = [&](const std::string& name) {
    const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
    row.push_back(field == nullptr ? "" : FieldText(message, *field));
  };
  add("name");
  for (const std::string& field : fields) add(field);
  return row;
}

std::vector<std::vector<std::string>> CertaintyRows(const v1::Instrument& instrument) {
  // What is said of a field: how sure, and what shows it.
  std::map<std::string, std::vector<std::string>> said;
  for (const auto& [field, certainty] : instrument.certainty()) {
    said[field] = {CertaintyText(certainty), ""};
  }
  for (const v1::Confirmation& confirmation : instrument.confirmations()) {
    v1::Confirmation without_evidence = confirmation;
    without_evidence.clear_evidence();
    said[confirmation.field()] = {ConfirmedText(without_evidence), confirmation.evidence()};
  }
  const std::map<std::string, std::string> recorded(instrument.value_recorded_by().begin(),
                                                    instrument.value_recorded_by().end());
  for (const auto& [field, who] : recorded) said.try_emplace(field, std::vector<std::string>(2));

  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& field) {
    const auto found = said.find(field);
    if (found == said.end()) return;
    const auto who = recorded.find(field);
    rows.push_back(
        {field, found->second[0], found->second[1], who == recorded.end() ? "" : who->second});
    said.erase(found);
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(legal::Field::kCount); ++i) {
    add(std::string(legal::Name(static_cast<legal::Field>(i))));
  }
  // Of what the transfer check does not read, by name.
  while (!said.empty()) add(std::string(said.begin()->first));
  return rows;
}

}  // namespace comity::cli
