#pragma once

#include <CLI/CLI.hpp>
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

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

// An option whose value is a word of `values`; the error lists what there is.
template <typename Enum>
CLI::Option* AddEnumOption(CLI::App* command, const std::string& flag, Enum& value,
                           const std::string& prefix,
                           const google::protobuf::EnumDescriptor* values,
                           const std::string& description) {
  const auto set = [&value, prefix, values, flag](const CLI::results_t& words) {
    for (const std::string& word : words) {
      const int number = EnumNumber(values, prefix, word);
      if (number < 0) {
        throw CLI::ValidationError(flag,
                                   absl::StrCat("\"", word, "\" is not one of ",
                                                absl::StrJoin(EnumWords(values, prefix), ", ")));
      }
      value = static_cast<Enum>(number);
    }
    return true;
  };
  return command->add_option(flag, set, description)->type_name("WORD");
}

// The same for an option that may be given several times.
template <typename Enum>
CLI::Option* AddEnumListOption(CLI::App* command, const std::string& flag, std::vector<Enum>& list,
                               const std::string& prefix,
                               const google::protobuf::EnumDescriptor* values,
                               const std::string& description) {
  const auto set = [&list, prefix, values, flag](const CLI::results_t& words) {
    for (const std::string& word : words) {
      const int number = EnumNumber(values, prefix, word);
      if (number < 0) {
        throw CLI::ValidationError(flag,
                                   absl::StrCat("\"", word, "\" is not one of ",
                                                absl::StrJoin(EnumWords(values, prefix), ", ")));
      }
      list.push_back(static_cast<Enum>(number));
    }
    return true;
  };
  return command->add_option(flag, set, description)
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->take_all();
}

}  // namespace comity::cli
