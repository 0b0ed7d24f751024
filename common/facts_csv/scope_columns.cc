#include "common/facts_csv/scope_columns.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/macros.h"

namespace comity::facts_csv {

namespace v1 = partner_registry::v1;

std::vector<std::string> WithScope(std::vector<std::string> columns) {
  for (const char* const column : {"territories", "sectors", "offences", "stages", "subjects",
                                   "excludes_special_categories"}) {
    columns.emplace_back(column);
  }
  return columns;
}

absl::Status ReadScope(const Fields& fields, Row& row) {
  v1::InstrumentScope scope;
  for (const std::string& name : fields.List("territories")) scope.add_territories(name);
  for (const std::string& sector : fields.List("sectors")) scope.add_sectors(sector);
  for (const std::string& offence : fields.List("offences")) scope.add_offences(offence);
  for (const std::string& stage : fields.List("stages")) scope.add_stages(stage);
  for (const std::string& word : fields.List("subjects")) {
    COMITY_ASSIGN_OR_RETURN(
        const int value,
        fields.Word("subjects", word, v1::SubjectKind_descriptor(), "SUBJECT_KIND_"));
    scope.add_subjects(static_cast<v1::SubjectKind>(value));
  }
  fields.Emptied({"territories", "sectors", "offences", "stages", "subjects"}, row, "scope.");
  constexpr char kExcludes[] = "excludes_special_categories";
  COMITY_ASSIGN_OR_RETURN(const bool excludes, fields.YesNo(kExcludes));
  scope.set_excludes_special_categories(excludes);
  if (!excludes && fields.Has(kExcludes)) {
    row.mutable_emptied()->add_paths(absl::StrCat("scope.", kExcludes));
  }
  if (scope.ByteSizeLong() > 0) *row.mutable_instrument()->mutable_scope() = std::move(scope);
  return absl::OkStatus();
}

std::map<std::string, std::string> ScopeValues(const v1::InstrumentScope& scope) {
  std::vector<std::string> subjects;
  for (const int subject : scope.subjects()) {
    const auto* const named = v1::SubjectKind_descriptor()->FindValueByNumber(subject);
    if (named != nullptr) subjects.push_back(named->name().substr(sizeof("SUBJECT_KIND_") - 1));
  }
  return {{"territories", absl::StrJoin(scope.territories(), ";")},
          {"sectors", absl::StrJoin(scope.sectors(), ";")},
          {"offences", absl::StrJoin(scope.offences(), ";")},
          {"stages", absl::StrJoin(scope.stages(), ";")},
          {"subjects", absl::StrJoin(subjects, ";")},
          {"excludes_special_categories", scope.excludes_special_categories() ? "yes" : "no"}};
}

}  // namespace comity::facts_csv
