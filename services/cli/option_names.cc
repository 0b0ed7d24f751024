#include "services/cli/option_names.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

// Nothing if no option fits.
std::string NameOf(absl::string_view field, absl::Span<const FieldOption> options) {
  for (const FieldOption& one : options) {
    if (!absl::StartsWith(field, one.field)) continue;
    const absl::string_view below = field.substr(one.field.size());
    if (!below.empty() && below.front() != '[' && below.front() != '.') continue;
    return absl::StrCat(one.option, Place(below));
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
    rename(field->second);
  }
  return MakeError(status.code(), sentence, std::move(details));
}

}  // namespace comity::cli
