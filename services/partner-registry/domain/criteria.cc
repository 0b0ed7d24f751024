#include "services/partner-registry/domain/criteria.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostCriteria = 50;

absl::Status CheckCriterion(const Fields& fields, const std::string& at,
                            const Criterion& criterion) {
  if (!IsId(criterion.id)) {
    return fields.Bad(at + ".id", "write lower-case letters, digits and hyphens");
  }
  COMITY_RETURN_IF_ERROR(
      fields.Text(at + ".question", criterion.question, {.least = 1, .most = kLongestEvidence}));
  if (criterion.weight < 1 || criterion.weight > 100) {
    return fields.Bad(at + ".weight", "weigh it from 1 to 100");
  }
  if (criterion.minimum < 0 || criterion.minimum > 5) {
    return fields.Bad(at + ".minimum", "demand 1 to 5 points, or 0 if it is not mandatory");
  }
  if (criterion.measure == Measure::kUnspecified) {
    return fields.Bad(at + ".measure", "say where its score comes from: JUDGED or VOLUME");
  }
  return absl::OkStatus();
}

const Criterion* FindCriterion(const CriteriaSet& set, const std::string& id) {
  for (const Criterion& criterion : set.criteria) {
    if (criterion.id == id) return &criterion;
  }
  return nullptr;
}

absl::Status CheckScores(const CriteriaSet& set, const Assessment& assessment) {
  const Fields fields("ASSESSMENT_INVALID", "assessment");
  std::set<std::string> scored;
  for (std::size_t i = 0; i < assessment.scores.size(); ++i) {
    const Score& score = assessment.scores[i];
    const std::string at = absl::StrCat("scores[", i, "]");
    const Criterion* criterion = FindCriterion(set, score.criterion);
    if (criterion == nullptr) {
      return fields.Bad(at + ".criterion", absl::StrCat(Name(set), " has no such criterion"));
    }
    if (criterion->measure != Measure::kJudged) {
      return fields.Bad(at + ".criterion", "it is measured: leave the score out");
    }
    if (!scored.insert(score.criterion).second) {
      return fields.Bad(at + ".criterion", "score each criterion once");
    }
    if (score.points < 0 || score.points > 5) {
      return fields.Bad(at + ".points", "give 0 to 5 points");
    }
    COMITY_RETURN_IF_ERROR(fields.Text(at + ".source", score.source, kEvidenceForm));
  }
  for (const Criterion& criterion : set.criteria) {
    if (criterion.measure == Measure::kJudged && !scored.contains(criterion.id)) {
      return InvalidField("ASSESSMENT_INCOMPLETE", "assessment.scores",
                          absl::StrCat("score the criterion ", criterion.id, " too"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Plan> PlanCreateCriteriaSet(const Registry& registry, CriteriaSet set) {
  const Fields fields("CRITERIA_INVALID", "criteria_set");
  COMITY_RETURN_IF_ERROR(fields.Id("criteria_set_id", set.id));
  COMITY_RETURN_IF_ERROR(fields.Text("title", set.title, kTitleForm));
  COMITY_RETURN_IF_ERROR(fields.Day("adopted", set.adopted).status());
  COMITY_RETURN_IF_ERROR(fields.Evidence(set.evidence));
  if (set.criteria.empty() || set.criteria.size() > kMostCriteria) {
    return fields.Bad("criteria", "name 1 to 50");
  }
  std::set<std::string> ids;
  for (std::size_t i = 0; i < set.criteria.size(); ++i) {
    const std::string at = absl::StrCat("criteria[", i, "]");
    COMITY_RETURN_IF_ERROR(CheckCriterion(fields, at, set.criteria[i]));
    if (!ids.insert(set.criteria[i].id).second) return fields.Bad(at + ".id", "name each once");
  }
  const Criterion* necessity = FindCriterion(set, kOperationalNecessity);
  if (necessity == nullptr || necessity->minimum == 0) {
    return fields.Bad("criteria",
                      absl::StrCat(kOperationalNecessity,
                                   " must be among them with a minimum of 1 to 5 (EJR 52)"));
  }
  std::string name = Name(set);
  if (registry.relations().Find<CriteriaSet>(name) != nullptr) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "There is a set of criteria with this id, and a set never changes: adopt the "
                     "new version under another.",
                     {.reason = "CRITERIA_SET_EXISTS"});
  }
  return Plan{.facts = {std::move(set)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanRecordAssessment(const Registry& registry, Assessment assessment,
                                          std::string id, const identity::Principal& caller,
                                          absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* partner, FindOnRegister(registry, assessment.partner));
  const CriteriaSet* set = registry.relations().Find<CriteriaSet>(
      absl::StrCat("criteriaSets/", assessment.criteria_set));
  if (set == nullptr) return NoSuch("set of criteria", "CRITERIA_SET_NOT_FOUND");
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          Fields("ASSESSMENT_INVALID", "assessment")
                              .PastDay("day", assessment.day, DayInBrussels(now)));
  COMITY_RETURN_IF_ERROR(CheckCandidate(*partner, day));
  COMITY_RETURN_IF_ERROR(CheckScores(*set, assessment));
  assessment.id = std::move(id);
  assessment.recorded_by = caller.spiffe_id;
  std::string name = Name(assessment);
  return Plan{.facts = {std::move(assessment)}, .resource = std::move(name)};
}

}  // namespace comity::partner_registry
