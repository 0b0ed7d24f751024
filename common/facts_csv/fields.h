#pragma once

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/facts_csv/csv.h"
#include "common/facts_csv/facts_csv.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace comity::facts_csv {

// One row by column names, with errors that say where they are.
class Fields {
 public:
  Fields(absl::string_view file, const std::vector<std::string>& header, const Record& record)
      : file_(file), line_(record.line) {
    for (std::size_t i = 0; i < header.size(); ++i) cells_.emplace(header[i], &record.cells[i]);
  }

  // The text; empty if the column is not in the file.
  std::string Text(absl::string_view column) const {
    const auto cell = cells_.find(std::string(column));
    return cell == cells_.end() ? "" : cell->second->text;
  }

  bool Has(absl::string_view column) const { return cells_.contains(std::string(column)); }

  // Adds to what the row empties those of `columns` that the file has and the row leaves empty;
  // `path` is where these fields stand in the resource.
  void Emptied(std::initializer_list<absl::string_view> columns, Row& row,
               absl::string_view path = "") const {
    for (const absl::string_view column : columns) {
      if (Has(column) && Text(column).empty()) {
        row.mutable_emptied()->add_paths(absl::StrCat(path, column));
      }
    }
  }

  absl::Status Fail(absl::string_view column, absl::string_view sentence) const {
    const auto cell = cells_.find(std::string(column));
    return FileError(file_, cell == cells_.end() ? line_ : cell->second->line, column, sentence);
  }

  absl::StatusOr<std::string> Needed(absl::string_view column) const {
    std::string text = Text(column);
    if (text.empty()) return Fail(column, "it is empty: this column must be filled");
    return text;
  }

  absl::StatusOr<std::string> Id(absl::string_view column) const {
    COMITY_ASSIGN_OR_RETURN(std::string text, Needed(column));
    const auto word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (text.size() > 63 || !(text[0] >= 'a' && text[0] <= 'z') || text.back() == '-' ||
        !std::all_of(text.begin(), text.end(), word)) {
      return Fail(column,
                  "it is no id: write lower-case letters, digits and hyphens, beginning with "
                  "a letter, at most 63 characters");
    }
    return text;
  }

  // `prefix` + id + ..., or empty.
  absl::StatusOr<std::string> OptionalName(absl::string_view column,
                                           absl::string_view prefix) const {
    if (Text(column).empty()) return std::string();
    COMITY_ASSIGN_OR_RETURN(const std::string id, Id(column));
    return absl::StrCat(prefix, id);
  }

  absl::StatusOr<bool> YesNo(absl::string_view column) const {
    const std::string text = Text(column);
    if (text == "yes") return true;
    if (text == "no" || text.empty()) return false;
    return Fail(column, "it is neither yes nor no");
  }

  // A partial date, as written.
  absl::StatusOr<std::string> Day(absl::string_view column) const {
    std::string text = Text(column);
    if (!PartialDate::Parse(text).ok()) {
      return Fail(column, "it is no day: write 2019-11-01, 2016-10 or 2017, or leave it empty");
    }
    return text;
  }

  // A word of the enum `descriptor` without its prefix, in `words` case.
  absl::StatusOr<int> Word(absl::string_view column, absl::string_view text,
                           const google::protobuf::EnumDescriptor* descriptor,
                           absl::string_view prefix) const {
    const google::protobuf::EnumValueDescriptor* value =
        descriptor->FindValueByName(absl::StrCat(prefix, absl::AsciiStrToUpper(text)));
    if (value != nullptr && value->number() != 0) return value->number();
    std::vector<std::string> known;
    for (int i = 1; i < descriptor->value_count(); ++i) {
      known.push_back(descriptor->value(i)->name().substr(prefix.size()));
    }
    return Fail(column, absl::StrCat("it is not one of ", absl::StrJoin(known, ", ")));
  }

  absl::StatusOr<partner_registry::v1::Certainty> Certainty(absl::string_view column,
                                                            absl::string_view text) const {
    if (text.empty()) return partner_registry::v1::CERTAINTY_UNSPECIFIED;
    COMITY_ASSIGN_OR_RETURN(
        const int value,
        Word(column, text, partner_registry::v1::Certainty_descriptor(), "CERTAINTY_"));
    return static_cast<partner_registry::v1::Certainty>(value);
  }

  std::vector<std::string> List(absl::string_view column) const {
    return absl::StrSplit(Text(column), ';', absl::SkipEmpty());
  }

  int line() const { return line_; }

 private:
  const absl::string_view file_;
  const int line_;
  std::map<std::string, const Cell*> cells_;
};

}  // namespace comity::facts_csv
