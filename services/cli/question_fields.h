#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/cli/option_names.h"

namespace comity::cli {

// Of each field of a TransferQuestion that QuestionOptions makes, its option: "purpose.stage" and
// "--stage". A field that is there for no option is in unit_cli's list, which has all others.
absl::Span<const FieldOption> QuestionFields();

// InOptions for what was made of QuestionOptions: `question` is the path under which it was sent,
// such as "engagement.transfer_question".
absl::Status InQuestionOptions(const absl::Status& status, absl::string_view question);

}  // namespace comity::cli
