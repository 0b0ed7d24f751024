#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/legal/facts.h"
#include "common/legal/question.h"
#include "common/legal/verdict.h"

// The transfer check: what the law permits with a counterpart on a day, and why. README.md has the
// decision table in words; the sources read like it, row by row.
namespace comity::legal {

// Answers `question` on `facts`. Pure: the same arguments give the same verdict, nothing is read,
// written or locked. Never fails: what is missing or unknown is an outcome. Microseconds, whatever
// the number of partners.
Verdict Evaluate(const Facts& facts, const Question& question);

// Whether a liaison prosecutor of a State may be seconded to the agency.
struct SecondmentQuestion {
  absl::Time instant;
  Mode mode = Mode::kOperate;
  std::string partner;  // "partners/x"
};

// EJR 54a(1): only under a cooperation agreement concluded before 12 December 2019 or an agreement
// under Article 218 TFEU that allows secondment. PERMITTED, UNDETERMINED or REFUSED, by row 54a.1.
Verdict EvaluateSecondment(const Facts& facts, const SecondmentQuestion& question);

}  // namespace comity::legal
