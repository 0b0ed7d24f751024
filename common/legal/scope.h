#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
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

// A scope as an instrument of the check holds it. What is compared lies in one piece: of most
// instruments it is in no cache, and each piece more costs as much as deciding a row.
class HeldScope {
 public:
  explicit HeldScope(Scope scope);

  const Scope& all() const { return scope_; }

  // Whether the limit names what is said, case and the white space around it apart.
  enum class Limit : std::size_t { kOffences, kStages, kSectors, kTerritories, kCount };
  bool Names(Limit limit, absl::string_view what) const;
  // Whether nothing is recorded of it.
  bool Unlimited(Limit limit) const { return BeginOf(limit) == EndOf(limit); }

  bool Covers(SubjectKind subject) const {
    return subjects_ == 0 || (subjects_ >> static_cast<unsigned>(subject) & 1U) != 0;
  }
  bool limits_subjects() const { return subjects_ != 0; }
  bool excludes_special_categories() const { return excludes_special_categories_; }

 private:
  // Where the words of a limit are in `words_`.
  std::size_t BeginOf(Limit limit) const {
    return limit == Limit::kOffences ? 0 : ends_[static_cast<std::size_t>(limit) - 1];
  }
  std::size_t EndOf(Limit limit) const { return ends_[static_cast<std::size_t>(limit)]; }

  std::uint32_t subjects_ = 0;  // A bit each; 0: no limit.
  bool excludes_special_categories_ = false;
  std::array<std::uint32_t, static_cast<std::size_t>(Limit::kCount)> ends_{};
  absl::InlinedVector<char, 96> words_;  // Each behind its length, limit by limit.
  const Scope scope_;
};

// Each limit of `scope` that the question goes beyond, with what it covers instead, for the middle
// of a sentence: `the offence "fraud" (only "terrorism")`. None: it takes the question in.
//
// An empty list is no limit. Offence and stage are compared word for word, case and the white space
// around them apart; every subject must be covered. What a question does not say lies outside a
// limit: nothing is covered by silence. Territories and sectors are the recipient's (row 3.2).
std::vector<std::string> Beyond(const HeldScope& scope, const Question& question);

// Null if it has no limit at all.
std::shared_ptr<const HeldScope> Limits(Scope scope);

// Whether `after` covers anything that `before` does not.
bool Widens(const Scope& before, const Scope& after);

// Whether `after` is competent where `before` is not, or there can be an instrument that covers it
// and did not cover `before` (row 3.2): one that lists it, one of which `before` was kept out by
// being listed elsewhere, by its territory, or by its sectors. To work in a sector more keeps out
// of more, unless none was named before.
bool Widens(const Authority& before, const Authority& after);

// Whether it has no limit to sectors, or names every one of `sectors`, and there is one.
bool CoversSectors(const HeldScope& scope, const std::vector<std::string>& sectors);

// `"customs", "asylum"`.
std::string Quoted(const std::vector<std::string>& words);

// What is recorded of it, a limit each, for readers: `offences: only "terrorism"`.
std::vector<std::string> LimitsOf(const Scope& scope);

}  // namespace comity::legal
