#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace comity::cli {

// The option or argument from which a field of a request was made, with all that is below it.
struct FieldOption {
  // "engagement.participants"; "[]" stands for any place: "origins[].restrictions".
  absl::string_view field;
  absl::string_view option;  // "--with".
};

// A service's refusal in the words of the command line: each field it names, and the one its
// sentence begins with, under its option, and which of several values it is: "--with (number 2)".
// The first of `options` that fits counts; what none fits stays as it is. The field that only the
// metadata name (`field`) is put before the sentence.
absl::Status InOptions(const absl::Status& status, absl::Span<const FieldOption> options);

// What was looked up for a word of `option` and is not there: which option, and which word. Another
// error stays as it is.
absl::Status OfWord(const absl::Status& status, absl::string_view option, absl::string_view word);

}  // namespace comity::cli
