#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/legal/question.h"
#include "common/legal/verdict.h"

namespace comity::legal {

// What the rows work on: the question, the facts it meets, and the verdict so far. Lives for one
// call of Evaluate.
struct Evaluation {
  Evaluation(const Facts& all_facts, const Question& asked);

  const Facts& facts;
  const Question& question;
  const Lens lens;

  // Who the counterpart is. `dossier` and `authority` are null if unknown or not named.
  const std::string partner;
  const Dossier* const dossier;
  const Authority* const authority;
  const ClassOnDay counterpart_class;
  // Its instruments that may have an effect on the day: most are over, and reading on in those
  // costs more than deciding.
  const absl::InlinedVector<const Instrument*, 8> instruments;

  Verdict verdict;
  // Reasons that explain what the bases come to; they count for nothing by themselves.
  absl::InlinedVector<std::size_t, 4> explanations;
  // Received data wait in quarantine whatever phase 2 says; it decides on their use.
  bool quarantined = false;

  LegalClass legal_class() const { return counterpart_class.legal_class; }
  // Third countries and international organisations: Articles 56 to 59 decide.
  bool article_56() const;
  bool bulk() const { return question.volume == Volume::kBulk; }
  bool about(SubjectKind subject) const;
  // "Georgia": for sentences.
  absl::string_view counterpart_name() const;

  void Say(Reason reason) { verdict.reasons.push_back(std::move(reason)); }
  void Explain(Reason reason);
  void Condition(std::string condition);
  void Duty(std::string duty);
  void Unconfirmed(const Instrument& instrument, const std::vector<Field>& fields);
  // All that the effect of `instrument` rests on and that is not confirmed, or leaves it open.
  void Unconfirmed(const Instrument& instrument, const Effect& effect);
};

// Names for Reason::facts. An initializer list would copy each twice.
template <typename... Names>
std::vector<std::string> Cite(const Names&... names) {
  std::vector<std::string> facts;
  facts.reserve(sizeof...(names));
  (facts.emplace_back(names), ...);
  return facts;
}

// "Georgia" for a partner the facts know, with its footnote on status if it has one; otherwise the
// name itself. The counterpart's footnote is in the verdict.
std::string DisplayName(const Facts& facts, absl::string_view partner);

// "2026-11-23" of the day that is decided.
std::string Day(const Evaluation& evaluation);

}  // namespace comity::legal
