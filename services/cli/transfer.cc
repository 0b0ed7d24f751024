// comity transfer: what the law permits.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/legal/vocabulary.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/cli/app.h"
#include "services/cli/enum_option.h"
#include "services/cli/explain.h"
#include "services/cli/option_names.h"
#include "services/cli/question.h"
#include "services/cli/question_fields.h"
#include "services/cli/text.h"
#include "services/cli/transfer_batch.h"
#include "services/cli/transfer_table.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  QuestionOptions question;
  std::string counterpart, at, public_on, at_revision, onward_by, frame;
  v1::TransferDirection direction = v1::TRANSFER_DIRECTION_SEND;
  std::vector<std::string> decisions;
  bool explore = false, explain = false;
};

// From which option the fields were made that only this command asks for.
constexpr FieldOption kCheckOptions[] = {{"question.instant", "--at"},
                                         {"question.public_on", "--public-on"},
                                         {"question.at_revision", "--at-revision"},
                                         {"question.explore", "--explore"},
                                         {"question.direction", "--direction"},
                                         {"question.onward_by", "--onward-by"},
                                         {"question.counterpart", "counterpart"},
                                         {"question.decisions", "--decision"},
                                         {"question.proposed_frame", "--frame"}};

// A decision supposed for what is asked, its case and its counterpart: "authorisation:france",
// "derogation-vital-interests". `counterpart` is a partner's name.
absl::StatusOr<v1::Decision> ParseDecision(const std::string& text, const std::string& counterpart,
                                           const std::string& case_reference) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  const int kind = EnumNumber(v1::DecisionKind_descriptor(), "DECISION_KIND_", parts[0]);
  if (kind < 0) {
    return InvalidField(
        "DECISION_INVALID", "--decision",
        absl::StrCat(
            "\"", parts[0], "\" is not one of ",
            absl::StrJoin(EnumWords(v1::DecisionKind_descriptor(), "DECISION_KIND_"), ", ")));
  }
  if (case_reference.empty() && legal::NeedsCase(static_cast<legal::DecisionKind>(kind))) {
    return InvalidField("CASE_MISSING", "--case",
                        absl::StrCat("is needed with --decision ", parts[0],
                                     ": the law ties it to one case, such as --case CASE-7"));
  }
  v1::Decision decision;
  decision.set_kind(static_cast<v1::DecisionKind>(kind));
  decision.add_counterparts(counterpart);
  decision.set_case_reference(case_reference);
  if (parts.size() == 2) decision.set_partner(PartnerName(parts[1]));
  decision.set_valid_from("1900-01-01");
  decision.set_evidence("supposed for this question");
  decision.set_grounds("supposed for this question");
  return decision;
}

absl::Status Check(App& app, const Arguments& arguments) {
  std::string counterpart = PartnerName(arguments.counterpart);
  if (absl::StrContains(arguments.counterpart, '/')) {
    COMITY_ASSIGN_OR_RETURN(counterpart, AuthorityName(arguments.counterpart));
  }
  // Before anybody is asked, so that what is misuse is said as such.
  std::vector<v1::Decision> decisions;
  for (const std::string& text : arguments.decisions) {
    COMITY_ASSIGN_OR_RETURN(
        decisions.emplace_back(),
        ParseDecision(text, ParentOf(counterpart), arguments.question.case_reference));
  }
  COMITY_ASSIGN_OR_RETURN(v1::TransferQuestion question, arguments.question.Question(app));
  question.mutable_decisions()->Add(decisions.begin(), decisions.end());
  question.set_counterpart(counterpart);
  question.set_direction(arguments.direction);
  question.set_explore(arguments.explore);
  question.set_public_on(arguments.public_on);
  question.set_proposed_frame(arguments.frame);
  if (!arguments.onward_by.empty()) question.set_onward_by(PartnerName(arguments.onward_by));
  if (!arguments.at.empty()) {
    COMITY_ASSIGN_OR_RETURN(const absl::Time at, ParseMoment("--at", arguments.at));
    *question.mutable_instant() = ToTimestamp(at);
  }
  if (!arguments.at_revision.empty()) {
    COMITY_ASSIGN_OR_RETURN(*question.mutable_at_revision(),
                            RegistryRevision(app, "--at-revision", arguments.at_revision));
  }
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  v1::EvaluateTransferRequest request;
  request.mutable_question()->Swap(&question);
  COMITY_ASSIGN_OR_RETURN(
      const v1::TransferVerdict verdict,
      client::Invoke(registry.get(), &v1::PartnerRegistryService::Stub::EvaluateTransfer, request,
                     app.patience()));
  app.Show(verdict, [&] {
    if (arguments.explain) {
      ExplainVerdict(std::cout, verdict);
    } else {
      PrintVerdict(std::cout, verdict);
    }
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterTransfer(Command root, App& app) {
  const Command transfer = root.AddGroup("transfer", "Whether a transfer is permissible");
  const auto arguments = std::make_shared<Arguments>();
  const Command check = AddCommand(
      transfer, app, "check", "Ask the transfer check; a question is no attempt",
      "  comity --as desk-1 transfer check georgia --origin france --subject suspect \\\n"
      "      --annex-ii within --geometry two-or-more --task \"coordination of investigations\" "
      "\\\n"
      "      --offence \"organised crime\" --stage investigation --necessity \"parallel cases\"\n"
      "  comity --as desk-1 transfer check albania --at 2019-10-31 --explore --origin public\n"
      "  comity --as desk-1 transfer check panama --origin eurojust --explain\n"
      "  comity --as desk-1 transfer check panama --origin eurojust --case CASE-7 \\\n"
      "      --decision derogation-vital-interests\n"
      "  comity --as desk-1 transfer check united-kingdom --at 2025-12-28 --public-on 2025-12-01",
      [&app, arguments] {
        return InQuestionOptions(InOptions(Check(app, *arguments), kCheckOptions), "question");
      });
  check
      .AddOption("counterpart", arguments->counterpart,
                 "A partner (georgia) or authority (georgia/prosecution-service)")
      .Required();
  check.AddOption("--at", arguments->at, "The moment or day; now if left out").TypeName("TIME");
  check.AddOption("--public-on", arguments->public_on, "Decide on what was public on this day")
      .TypeName("DAY");
  check
      .AddOption("--at-revision", arguments->at_revision,
                 "Decide on what the registry held at this revision")
      .TypeName("NUMBER");
  check.AddFlag("--explore", arguments->explore,
                "Answer in spite of unconfirmed fields, and say which");
  check.AddFlag("--explain", arguments->explain,
                "Under the headings of the decision table, with what to do next and by whom");
  AddEnumOption(check, "--direction", arguments->direction, "TRANSFER_DIRECTION_",
                v1::TransferDirection_descriptor(), "send (default), receive or onward");
  check.AddOption("--onward-by", arguments->onward_by, "For onward: who passes the data on")
      .TypeName("PARTNER");
  check
      .AddOption("--frame", arguments->frame,
                 "A frame proposed as a basis, such as \"joint investigation team\"")
      .TypeName("TEXT");
  check
      .AddOption("--decision", arguments->decisions,
                 "Suppose a decision for this counterpart and --case: authorisation:france, "
                 "derogation-vital-interests; repeat")
      .TypeName("KIND[:PARTNER]");
  arguments->question.Register(check);
  RegisterTransferBatch(transfer, app);
  RegisterTransferTable(transfer, app);
}

}  // namespace comity::cli
