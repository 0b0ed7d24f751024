#include "services/cli/question_fields.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace comity::cli {
namespace {

constexpr FieldOption kFields[] = {
    {"capacity", "--capacity"},
    {"data_kind", "--kind"},
    {"subjects", "--subject"},
    {"annex_ii", "--annex-ii"},
    {"special_categories", "--special"},
    {"purpose.task", "--task"},
    {"purpose.offence", "--offence"},
    {"purpose.offence_outside_annex_i", "--outside-annex-i"},
    {"purpose.requested_by_member_state", "--requested"},
    {"purpose.stage", "--stage"},
    {"purpose.case_reference", "--case"},
    {"purpose.necessity", "--necessity"},
    {"purpose.incompatible_with_collection", "--incompatible"},
    {"purpose.eppo_exercises_competence", "--eppo-competence"},
    {"purpose.eppo_exception", "--eppo-exception"},
    {"geometry", "--geometry"},
    // Before the origins, each of which gets them all.
    {"origins[].restrictions", "--restrict"},
    {"origins", "--origin"},
    {"volume", "--volume"},
};

}  // namespace

absl::Span<const FieldOption> QuestionFields() { return kFields; }

absl::Status InQuestionOptions(const absl::Status& status, absl::string_view question) {
  if (status.ok()) return status;
  std::vector<std::string> paths;
  for (const FieldOption& one : kFields) paths.push_back(absl::StrCat(question, ".", one.field));
  std::vector<FieldOption> options;
  for (std::size_t i = 0; i < paths.size(); ++i) options.push_back({paths[i], kFields[i].option});
  return InOptions(status, options);
}

}  // namespace comity::cli
