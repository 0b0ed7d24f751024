#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/cli/command.h"

namespace comity::cli {

// "ENGAGEMENT_KIND_TECHNICAL_MEETING" without its prefix, as a user writes it: "technical-meeting".
inline std::string EnumWord(const std::string& name, const std::string& prefix) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name.substr(prefix.size()), {{"_", "-"}}));
}

// The value's name for readers: "technical meeting".
inline std::string EnumText(const google::protobuf::EnumDescriptor* values, int number,
                            const std::string& prefix) {
  const auto* const value = values->FindValueByNumber(number);
  if (value == nullptr || number == 0) return "unknown";
  return absl::StrReplaceAll(EnumWord(value->name(), prefix), {{"-", " "}});
}

// All words of an enum but the unspecified one.
inline std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor* values,
                                          const std::string& prefix) {
  std::vector<std::string> words;
  for (int i = 0; i < values->value_count(); ++i) {
    if (values->value(i)->number() != 0)
      words.push_back(EnumWord(values->value(i)->name(), prefix));
  }
  return words;
}

// The number of the value a user wrote, or -1.
inline int EnumNumber(const google::protobuf::EnumDescriptor* values, const std::string& prefix,
                      const std::string& word) {
  const auto* const value = values->FindValueByName(absl::StrCat(
      prefix, absl::AsciiStrToUpper(absl::StrReplaceAll(word, {{"-", "_"}, {" ", "_"}}))));
  return value == nullptr || value->number() == 0 ? -1 : value->number();
}

// Reads a word of `values`; the complaint about another lists what there is.
template <typename Take>
Command::Reader EnumReader(const std::string& prefix,
                           const google::protobuf::EnumDescriptor* values, Take take) {
  return [prefix, values, take](const std::string& word) -> std::string {
    const int number = EnumNumber(values, prefix, word);
    if (number < 0) {
      return absl::StrCat("\"", word, "\" is not one of ",
                          absl::StrJoin(EnumWords(values, prefix), ", "));
    }
    take(number);
    return "";
  };
}

// An option whose value is a word of `values`.
template <typename Enum>
Option AddEnumOption(Command command, const std::string& flag, Enum& value,
                     const std::string& prefix, const google::protobuf::EnumDescriptor* values,
                     const std::string& description) {
  const auto take = [&value](int number) { value = static_cast<Enum>(number); };
  return command.AddOption(flag, EnumReader(prefix, values, take), description).TypeName("WORD");
}

// The same for an option that may be given several times.
template <typename Enum>
Option AddEnumListOption(Command command, const std::string& flag, std::vector<Enum>& list,
                         const std::string& prefix, const google::protobuf::EnumDescriptor* values,
                         const std::string& description) {
  const auto take = [&list](int number) { list.push_back(static_cast<Enum>(number)); };
  return command.AddList(flag, EnumReader(prefix, values, take), description).TypeName("WORD");
}

}  // namespace comity::cli
