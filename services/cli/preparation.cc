// comity consultations, readiness: how a relation is prepared.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/enum_option.h"
#include "services/cli/relations.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  std::string partner, id, name, question, day, deadline, evidence, member_state, reason, statement;
  v1::ConsultationReply::Position position = v1::ConsultationReply::POSITION_UNSPECIFIED;
  v1::ReadinessItem::Topic topic = v1::ReadinessItem::TOPIC_UNSPECIFIED;
  v1::ReadinessItem::State state = v1::ReadinessItem::STATE_UNSPECIFIED;
};

std::string StateText(const v1::Consultation& consultation) {
  const std::string state =
      EnumText(v1::Consultation::State_descriptor(), consultation.state(), "STATE_");
  return consultation.closed().empty() ? state : absl::StrCat(state, " ", consultation.closed());
}

// Who is not told who replied is not told who did not, either.
bool TellsReplies(const v1::Consultation& consultation) {
  return !consultation.replies().empty() || !consultation.outstanding().empty() ||
         consultation.member_states().empty();
}

void PrintConsultation(const v1::Consultation& consultation) {
  std::cout << consultation.name() << ", " << StateText(consultation) << "\n  "
            << Wrap(consultation.question(), 100, 2) << "\n  opened " << consultation.opened()
            << ", replies until " << consultation.deadline() << ", " << consultation.evidence()
            << "\n  asked: " << Wrap(absl::StrJoin(consultation.member_states(), ", "), 100, 9)
            << "\n";
  std::vector<std::vector<std::string>> rows;
  for (const v1::ConsultationReply& reply : consultation.replies()) {
    rows.push_back(
        {reply.member_state(),
         EnumText(v1::ConsultationReply::Position_descriptor(), reply.position(), "POSITION_"),
         reply.day(), reply.evidence()});
  }
  if (!TellsReplies(consultation)) std::cout << "  Replies are not told to you.\n";
  if (!rows.empty()) PrintTable(std::cout, {"replied", "position", "day", "evidence"}, rows);
  if (!consultation.outstanding().empty()) {
    std::cout << "  not yet: " << Wrap(absl::StrJoin(consultation.outstanding(), ", "), 100, 11)
              << "\n";
  }
  if (consultation.reminder_due()) std::cout << "  The deadline is over: reminders are due.\n";
  if (!consultation.override_reason().empty()) {
    std::cout << "  closed all the same: " << Wrap(consultation.override_reason(), 100, 2) << "\n";
  }
}

void PrintConsultations(const v1::ListConsultationsResponse& response) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Consultation& one : response.consultations()) {
    rows.push_back({one.name(), StateText(one), one.opened(), one.deadline(),
                    TellsReplies(one)
                        ? absl::StrCat(one.replies_size(), " of ", one.member_states_size())
                        : "not told to you",
                    one.reminder_due() ? "reminders due" : ""});
  }
  PrintTable(std::cout, {"consultation", "state", "opened", "deadline", "replies", ""}, rows);
}

std::string TopicText(int topic) {
  return EnumText(v1::ReadinessItem::Topic_descriptor(), topic, "TOPIC_");
}

void PrintReadiness(const v1::Readiness& readiness) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::ReadinessItem& item : readiness.items()) {
    rows.push_back({TopicText(item.topic()),
                    EnumText(v1::ReadinessItem::State_descriptor(), item.state(), "STATE_"),
                    item.day(), item.statement(), item.evidence()});
  }
  PrintTable(std::cout, {"topic", "state", "day", "statement", "evidence"}, rows);
  std::vector<std::string> missing;
  for (const int topic : readiness.missing()) missing.push_back(TopicText(topic));
  if (!missing.empty()) {
    std::cout << "Missing: " << Wrap(absl::StrJoin(missing, ", "), 100, 9) << "\n";
  }
}

absl::Status Open(App& app, const Arguments& arguments) {
  v1::OpenConsultationRequest request;
  request.set_parent(PartnerName(arguments.partner));
  request.set_consultation_id(arguments.id);
  v1::Consultation& consultation = *request.mutable_consultation();
  consultation.set_question(arguments.question);
  consultation.set_opened(DayOrToday(arguments.day));
  consultation.set_deadline(arguments.deadline);
  consultation.set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::OpenConsultation, request, &PrintConsultation);
}

absl::Status RecordReply(App& app, const Arguments& arguments) {
  v1::RecordReplyRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                          NameBelowPartner("consultations", arguments.name));
  v1::ConsultationReply& reply = *request.mutable_reply();
  reply.set_member_state(PartnerName(arguments.member_state));
  reply.set_position(arguments.position);
  reply.set_day(DayOrToday(arguments.day));
  reply.set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::RecordReply, request, &PrintConsultation);
}

absl::Status SetItem(App& app, const Arguments& arguments) {
  v1::UpdateReadinessRequest request;
  request.set_name(absl::StrCat(PartnerName(arguments.partner), "/readiness"));
  v1::ReadinessItem& item = *request.add_items();
  item.set_topic(arguments.topic);
  item.set_state(arguments.state);
  item.set_statement(arguments.statement);
  item.set_day(DayOrToday(arguments.day));
  item.set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::UpdateReadiness, request, &PrintReadiness);
}

void RegisterReadiness(Command root, App& app, const std::shared_ptr<Arguments>& arguments) {
  const Command readiness = root.AddGroup("readiness", "What a candidate has and lacks");
  AtRevision(
      app,
      AddCommand(readiness, app, "show", "Show a candidate's file and what is missing",
                 "  comity --as desk-1 readiness show algeria",
                 [&app, arguments] {
                   v1::GetReadinessRequest request;
                   request.set_name(absl::StrCat(PartnerName(arguments->partner), "/readiness"));
                   return CallAndShow(app, &RelationStub::GetReadiness, request, &PrintReadiness);
                 }))
      .AddOption("partner", arguments->partner, "Such as algeria")
      .Required();
  const Command set =
      AddCommand(readiness, app, "set", "Set one topic of the file; the others stay",
                 "  comity --as desk-1 readiness set algeria data-protection-law in-place \\\n"
                 "      --statement \"Law 18-07 of 2018\" --evidence \"report of the delegation\"",
                 [&app, arguments] { return SetItem(app, *arguments); });
  set.AddOption("partner", arguments->partner, "Such as algeria").Required();
  AddEnumOption(set, "topic", arguments->topic, "TOPIC_", v1::ReadinessItem::Topic_descriptor(),
                "What is looked at, such as data-protection-law")
      .Required();
  AddEnumOption(set, "state", arguments->state, "STATE_", v1::ReadinessItem::State_descriptor(),
                "in-place, partly or missing")
      .Required();
  set.AddOption("--statement", arguments->statement, "In words").Required();
  set.AddOption("--evidence", arguments->evidence, "What shows it").Required();
  set.AddOption("--day", arguments->day, "The day it speaks of; today if left out").TypeName("DAY");
}

}  // namespace

void RegisterPreparation(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command consultations =
      root.AddGroup("consultations", "The Member States are asked about a potential partner");

  const Command open =
      AddCommand(consultations, app, "open", "Ask the Member States of the opening day",
                 "  comity --as desk-1 consultations open algeria c1 --question \"Is Algeria to be "
                 "proposed?\" "
                 "\\\n      --deadline 2027-01-31 --evidence \"note 12/2026\"",
                 [&app, arguments] { return Open(app, *arguments); });
  open.AddOption("partner", arguments->partner, "Such as algeria").Required();
  open.AddOption("id", arguments->id, "A name for it, such as c1").Required();
  open.AddOption("--question", arguments->question, "What is asked").Required();
  open.AddOption("--deadline", arguments->deadline, "The last day for replies")
      .Required()
      .TypeName("DAY");
  open.AddOption("--evidence", arguments->evidence, "The document that shows it").Required();
  open.AddOption("--opened", arguments->day, "Today if left out; at most 31 days ago")
      .TypeName("DAY");

  const Command reply = AddCommand(
      consultations, app, "reply", "Record the reply of a Member State; a later one corrects it",
      "  comity --as fr-1 consultations reply algeria/c1 in-favour --of france --evidence \"letter "
      "2026/44\"",
      [&app, arguments] { return RecordReply(app, *arguments); });
  reply.AddOption("consultation", arguments->name, "Such as algeria/c1").Required();
  AddEnumOption(reply, "position", arguments->position, "POSITION_",
                v1::ConsultationReply::Position_descriptor(),
                "in-favour, objects or no-observations")
      .Required();
  reply.AddOption("--of", arguments->member_state, "The Member State").Required();
  reply.AddOption("--evidence", arguments->evidence, "The document that shows it").Required();
  reply.AddOption("--day", arguments->day, "Today if left out").TypeName("DAY");

  const Command close = AddCommand(
      consultations, app, "close",
      "Close it once all have replied; after the deadline, or with objections, say why",
      "  comity --as desk-1 consultations close algeria/c1 --override \"decision of the College\"",
      [&app, arguments]() -> absl::Status {
        v1::CloseConsultationRequest request;
        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                                NameBelowPartner("consultations", arguments->name));
        request.set_override_reason(arguments->reason);
        return CallAndShow(app, &RelationStub::CloseConsultation, request, &PrintConsultation);
      });
  close.AddOption("consultation", arguments->name, "Such as algeria/c1").Required();
  close.AddOption("--override", arguments->reason, "Why the agency goes on; kept in the ledger");

  AtRevision(app, AddCommand(consultations, app, "show", "Show who was asked and who replied what",
                             "  comity --as desk-1 consultations show algeria/c1",
                             [&app, arguments]() -> absl::Status {
                               v1::GetConsultationRequest request;
                               COMITY_ASSIGN_OR_RETURN(
                                   *request.mutable_name(),
                                   NameBelowPartner("consultations", arguments->name));
                               return CallAndShow(app, &RelationStub::GetConsultation, request,
                                                  &PrintConsultation);
                             }))
      .AddOption("consultation", arguments->name, "Such as algeria/c1")
      .Required();
  AtRevision(app, AddCommand(consultations, app, "list", "List consultations",
                             "  comity --as desk-1 consultations list",
                             [&app, arguments] {
                               v1::ListConsultationsRequest request;
                               request.set_parent(PartnerName(
                                   arguments->partner.empty() ? "-" : arguments->partner));
                               return ListAndShow(app, &RelationStub::ListConsultations, request,
                                                  &PrintConsultations);
                             }))
      .AddOption("partner", arguments->partner, "Only of this partner");

  RegisterReadiness(root, app, arguments);
}

}  // namespace comity::cli
