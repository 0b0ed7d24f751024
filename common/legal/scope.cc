#include "common/legal/scope.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/facts.h"
#include "common/legal/question.h"
#include "common/text/words.h"

namespace comity::legal {
namespace {

using Words = std::vector<std::string>;

bool Names(const Words& words, absl::string_view what) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& each) { return text::SameWords(each, what); });
}

absl::string_view Text(SubjectKind subject) {
  switch (subject) {
    case SubjectKind::kSuspect:
      return "suspects and convicted persons";
    case SubjectKind::kVictim:
      return "victims";
    case SubjectKind::kWitness:
      return "witnesses";
    case SubjectKind::kOther:
      return "other persons";
    case SubjectKind::kUnspecified:
      break;
  }
  return "persons who are not named";
}

std::string Listed(const std::vector<SubjectKind>& subjects) {
  return absl::StrJoin(subjects, ", ", [](std::string* out, SubjectKind subject) {
    absl::StrAppend(out, Text(subject));
  });
}

void CheckWords(const Words& covered, absl::string_view what, absl::string_view asked,
                Words& beyond) {
  const absl::string_view said = absl::StripAsciiWhitespace(asked);
  // Nobody can record words that are empty; whoever names none is not covered by them.
  if (covered.empty() || (!said.empty() && Names(covered, said))) return;
  beyond.push_back(
      said.empty() ? absl::StrCat("what states no ", what, " (only ", Quoted(covered), ")")
                   : absl::StrCat("the ", what, " \"", said, "\" (only ", Quoted(covered), ")"));
}

void CheckSubjects(const std::vector<SubjectKind>& covered, const Question& question,
                   Words& beyond) {
  if (covered.empty()) return;
  std::vector<SubjectKind> outside;
  for (const SubjectKind subject : question.subjects) {
    if (std::find(covered.begin(), covered.end(), subject) == covered.end()) {
      outside.push_back(subject);
    }
  }
  if (outside.empty() && !question.subjects.empty()) return;
  if (outside.empty()) outside.push_back(SubjectKind::kUnspecified);
  beyond.push_back(absl::StrCat("data of ", Listed(outside), " (only ", Listed(covered), ")"));
}

}  // namespace

std::vector<std::string> Beyond(const Scope& scope, const Question& question) {
  Words beyond;
  CheckWords(scope.offences, "offence", question.purpose.offence, beyond);
  CheckWords(scope.stages, "stage of proceedings", question.purpose.stage, beyond);
  CheckSubjects(scope.subjects, question, beyond);
  if (scope.excludes_special_categories && question.special_categories) {
    beyond.emplace_back("special categories of data");
  }
  return beyond;
}

std::shared_ptr<const Scope> Limits(Scope scope) {
  return scope == Scope() ? nullptr : std::make_shared<const Scope>(std::move(scope));
}

bool Widens(const Scope& before, const Scope& after) {
  // A limit is widened by more words, and by none at all.
  const auto limit = [](const Words& old, const Words& made) {
    return !old.empty() &&
           (made.empty() || std::any_of(made.begin(), made.end(), [&old](const std::string& each) {
              return !Names(old, each);
            }));
  };
  const auto covered = [](const auto& list, SubjectKind subject) {
    return list.empty() || std::find(list.begin(), list.end(), subject) != list.end();
  };
  for (const SubjectKind subject :
       {SubjectKind::kSuspect, SubjectKind::kVictim, SubjectKind::kWitness, SubjectKind::kOther}) {
    if (covered(after.subjects, subject) && !covered(before.subjects, subject)) return true;
  }
  for (const std::string& territory : after.territories) {
    if (!Extends(before, territory)) return true;
  }
  return limit(before.sectors, after.sectors) || limit(before.offences, after.offences) ||
         limit(before.stages, after.stages) ||
         (before.excludes_special_categories && !after.excludes_special_categories);
}

bool Widens(const Authority& before, const Authority& after) {
  if (after.competent_in_criminal_matters && !before.competent_in_criminal_matters) return true;
  for (const std::string& instrument : after.listed_in) {
    if (std::find(before.listed_in.begin(), before.listed_in.end(), instrument) ==
        before.listed_in.end()) {
      return true;
    }
  }
  // Whoever is listed is covered by these alone, whatever its territory and sectors.
  if (!after.listed_in.empty()) return false;
  if (!before.listed_in.empty()) return true;
  if (!before.territory.empty() && !text::SameWords(before.territory, after.territory)) return true;
  return !after.sectors.empty() && !CoversSectors({.sectors = after.sectors}, before.sectors);
}

bool Extends(const Scope& scope, absl::string_view territory) {
  return Names(scope.territories, territory);
}

bool CoversSectors(const Scope& scope, const std::vector<std::string>& sectors) {
  if (scope.sectors.empty()) return true;
  return !sectors.empty() &&
         std::all_of(sectors.begin(), sectors.end(),
                     [&scope](const std::string& sector) { return Names(scope.sectors, sector); });
}

std::string Quoted(const std::vector<std::string>& words) {
  return absl::StrJoin(words, ", ", [](std::string* out, const std::string& each) {
    absl::StrAppend(out, "\"", each, "\"");
  });
}

std::vector<std::string> LimitsOf(const Scope& scope) {
  Words limits;
  const auto add = [&limits](absl::string_view what, const Words& words) {
    if (!words.empty()) limits.push_back(absl::StrCat(what, Quoted(words)));
  };
  add("extends to the territories ", scope.territories);
  add("sectors: only ", scope.sectors);
  add("offences: only ", scope.offences);
  add("stages of proceedings: only ", scope.stages);
  if (!scope.subjects.empty()) {
    limits.push_back(absl::StrCat("persons: only ", Listed(scope.subjects)));
  }
  if (scope.excludes_special_categories) limits.emplace_back("no special categories of data");
  return limits;
}

}  // namespace comity::legal
