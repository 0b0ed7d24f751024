#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/legal/vocabulary.h"

namespace comity::legal {

// What an instrument covers. An empty list: no limit of that kind is recorded.
struct Scope {
  // To which it extends besides those for which no authority acts apart.
  std::vector<std::string> territories;
  std::vector<std::string> sectors;   // Of the partner, in the words of its authorities.
  std::vector<std::string> offences;  // In the words in which a question names its own.
  std::vector<std::string> stages;    // Likewise.
  std::vector<SubjectKind> subjects;
  bool excludes_special_categories = false;

  friend bool operator==(const Scope&, const Scope&) = default;
};

struct Authority;
struct Question;

// Each limit of `scope` that the question goes beyond, with what it covers instead, for the middle
// of a sentence: `the offence "fraud" (only "terrorism")`. None: it takes the question in.
//
// An empty list is no limit. Offence and stage are compared word for word, case and the white space
// around them apart; every subject must be covered. What a question does not say lies outside a
// limit: nothing is covered by silence. Territories and sectors are the recipient's (row 3.2).
std::vector<std::string> Beyond(const Scope& scope, const Question& question);

// `scope` as an instrument of the check holds it: null if it has no limit at all.
std::shared_ptr<const Scope> Limits(Scope scope);

// Whether `after` covers anything that `before` does not.
bool Widens(const Scope& before, const Scope& after);

// Whether `after` is competent where `before` is not, or there can be an instrument that covers it
// and did not cover `before` (row 3.2): one that lists it, one of which `before` was kept out by
// being listed elsewhere, by its territory, or by its sectors. To work in a sector more keeps out
// of more, unless none was named before.
bool Widens(const Authority& before, const Authority& after);

// Whether the scope names the territory, compared likewise.
bool Extends(const Scope& scope, absl::string_view territory);

// Whether it has no limit to sectors, or names every one of `sectors`, and there is one.
bool CoversSectors(const Scope& scope, const std::vector<std::string>& sectors);

// `"customs", "asylum"`.
std::string Quoted(const std::vector<std::string>& words);

// What is recorded of it, a limit each, for readers: `offences: only "terrorism"`.
std::vector<std::string> LimitsOf(const Scope& scope);

}  // namespace comity::legal
