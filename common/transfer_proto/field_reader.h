#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/time/day.h"

// Reading fields with their paths in the errors.
namespace comity::transfer_proto {

// "question" and "purpose" make "question.purpose".
inline std::string Under(absl::string_view field, absl::string_view name) {
  return field.empty() ? std::string(name) : absl::StrCat(field, ".", name);
}

inline std::string At(absl::string_view field, absl::string_view name, int index) {
  return absl::StrCat(Under(field, name), "[", index, "]");
}

inline absl::Status Required(absl::string_view field) {
  return InvalidField("FIELD_REQUIRED", field, "must be set");
}

// A value of the enum that is known here; 0 only if `zero` is allowed.
template <typename To, typename From>
absl::Status ReadEnum(From from, bool zero, absl::string_view field, To& to) {
  const auto* const descriptor = google::protobuf::GetEnumDescriptor<From>();
  const int number = static_cast<int>(from);
  if (descriptor->FindValueByNumber(number) == nullptr) {
    return InvalidField("FIELD_INVALID", field,
                        absl::StrCat(number, " is no value of ", descriptor->name()));
  }
  if (number == 0 && !zero) return Required(field);
  to = static_cast<To>(number);
  return absl::OkStatus();
}

inline absl::Status ReadDate(const std::string& text, absl::string_view field, PartialDate& date) {
  absl::StatusOr<PartialDate> parsed = PartialDate::Parse(text);
  if (!parsed.ok()) {
    return InvalidField("DAY_INVALID", field,
                        absl::StrCat("\"", text,
                                     "\" is no day: write 2026-11-23, or 2026-11 or 2026 if only "
                                     "the month or year is known"));
  }
  date = *std::move(parsed);
  return absl::OkStatus();
}

inline absl::Status CheckCount(int count, int limit, absl::string_view field) {
  if (count <= limit) return absl::OkStatus();
  return InvalidField("FIELD_INVALID", field,
                      absl::StrCat("has ", count, " entries, at most ", limit, " are allowed"));
}

inline absl::Status CheckText(const std::string& text, int limit, absl::string_view field) {
  if (text.size() <= static_cast<std::size_t>(limit)) return absl::OkStatus();
  return InvalidField("FIELD_INVALID", field, absl::StrCat("is longer than ", limit, " bytes"));
}

}  // namespace comity::transfer_proto
