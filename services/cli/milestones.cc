// comity milestones: record, withdraw.

#include <memory>
#include <string>

#include "services/cli/app.h"
#include "services/cli/edits.h"
#include "services/cli/enum_option.h"
#include "services/cli/relations.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  std::string partner, project;
  v1::RecordMilestoneRequest request;
  v1::Axis axis = v1::AXIS_UNSPECIFIED;
  v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
  bool dry_run = false;
};

absl::Status Record(App& app, Arguments& arguments) {
  v1::RecordMilestoneRequest& request = arguments.request;
  request.set_parent(PartnerName(arguments.partner));
  request.mutable_milestone()->set_axis(arguments.axis);
  request.mutable_milestone()->set_certainty(arguments.certainty);
  request.set_validate_only(arguments.dry_run);
  if (!arguments.project.empty()) {
    request.mutable_milestone()->set_project(PartnerName(arguments.project));
  }
  return CallAndShow(app, &RegistryStub::RecordMilestone, request, PrintEdited<v1::Milestone>);
}

absl::Status Withdraw(App& app, const EditArguments& arguments) {
  v1::WithdrawMilestoneRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), NameBelowPartner("milestones", arguments.name));
  request.set_evidence(arguments.evidence);
  return CallAndShow(app, &RegistryStub::WithdrawMilestone, request, PrintEdited<v1::Milestone>);
}

}  // namespace

void RegisterMilestones(Command root, App& app) {
  const Command milestones = root.AddGroup("milestones", "Steps on the five axes of a relation");
  const auto arguments = std::make_shared<Arguments>();
  const Command record =
      AddCommand(milestones, app, "record", "Record a step, with its day and what shows it",
                 "  comity --as registry-1 milestones record algeria NEGOTIATING --axis treaty \\\n"
                 "      --day 2026-11-01 --evidence \"opening session, minutes\"",
                 [&app, arguments] { return Record(app, *arguments); });
  v1::Milestone& milestone = *arguments->request.mutable_milestone();
  record.AddOption("partner", arguments->partner, "Its id, such as algeria").Required();
  record.AddOption("step", *milestone.mutable_step(), "Such as COUNCIL_MANDATE").Required();
  AddEnumOption(record, "--axis", arguments->axis, "AXIS_", v1::Axis_descriptor(), "On which axis")
      .Required();
  record.AddOption("--day", *milestone.mutable_day(), "When; 2016-10 and 2017 are days, too")
      .TypeName("DAY")
      .Required();
  record.AddOption("--evidence", *milestone.mutable_evidence(), "The document that shows it")
      .Required();
  record.AddOption("--project", arguments->project, "For memberships: which").TypeName("PARTNER");
  AddEnumOption(record, "--certainty", arguments->certainty, "CERTAINTY_",
                v1::Certainty_descriptor(), "How sure the day is");
  record.AddFlag("--dry-run", arguments->dry_run, "Say what would be, write nothing");
  record.AddOption("--note", *milestone.mutable_note(), "What a reader should know");

  const auto withdrawn = std::make_shared<EditArguments>();
  const Command withdraw = AddCommand(
      milestones, app, "withdraw",
      "Withdraw a step that was recorded by mistake: it counts no more and stays readable",
      "  comity --as registry-1 milestones withdraw algeria/negotiating \\\n"
      "      --evidence \"the session was adjourned, minutes\"",
      [&app, withdrawn] { return Withdraw(app, *withdrawn); });
  withdraw.AddOption("milestone", withdrawn->name, "Such as algeria/negotiating").Required();
  withdraw.AddOption("--evidence", withdrawn->evidence, "What shows that it was a mistake")
      .Required();
}

}  // namespace comity::cli
