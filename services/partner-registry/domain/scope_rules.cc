#include "services/partner-registry/domain/scope_rules.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/plain.h"
#include "common/text/words.h"

namespace comity::partner_registry {
namespace {

struct Bounds {
  std::size_t most;
  int longest;
};
constexpr Bounds kOfWords{.most = 100, .longest = 200};
constexpr Bounds kOfSectors{.most = 20, .longest = 100};

MaybeProblem BadWords(const char* field, const std::vector<std::string>& list,
                      Bounds bounds = kOfWords) {
  if (list.size() > bounds.most) return Problem{field, absl::StrCat("name at most ", bounds.most)};
  for (auto entry = list.begin(); entry != list.end(); ++entry) {
    std::string fault =
        text::FaultOf(*entry, {.least = 1, .most = bounds.longest, .lines = text::Lines::kOne},
                      absl::StrCat("each must be text of 1 to ", bounds.longest, " characters"));
    if (!fault.empty()) return Problem{field, std::move(fault)};
    if (absl::StrContains(*entry, ';')) {
      return Problem{
          field, absl::StrCat("\"", *entry, "\" must be without a semicolon: make two entries")};
    }
    if (absl::StripAsciiWhitespace(*entry).size() != entry->size()) {
      return Problem{field, absl::StrCat("\"", *entry,
                                         "\" must have a letter first and last: leave out the "
                                         "spaces around it")};
    }
    const bool twice = std::any_of(list.begin(), entry, [&](const std::string& earlier) {
      return text::SameWords(earlier, *entry);
    });
    if (twice) return Problem{field, absl::StrCat("\"", *entry, "\" is named twice")};
  }
  return std::nullopt;
}

MaybeProblem BadSubjects(const std::vector<legal::SubjectKind>& subjects) {
  constexpr char kField[] = "scope.subjects";
  for (auto subject = subjects.begin(); subject != subjects.end(); ++subject) {
    const std::string word = Word(*subject);
    if (word == "UNSPECIFIED") {
      return Problem{kField, "it must be among SUSPECT, VICTIM, WITNESS, OTHER"};
    }
    if (std::find(subjects.begin(), subject, *subject) != subject) {
      return Problem{kField, absl::StrCat(word, " is named twice")};
    }
  }
  return std::nullopt;
}

}  // namespace

MaybeProblem BadSectors(const std::vector<std::string>& sectors) {
  return BadWords("sectors", sectors, kOfSectors);
}

MaybeProblem BadScope(const legal::Scope& scope) {
  if (auto bad = BadWords("scope.territories", scope.territories)) return bad;
  if (auto bad = BadWords("scope.sectors", scope.sectors, kOfSectors)) return bad;
  if (auto bad = BadWords("scope.offences", scope.offences)) return bad;
  if (auto bad = BadWords("scope.stages", scope.stages)) return bad;
  return BadSubjects(scope.subjects);
}

}  // namespace comity::partner_registry
