#include "common/legal/scope.h"

#include <algorithm>
#include <cstring>
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

// What a question that says `asked` of `what` goes beyond; "": it is covered.
std::string BeyondWords(const HeldScope& scope, HeldScope::Limit limit, absl::string_view what,
                        absl::string_view asked) {
  const absl::string_view said = absl::StripAsciiWhitespace(asked);
  // Nobody can record words that are empty; whoever names none is not covered by them.
  if (scope.Unlimited(limit) || (!said.empty() && scope.Names(limit, said))) return "";
  const Words& covered =
      limit == HeldScope::Limit::kOffences ? scope.all().offences : scope.all().stages;
  return said.empty() ? absl::StrCat("what states no ", what, " (only ", Quoted(covered), ")")
                      : absl::StrCat("the ", what, " \"", said, "\" (only ", Quoted(covered), ")");
}

// Likewise of whom the data are about.
std::string BeyondSubjects(const HeldScope& scope, const std::vector<SubjectKind>& asked) {
  if (!scope.limits_subjects()) return "";
  std::vector<SubjectKind> outside;
  for (const SubjectKind subject : asked) {
    if (!scope.Covers(subject)) outside.push_back(subject);
  }
  if (outside.empty() && !asked.empty()) return "";
  if (outside.empty()) outside.push_back(SubjectKind::kUnspecified);
  return absl::StrCat("data of ", Listed(outside), " (only ", Listed(scope.all().subjects), ")");
}

}  // namespace

HeldScope::HeldScope(Scope scope)
    : excludes_special_categories_(scope.excludes_special_categories), scope_(std::move(scope)) {
  for (const SubjectKind subject : scope_.subjects) {
    subjects_ |= 1U << static_cast<unsigned>(subject);
  }
  std::size_t limit = 0;
  for (const Words* const words :
       {&scope_.offences, &scope_.stages, &scope_.sectors, &scope_.territories}) {
    for (const std::string& word : *words) {
      const std::uint32_t size = static_cast<std::uint32_t>(word.size());
      char bytes[sizeof size];
      std::memcpy(bytes, &size, sizeof size);
      words_.insert(words_.end(), bytes, bytes + sizeof size);
      words_.insert(words_.end(), word.begin(), word.end());
    }
    ends_[limit++] = static_cast<std::uint32_t>(words_.size());
  }
}

bool HeldScope::Names(Limit limit, absl::string_view what) const {
  const char* at = words_.data() + BeginOf(limit);
  const char* const end = words_.data() + EndOf(limit);
  while (at != end) {
    std::uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    at += sizeof size;
    if (text::SameWords({at, size}, what)) return true;
    at += size;
  }
  return false;
}

std::vector<std::string> Beyond(const HeldScope& scope, const Question& question) {
  Words beyond;
  const auto add = [&beyond](std::string what) {
    if (!what.empty()) beyond.push_back(std::move(what));
  };
  using enum HeldScope::Limit;
  add(BeyondWords(scope, kOffences, "offence", question.purpose.offence));
  add(BeyondWords(scope, kStages, "stage of proceedings", question.purpose.stage));
  add(BeyondSubjects(scope, question.subjects));
  if (scope.excludes_special_categories() && question.special_categories) {
    beyond.emplace_back("special categories of data");
  }
  return beyond;
}

std::shared_ptr<const HeldScope> Limits(Scope scope) {
  return scope == Scope() ? nullptr : std::make_shared<const HeldScope>(std::move(scope));
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
    if (!Names(before.territories, territory)) return true;
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
  return !after.sectors.empty() &&
         !CoversSectors(HeldScope({.sectors = after.sectors}), before.sectors);
}

bool CoversSectors(const HeldScope& scope, const std::vector<std::string>& sectors) {
  constexpr HeldScope::Limit kSectors = HeldScope::Limit::kSectors;
  if (scope.Unlimited(kSectors)) return true;
  return !sectors.empty() &&
         std::all_of(sectors.begin(), sectors.end(),
                     [&](const std::string& sector) { return scope.Names(kSectors, sector); });
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
