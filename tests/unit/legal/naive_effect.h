#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/legal/facts.h"
#include "common/legal/question.h"

// The words of the law on days and decisions, in their plainest form: the half of the naive model
// (naive_model.h) that decides whether something has effect. Shares nothing with common/legal but
// the plain data types, and looks at every fact there is for every answer.
namespace comity::legal::naive {

// The facts as plain lists, in no order.
struct World {
  std::vector<Partner> partners;
  std::vector<Instrument> instruments;
  std::vector<Authority> authorities;
  std::vector<Decision> decisions;
};

enum class Answer { kNo, kYes, kUnknown };

// Any "no" is no; otherwise any "unknown" is unknown.
Answer All(const std::vector<Answer>& answers);
// Any "yes" is yes; otherwise any "unknown" is unknown.
Answer Any(const std::vector<Answer>& answers);

// How the question looks at the facts.
struct View {
  absl::CivilDay day;
  bool explore = false;
  std::optional<absl::CivilDay> public_on;
};
View ViewOf(const Question& question);

// The partner `name` is, or is filed under: the first two words of the path.
std::string PartnerIn(const std::string& name);

// Whether a field of this certainty may be used.
Answer Usable(Certainty certainty, const View& view);

// Whether `date`, known with `certainty`, has come by `day`. An unknown date: unknown.
Answer Reached(absl::CivilDay day, const PartialDate& date, Certainty certainty, const View& view);

// The one legal class of `partner` on the day; kUnspecified if it is not exactly one, for sure.
LegalClass ClassOn(const Partner& partner, const View& view);

// Whether its last day is over.
Answer HasEnded(const Instrument& instrument, const View& view);

// Whether it had been signed by the day, taken as stated: to explain, never to decide.
Answer WasSigned(const Instrument& instrument, const View& view);

// Whether the evidence of `instrument` was public. Always yes if the question names no such day.
Answer IsPublic(const Instrument& instrument, const View& view);

// Whether `instrument` has effect on the day.
Answer HasEffect(const Instrument& instrument, const World& world, const View& view);

// Whether what it covers is settled: a scope counts as it is recorded, unless that is said to be
// unsure.
Answer ScopeIsSettled(const Instrument& instrument, const View& view);

// Whether one of `names` is the counterpart: the partner, or just its authority that is asked
// about.
bool NamesCounterpart(const std::vector<std::string>& names, const Question& question);

// Whether `decision` holds at the moment of the question.
bool IsWithdrawn(const Decision& decision, const Question& question);
bool Holds(const Decision& decision, const Question& question);

// Whether it is meant for this counterpart and this case.
bool IsForThis(const Decision& decision, const Question& question);

}  // namespace comity::legal::naive
