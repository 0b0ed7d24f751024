#pragma once

#include <concepts>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace comity::transfer_proto {

// Where a field is: "question.origins[2].partner". Put into words only for an error, since nearly
// all messages are right. Refers to its texts and to the path around it: an argument, not a value
// to keep.
class FieldPath {
 public:
  // The outermost part. Implicit, so that callers write the text.
  template <std::convertible_to<absl::string_view> Text>
  FieldPath(const Text& name) : name_(name) {}  // NOLINT(google-explicit-constructor)

  FieldPath(const FieldPath* around, absl::string_view name, int index = kNone)
      : around_(around), name_(name), index_(index) {}

  std::string ToString() const {
    std::string path = around_ == nullptr ? "" : around_->ToString();
    absl::StrAppend(&path, path.empty() ? "" : ".", name_);
    if (index_ != kNone) absl::StrAppend(&path, "[", index_, "]");
    return path;
  }

 private:
  static constexpr int kNone = -1;

  const FieldPath* around_ = nullptr;
  absl::string_view name_;
  int index_ = kNone;
};

}  // namespace comity::transfer_proto
