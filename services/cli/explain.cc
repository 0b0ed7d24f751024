#include "services/cli/explain.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/table.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

constexpr std::size_t kWidth = 100;

const char* Meaning(v1::TransferOutcome outcome) {
  switch (outcome) {
    case v1::TRANSFER_OUTCOME_PERMITTED:
      return "Permissible: nothing stands in the way.";
    case v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO:
      return "Permissible subject to what is outstanding below; nothing is released before.";
    case v1::TRANSFER_OUTCOME_DECISION_REQUIRED:
      return "No legal basis established; one of the decisions below could permit it.";
    case v1::TRANSFER_OUTCOME_REFUSED:
      return "Not permissible: a rule forbids it.";
    case v1::TRANSFER_OUTCOME_UNDETERMINED:
      return "Undetermined: a fact that decides is unknown or not confirmed.";
    case v1::TRANSFER_OUTCOME_OUT_OF_SCOPE:
      return "Other law decides; the transfer check does not.";
    default:
      return "Not evaluated.";
  }
}

// "outstanding"; for one row.
const char* Word(v1::TransferOutcome outcome) {
  switch (outcome) {
    case v1::TRANSFER_OUTCOME_PERMITTED:
      return "met";
    case v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO:
      return "outstanding";
    case v1::TRANSFER_OUTCOME_DECISION_REQUIRED:
      return "decision required";
    case v1::TRANSFER_OUTCOME_REFUSED:
      return "forbidden";
    case v1::TRANSFER_OUTCOME_UNDETERMINED:
      return "unknown";
    case v1::TRANSFER_OUTCOME_OUT_OF_SCOPE:
      return "other law";
    default:
      return "not evaluated";
  }
}

// A row as the table tells it.
struct Told {
  std::string rule;       // Empty if the row reads differently case by case.
  bool explains = false;  // It only explains what others come to.
};

Told RowOf(const legal::TablePhase& phase, absl::string_view row) {
  Told told;
  int rules = 0;
  for (const legal::TableRow& one : phase.rows) {
    if (one.row != row) continue;
    told.rule = ++rules > 1 ? "" : absl::StrCat("if ", one.condition, ": ", one.then);
    told.explains = one.outcomes.empty();
  }
  return told;
}

void PrintReasons(std::ostream& out, const v1::TransferVerdict& verdict) {
  for (const legal::TablePhase& phase : legal::DecisionTable()) {
    bool opened = false;
    for (const v1::TransferReason& reason : verdict.reasons()) {
      if (!absl::StartsWith(reason.row(), absl::StrCat(phase.number, "."))) continue;
      if (!opened) out << "\n" << phase.number << "  " << phase.title << "\n";
      opened = true;
      const Told told = RowOf(phase, reason.row());
      out << "  " << reason.row() << "  "
          << (told.explains ? "for clarity" : Word(reason.outcome())) << "  [" << reason.article()
          << "]\n       " << Wrap(reason.sentence(), kWidth, 7) << "\n";
      if (!told.rule.empty()) out << "       Rule: " << Wrap(told.rule, kWidth, 13) << "\n";
      if (reason.facts_size() > 0) {
        out << "       Rests on: " << Wrap(absl::StrJoin(reason.facts(), ", "), kWidth, 17) << "\n";
      }
    }
  }
}

void PrintNextSteps(std::ostream& out, const v1::TransferVerdict& verdict) {
  int step = 0;
  const auto say = [&](const std::string& text) {
    if (step == 0) out << "\nWhat to do next\n";
    const std::string number = absl::StrCat("  ", ++step, ". ");
    out << number << Wrap(text, kWidth, number.size()) << "\n";
  };
  for (const v1::TransferReason& reason : verdict.reasons()) {
    if (reason.outcome() == v1::TRANSFER_OUTCOME_PERMITTED || reason.remedy().empty()) continue;
    // The law leaves no route while something is forbidden, and nobody knows of one while a fact is
    // unknown.
    const bool no_routes = reason.outcome() == v1::TRANSFER_OUTCOME_DECISION_REQUIRED &&
                           verdict.before_use() != v1::TRANSFER_OUTCOME_DECISION_REQUIRED;
    say(absl::StrCat(reason.remedy(), no_routes ? " That comes after the rest of this list." : "",
                     " (row ", reason.row(), ")"));
  }
  for (const v1::TransferRoute& route : verdict.routes()) {
    say(absl::StrCat("Or, decided by ", route.decided_by(), " under ", route.article(), ": ",
                     route.sentence()));
  }
  if (step == 0)
    out << "\nWhat to do next\n  Nothing: the conditions below travel with the data.\n";
}

template <typename Sentences>
void PrintBlock(std::ostream& out, const char* title, const Sentences& sentences) {
  if (sentences.empty()) return;
  out << "\n" << title << "\n";
  for (const std::string& sentence : sentences) {
    out << "  - " << Wrap(sentence, kWidth, 4) << "\n";
  }
}

}  // namespace

void ExplainVerdict(std::ostream& out, const v1::TransferVerdict& verdict) {
  out << Wrap(Meaning(verdict.outcome()), kWidth, 0) << "\nOn " << verdict.day()
      << ", on registry revision " << verdict.registry_revision().number() << ".\n";
  if (!verdict.counterpart_footnote().empty()) {
    out << Wrap(verdict.counterpart_footnote(), kWidth, 0) << "\n";
  }
  if (verdict.before_use() != verdict.outcome()) {
    out << "Before what is received is used: " << Meaning(verdict.before_use()) << "\n";
  }
  PrintReasons(out, verdict);
  PrintNextSteps(out, verdict);
  PrintBlock(out, "Conditions that travel with the data", verdict.conditions());
  PrintBlock(out, "Duties of the agency", verdict.duties());
  PrintBlock(out, "Not confirmed, and to be confirmed by a second person with evidence",
             verdict.unconfirmed_fields());
  out << "\nSample data, not published by the agency, not legal advice.\n";
}

}  // namespace comity::cli
