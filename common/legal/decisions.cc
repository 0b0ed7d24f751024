#include "common/legal/decisions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/legal/vocabulary.h"

namespace comity::legal {
namespace {

bool NamesCounterpart(const Decision& decision, const Evaluation& evaluation) {
  return std::any_of(decision.counterparts.begin(), decision.counterparts.end(),
                     [&](const std::string& name) {
                       return name == evaluation.partner || name == evaluation.question.counterpart;
                     });
}

// At once for a real transfer; a question about an earlier moment does not see it yet.
bool Withdrawn(const Decision& decision, const Evaluation& evaluation) {
  if (!decision.withdrawn) return false;
  return !evaluation.lens.explore || evaluation.question.instant >= *decision.withdrawn;
}

template <typename Predicate>
const Decision* FindIf(const std::vector<Decision>& decisions, const Predicate& wanted) {
  const auto found = std::find_if(decisions.begin(), decisions.end(), wanted);
  return found == decisions.end() ? nullptr : &*found;
}

// The first by name of two, either of which may be null.
const Decision* First(const Decision* one, const Decision* other) {
  if (one == nullptr || other == nullptr) return one == nullptr ? other : one;
  return one->name < other->name ? one : other;
}

template <typename Predicate>
const Decision* FindAmongAll(const Evaluation& evaluation, absl::string_view whose,
                             std::initializer_list<DecisionKind> kinds, const Predicate& wanted) {
  const auto matches = [&](const Decision& decision) {
    return decision.partner == whose &&
           std::find(kinds.begin(), kinds.end(), decision.kind) != kinds.end() &&
           Covers(decision, evaluation) && wanted(decision);
  };
  if (const Decision* const found = FindIf(evaluation.question.decisions, matches)) return found;
  const std::string& our_case = evaluation.question.purpose.case_reference;
  const Decision* const of_case =
      FindIf(evaluation.facts.DecisionsOfCase(whose, our_case), matches);
  if (!whose.empty()) {
    const Dossier* const dossier = evaluation.facts.Find(whose);
    return First(of_case, dossier == nullptr ? nullptr : FindIf(dossier->own_decisions, matches));
  }
  const Dossier* const dossier = evaluation.dossier;
  return First(of_case,
               First(dossier == nullptr ? nullptr : FindIf(dossier->agency_decisions, matches),
                     FindIf(evaluation.facts.GeneralAgencyDecisions(), matches)));
}

}  // namespace

bool Stands(const Decision& decision, const Evaluation& evaluation) {
  if (OnOrAfter(evaluation.lens.day, decision.valid_from) != Tri::kYes) return false;
  if (decision.valid_to.known() && evaluation.lens.day > decision.valid_to.earliest()) return false;
  return !Withdrawn(decision, evaluation);
}

bool Covers(const Decision& decision, const Evaluation& evaluation) {
  const std::string& our_case = evaluation.question.purpose.case_reference;
  if (NeedsCase(decision.kind) && decision.case_reference.empty()) return false;
  if (!decision.case_reference.empty() && decision.case_reference != our_case) return false;
  if (NeedsGrounds(decision.kind) && decision.grounds.empty()) return false;
  if (decision.counterparts.empty()) return decision.kind != DecisionKind::kSafeguardsAssessment;
  return NamesCounterpart(decision, evaluation);
}

const Decision* FindDecision(const Evaluation& evaluation, absl::string_view whose,
                             std::initializer_list<DecisionKind> kinds) {
  return FindAmongAll(evaluation, whose, kinds,
                      [&](const Decision& decision) { return Stands(decision, evaluation); });
}

bool WithdrawnDecision(const Evaluation& evaluation, absl::string_view whose,
                       std::initializer_list<DecisionKind> kinds) {
  return FindAmongAll(evaluation, whose, kinds, [&](const Decision& decision) {
           return Withdrawn(decision, evaluation);
         }) != nullptr;
}

bool LapsedDecision(const Evaluation& evaluation, absl::string_view whose,
                    std::initializer_list<DecisionKind> kinds) {
  return FindAmongAll(evaluation, whose, kinds, [&](const Decision& decision) {
           return !Stands(decision, evaluation);
         }) != nullptr;
}

std::vector<std::string> FactsOf(const Decision& decision) {
  if (decision.name.empty()) return {};
  return Cite(decision.name);
}

void CarryConditions(Evaluation& evaluation, const Decision& decision) {
  for (const std::string& condition : decision.conditions) {
    evaluation.Condition(
        decision.partner.empty()
            ? condition
            : absl::StrCat(DisplayName(evaluation.facts, decision.partner), ": ", condition));
  }
}

}  // namespace comity::legal
