#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "common/transfer_proto/field_path.h"

// Reading fields with their paths in the errors.
namespace comity::transfer_proto {

// "question" and "purpose" make "question.purpose".
inline FieldPath Under(const FieldPath& field, absl::string_view name) { return {&field, name}; }

inline FieldPath At(const FieldPath& field, absl::string_view name, int index) {
  return {&field, name, index};
}

inline absl::Status Invalid(absl::string_view reason, const FieldPath& field,
                            absl::string_view description) {
  return InvalidField(reason, field.ToString(), description);
}

inline absl::Status Required(const FieldPath& field) {
  return Invalid("FIELD_REQUIRED", field, "must be set");
}

// A value of the enum that is known here; 0 only if `zero` is allowed.
template <typename To, typename From>
absl::Status ReadEnum(From from, bool zero, const FieldPath& field, To& to) {
  const auto* const descriptor = google::protobuf::GetEnumDescriptor<From>();
  const int number = static_cast<int>(from);
  if (descriptor->FindValueByNumber(number) == nullptr) {
    return Invalid("FIELD_INVALID", field,
                   absl::StrCat(number, " is no value of ", descriptor->name()));
  }
  if (number == 0 && !zero) return Required(field);
  to = static_cast<To>(number);
  return absl::OkStatus();
}

inline absl::Status ReadDate(const std::string& text, const FieldPath& field, PartialDate& date) {
  absl::StatusOr<PartialDate> parsed = PartialDate::Parse(text);
  if (!parsed.ok()) {
    return Invalid("DAY_INVALID", field,
                   absl::StrCat("\"", text,
                                "\" is no day: write 2026-11-23, or 2026-11 or 2026 if only "
                                "the month or year is known"));
  }
  date = *std::move(parsed);
  return absl::OkStatus();
}

inline absl::Status CheckCount(int count, int limit, const FieldPath& field) {
  if (count <= limit) return absl::OkStatus();
  return Invalid("FIELD_INVALID", field,
                 absl::StrCat("has ", count, " entries, at most ", limit, " are allowed"));
}

inline absl::Status CheckText(const std::string& text, int limit, const FieldPath& field) {
  if (text.size() <= static_cast<std::size_t>(limit)) return absl::OkStatus();
  return Invalid("FIELD_INVALID", field, absl::StrCat("is longer than ", limit, " bytes"));
}

}  // namespace comity::transfer_proto
