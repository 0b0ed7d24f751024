// The end of every evaluation: conditions and duties, the worst of all rows, the order of the
// table.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

// REFUSED > UNDETERMINED > DECISION_REQUIRED > PERMITTED_SUBJECT_TO > PERMITTED.
int Severity(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnspecified:
    case Outcome::kPermitted:
      return 0;
    case Outcome::kPermittedSubjectTo:
      return 1;
    case Outcome::kDecisionRequired:
      return 2;
    case Outcome::kUndetermined:
      return 3;
    case Outcome::kRefused:
      return 4;
    case Outcome::kOutOfScope:
      return 5;
  }
  return 4;
}

Outcome Worst(const std::vector<Reason>& reasons, absl::string_view phase) {
  Outcome worst = Outcome::kPermitted;
  for (const Reason& reason : reasons) {
    if (!phase.empty() && !absl::StartsWith(reason.row, phase)) continue;
    if (Severity(reason.outcome) > Severity(worst)) worst = reason.outcome;
  }
  return worst;
}

// The place of a row in the table: "4b.2" comes after "4.6" and before "5.0", "5.10" after "5.9".
int Place(absl::string_view row) {
  int phase = 0;
  int index = 0;
  bool second = false;
  int* number = &phase;
  for (const char c : row) {
    if (c == 'b') second = true;
    if (c == '.') number = &index;
    if (c >= '0' && c <= '9') *number = *number * 10 + (c - '0');
  }
  constexpr int kMostRows = 100;
  return (2 * phase + (second ? 1 : 0)) * kMostRows + index;
}

// What is not answered yet must be answered before received data are used.
void BeforeUse(Evaluation& e) {
  for (const Reason& reason : e.verdict.reasons) {
    if (reason.row == "1.7" || reason.outcome == Outcome::kPermitted) continue;
    e.Condition(reason.outcome == Outcome::kRefused
                    ? absl::StrCat("Not to be processed, but returned or erased: ", reason.sentence)
                    : absl::StrCat("To be answered before use: ", reason.sentence));
  }
}

void EveryTransfer(Evaluation& e, Track track) {
  if (!e.question.purpose.task.empty()) {
    e.Condition(absl::StrCat("Only for the purpose stated: ", e.question.purpose.task, "."));
  } else {
    e.Condition("Only for the purpose stated.");
  }
  e.Condition("No onward transfer without the agency's prior consent (EJR 47(6)).");
  e.Condition(
      "The restrictions of originators and the terms of agreements are communicated with "
      "the data (EUDPR 75(1)).");
  e.Condition(
      "Facts are told from assessments, and accuracy and date are stated "
      "(EUDPR 74(1)-(2)).");
  e.Condition("The recipient observes the terms of storage and review.");
  e.Condition("Use restrictions apply as marked.");

  e.Duty("Log the disclosure with justification, date, time, person and recipient (EUDPR 88).");
  e.Duty(track == Track::kArticle56 || track == Track::kOnward
             ? "Keep a record of the transfer (EUDPR 94(4); EJR 38(d))."
             : "Keep a record of the transmission (EJR 38(d)).");
  e.Duty(
      "Notify the recipient if the data prove wrong or were made available unlawfully "
      "(EUDPR 74(3)).");
  e.Duty("Notify the recipient of rectification, erasure or restriction (EUDPR 82(6)).");
}

}  // namespace

Verdict Conclude(Evaluation& e, Track track) {
  Verdict& verdict = e.verdict;
  const Outcome of_bases = Worst(verdict.reasons, "5.");
  for (const std::size_t index : e.explanations) verdict.reasons[index].outcome = of_bases;
  const Outcome worst = Worst(verdict.reasons, "");
  verdict.outcome = e.quarantined ? Outcome::kPermitted : worst;
  verdict.before_use = worst;

  const bool covered =
      verdict.outcome == Outcome::kPermitted || verdict.outcome == Outcome::kPermittedSubjectTo;
  if (covered && e.quarantined) BeforeUse(e);
  if (covered && !e.quarantined && e.question.data_kind == DataKind::kOperational) {
    EveryTransfer(e, track);
  }
  if (!covered) {
    verdict.conditions.clear();
    verdict.duties.clear();
  }
  if (worst != Outcome::kDecisionRequired) verdict.routes.clear();

  const auto before = [](const Reason& a, const Reason& b) { return Place(a.row) < Place(b.row); };
  // Rows mostly speak in the order of the table, and moving reasons costs more than looking.
  if (!std::is_sorted(verdict.reasons.begin(), verdict.reasons.end(), before)) {
    std::stable_sort(verdict.reasons.begin(), verdict.reasons.end(), before);
  }
  std::vector<std::string>& fields = verdict.unconfirmed_fields;
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return std::move(verdict);
}

}  // namespace comity::legal
