#include "services/cli/option_names.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"

namespace comity::cli {
namespace {

// " (number 2)" of "[1]" and of "[1].partner".
std::string Place(absl::string_view below) {
  int index = 0;
  if (below.empty() || below.front() != '[' ||
      !absl::SimpleAtoi(below.substr(1, below.find(']') - 1), &index)) {
    return "";
  }
  return absl::StrCat(" (number ", index + 1, ")");
}

// Takes what an option stands for from the front of `field`; nothing else is left of it than what
// is below.
bool Consume(absl::string_view wanted, absl::string_view& field) {
  bool behind_a_place = false;
  for (const absl::string_view part : absl::StrSplit(wanted, "[]")) {
    if (behind_a_place) {
      const std::size_t end = field.find(']');
      if (field.empty() || field.front() != '[' || end == field.npos) return false;
      field.remove_prefix(end + 1);
    }
    if (!absl::ConsumePrefix(&field, part)) return false;
    behind_a_place = true;
  }
  return field.empty() || field.front() == '[' || field.front() == '.';
}

// Nothing if no option fits.
std::string NameOf(absl::string_view field, absl::Span<const FieldOption> options) {
  for (const FieldOption& one : options) {
    absl::string_view below = field;
    if (Consume(one.field, below)) return absl::StrCat(one.option, Place(below));
  }
  return "";
}

}  // namespace

absl::Status InOptions(const absl::Status& status, absl::Span<const FieldOption> options) {
  if (status.ok()) return status;
  ErrorDetails details = DetailsOf(status);
  std::string sentence(status.message());
  const auto rename = [&](std::string& field) {
    const std::string named = NameOf(field, options);
    if (named.empty()) return;
    if (absl::StartsWith(sentence, field)) sentence.replace(0, field.size(), named);
    field = named;
  };
  for (FieldViolation& violation : details.fields) rename(violation.field);
  for (PreconditionViolation& violation : details.preconditions) rename(violation.subject);
  if (const auto field = details.metadata.find("field"); field != details.metadata.end()) {
    const std::string named = NameOf(field->second, options);
    rename(field->second);
    // Where nothing else that is shown says which option it is, the sentence does.
    if (!named.empty() && details.fields.empty() && details.preconditions.empty() &&
        !absl::StartsWith(sentence, named)) {
      sentence = absl::StrCat(named, ": ", sentence);
    }
  }
  return MakeError(status.code(), sentence, std::move(details));
}

absl::Status OfWord(const absl::Status& status, absl::string_view option, absl::string_view word) {
  if (!absl::IsNotFound(status)) return status;
  ErrorDetails details = DetailsOf(status);
  const std::string description = absl::StrCat("\"", word, "\": ", status.message());
  details.fields.push_back({std::string(option), description});
  return MakeError(status.code(), absl::StrCat(option, ": ", description), std::move(details));
}

}  // namespace comity::cli
